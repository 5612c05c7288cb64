/** The README of an evidence pack: what is in it, and commands that anybody can run to see for themself. */
import { formatDate } from '../../tuf/dates.ts';
import type { ListedFile } from '../../ledger/lists.ts';
import { printable } from '../../tuf/names.ts';
import { describe, inWords } from '../describe.ts';
import type { Inquiry } from '../inquiry.ts';
import { timesOf } from '../times.ts';
import type { Pack } from './contents.ts';
import type { SignedStatementFile } from './signers.ts';

export function readme(inquiry: Inquiry, pack: Pack): string {
  const { question, record, logKey, checkpointSize } = pack;
  return [
    `# Evidence: import ${question.import} of ${record.repository}`,
    '',
    ...aboutSubject(pack),
    `Made ${formatDate(question.now)} from ${checkpointSize} entries of the log \`${inquiry.chronicle.rules.genesis.origin}\`.`,
    '',
    'Everything here can be verified without the program that made it: with `sha256sum`, `ssh-keygen` (OpenSSH 9.1 or newer) and `node` (18 or newer). Python is on more machines, and its standard library has no Ed25519.',
    '',
    '## 1. Nothing was altered on the way',
    '',
    '```sh',
    'sha256sum --quiet --strict --check SHA256SUMS',
    '```',
    '',
    'That says that the pack is as it was made, and not who made it. The proof that this mirror logged the making of this pack lies beside it; its entry names the SHA-256 of `SHA256SUMS`.',
    '',
    '## 2. What is in the log, and belongs together',
    '',
    '```sh',
    'node verify.mjs',
    '```',
    '',
    'It verifies the checkpoint, each entry’s place in the log, the server’s statements and the links between all of them, and says in words what is shown and what is not. It takes the log’s key from `tlog-policy.txt`. **Compare that key with the one that you were given, or kept from last time**; with yours:',
    '',
    '```sh',
    `node verify.mjs --log-key ${shellWord(logKey)}`,
    '```',
    '',
    ...signatures(pack),
    '## Entries',
    '',
    'Times have three names: `claimed_at` is a person’s word, `received_at` this mirror’s, `witnessed_at` a witness’s. Only the last is vouched for by somebody else.',
    '',
    '| entry | what | claimed_at | received_at | witnessed_at |',
    '| ---: | --- | --- | --- | --- |',
    ...pack.entries.map(({ event }) => {
      const { claimed_at, received_at, witnessed_at } = timesOf(event, inquiry.witnessed);
      return row(
        `${event.n}`,
        inWords(describe(event), (actor) => shown(inquiry, pack, actor)),
        claimed_at ?? '',
        received_at,
        witnessed_at ?? '',
      );
    }),
    '',
    '## Files',
    '',
    '- `entries/N.json`: the exact bytes of entry N; `proofs/N.tlog-proof`: that it is in the log (C2SP tlog-proof).',
    '- `statements/`: what people and the server signed, as the exact bytes; `.sig` is SSHSIG, `.dsse` a DSSE envelope.',
    '- `checkpoint`: what the log’s key signed, with the lines of witnesses; `tlog-policy.txt`: the log’s key, and who was asked to cosign.',
    '- `policy/`: how many people had to agree; `lists/`: the files of the import, the roles, the carried targets.',
    '- `mirror/`: root, snapshot and timestamp as this mirror published them.',
    ...(question.withNames
      ? ['- `opened.json`: names, reasons and places that entries only commit to, with their salts. **Personal data.**']
      : []),
    ...(pack.signers
      ? [
          '- `allowed_signers.then`, `allowed_signers.now`, `revoked_keys`: people’s public keys. **Personal data**: keep the pack accordingly, and erase it when the purpose is over.',
        ]
      : []),
    '- `metadata/`: upstream’s files by SHA-256:',
    '',
    '| file | role | version |',
    '| --- | --- | ---: |',
    ...metadataRows(inquiry, pack),
    '',
    ...(pack.metadataLeftOut === 0
      ? []
      : [`${pack.metadataLeftOut} further files of the import are not here; \`lists/\` names them by digest.`, '']),
  ].join('\n');
}

function aboutSubject({ question: { subject } }: Pack): string[] {
  return subject ? [`About ${code(subject.name)} (${subject.kind}, SHA-256 \`${subject.sha256}\`).`, ''] : [];
}

function signatures({ signers }: Pack): string[] {
  const title = ['## 3. People signed what they are said to have said', ''];
  if (!signers) return [...title, 'People’s keys and signatures were left out of this pack.', ''];
  if (signers.signed.length === 0) return [...title, 'No statement in this pack is signed by a person.', ''];
  return [
    ...title,
    'As of then: with the keys that were recorded for each person when the statement was received.',
    '',
    '```sh',
    ...signers.signed.map(commandThen),
    '```',
    '',
    'As of now: a line that begins with `!` is one that fails now, and the comment says why. It counted when it was given.',
    '',
    '```sh',
    ...signers.signed.flatMap(commandNow),
    '```',
    '',
  ];
}

function commandThen({ path, actor, purpose, at }: SignedStatementFile): string {
  const time = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return `ssh-keygen -Y verify -f allowed_signers.then -I ${actor} -n ${purpose} -O verify-time=${time} -s ${path}.sig < ${path}`;
}

function commandNow({ path, actor, purpose, overSince }: SignedStatementFile): string[] {
  const command = `ssh-keygen -Y verify -f allowed_signers.now -I ${actor} -n ${purpose} -r revoked_keys -s ${path}.sig < ${path}`;
  return overSince === undefined ? [command] : [`# ${overSince}`, `! ${command}`];
}

function metadataRows({ listings }: Inquiry, { record, files }: Pack): string[] {
  const all: readonly ListedFile[] = [...listings.files(record.observation), ...listings.authored(record.observation)];
  return all
    .filter(({ fileSha256 }) => files.has(`metadata/${fileSha256}.json`))
    .map(({ fileSha256, role, version }) => row(`\`${fileSha256}.json\``, code(role), String(version ?? '')));
}

function shown({ names }: Inquiry, { question }: Pack, actor: string): string {
  return question.withNames ? names.shown(actor) : actor;
}

/** Text that upstream or a person chose must not become a link, markup or another cell. */
function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[\\|<>[\]*_]/g, (character) => (character === '_' ? '_' : `\\${character}`))).join(' | ')} |`;
}

/** The name of the log is the administrator’s own choice, and a shell must not read it. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function code(name: string): string {
  return `\`${printable(name, 400).replaceAll('`', '’')}\``;
}
