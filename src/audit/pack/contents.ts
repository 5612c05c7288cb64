/**
 * An evidence pack: everything that shows how one import came in, who agreed and what was published of it, as files that
 * `sha256sum`, `ssh-keygen` and one script without dependencies can verify. Nothing in it depends on this program.
 */
import type { ImportRecord, PublicationRecord } from '../../gate/records.ts';
import { dsseEnvelope } from '../../dsse.ts';
import { canonicalBytes } from '../../ledger/events/leaf.ts';
import { released } from '../../ledger/checkpoints.ts';
import { storedNodes } from '../../ledger/log-rows.ts';
import { OBSERVATION, PUBLICATION } from '../../ledger/transcript.ts';
import { inclusionProof } from '../../tlog/inclusion.ts';
import { formatProof } from '../../tlog/proof.ts';
import { Refusal } from '../../errors.ts';
import { sha256 } from '../../tuf/digest.ts';
import { formatDate } from '../../tuf/dates.ts';
import type { Sha256 } from '../../tuf/names.ts';
import { commitmentsIn } from '../commitments.ts';
import { jsonLine, logKeyOf } from '../exports/json-lines.ts';
import type { Inquiry } from '../inquiry.ts';
import { type LoggedEntry, neededEntries } from './needed-entries.ts';
import { signersFiles, type SignersFiles } from './signers.ts';
import { VERIFY_SCRIPT } from './verify-script.ts';

/** What the pack is about, beside the import. */
export interface PackSubject {
  readonly kind: 'target' | 'metadata';
  readonly name: string;
  readonly sha256: string;
}

export interface PackQuestion {
  readonly import: number;
  readonly subject?: PackSubject | undefined;
  /** People’s keys and signatures: personal data, and what makes their statements worth something. */
  readonly withKeys: boolean;
  /** Names, reasons and places that entries commit to, opened. */
  readonly withNames: boolean;
  readonly now: Date;
}

export interface Pack {
  readonly question: PackQuestion;
  readonly record: ImportRecord;
  readonly entries: readonly LoggedEntry[];
  readonly signers: SignersFiles | undefined;
  /** Metadata that is not here because there is too much of it. */
  readonly metadataLeftOut: number;
  /** By path, without README.md and SHA256SUMS. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly checkpointSize: number;
  readonly logKey: string;
}

/** Delegated roles beyond this many are left out, but for the one that lists the subject. */
const MOST_METADATA = 1000;

/** @throws USAGE_UNKNOWN_IMPORT, STATE_WITNESSES while no checkpoint is over it, STATE_DAMAGED */
export function packContents(inquiry: Inquiry, question: PackQuestion): Pack {
  const record = inquiry.chronicle.rules.imports.get(question.import);
  if (!record) throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no import ${question.import}.`);
  const newest = released(inquiry.record.database);
  const entries = neededEntries(inquiry, record);
  const last = entries.at(-1)?.event.n ?? 0;
  if (!newest || last >= newest.size)
    throw new Refusal('STATE_WITNESSES', `Entry ${last} of this import is under no checkpoint that was shown yet.`);
  const files = new Map<string, Uint8Array>();
  const put = (path: string, content: Uint8Array | string): void => {
    files.set(path, typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
  };
  put('verify.mjs', VERIFY_SCRIPT);
  put('checkpoint', newest.note);
  put('tlog-policy.txt', witnessPolicy(inquiry));
  put('pack.json', packStatement(question));
  putEntries(inquiry, entries, newest, put);
  for (const entry of entries) putStatement(inquiry, entry, question.withKeys, put);
  putPolicies(inquiry, record, put);
  putLists(inquiry, record, put);
  const metadataLeftOut = putMetadata(inquiry, record, question.subject, put);
  putIssued(inquiry, record.published, put);
  const signers = question.withKeys ? signersFiles(inquiry, entries, (event) => statementPlace(event)?.[0]) : undefined;
  for (const [path, content] of signers?.files ?? []) put(path, content);
  if (question.withNames) put('opened.json', openedValues(inquiry, entries));
  return {
    ...{ question, record, entries, signers, metadataLeftOut, files },
    ...{ checkpointSize: newest.size, logKey: logKeyOf(inquiry) },
  };
}

type Put = (path: string, content: Uint8Array | string) => void;

function packStatement({ import: number, subject, now }: PackQuestion): string {
  const { kind, name, sha256: digest } = subject ?? {};
  const about = subject && { kind, name, sha256: digest };
  return jsonLine({ format: 'countersign-evidence-pack/1', import: number, subject: about, made_at: formatDate(now) });
}

/** C2SP tlog-policy: the log’s key, and whoever the ledger’s rule asks to cosign. */
function witnessPolicy(inquiry: Inquiry): string {
  const rule = inquiry.chronicle.rules.witnesses?.text ?? 'quorum none\n';
  const own = rule.split('\n').filter((line) => !/^[ \t]*log[ \t]/.test(line));
  return `log ${logKeyOf(inquiry)}\n${own.join('\n')}`;
}

function putEntries(
  { record: { database } }: Inquiry,
  entries: readonly LoggedEntry[],
  { size, note }: { readonly size: number; readonly note: string },
  put: Put,
): void {
  for (const { event, bytes } of entries) {
    put(`entries/${event.n}.json`, bytes);
    // Without the entry’s bytes in it: they lie beside it once, and nowhere else to be altered.
    const hashes = inclusionProof(event.n, size, storedNodes(database));
    put(`proofs/${event.n}.tlog-proof`, formatProof({ index: event.n, hashes, checkpoint: note }));
  }
}

function putStatement({ record: { sealed } }: Inquiry, { event }: LoggedEntry, withKeys: boolean, put: Put): void {
  const [path, type] = statementPlace(event) ?? [];
  if (path === undefined || !('statement' in event.body)) return;
  const { statement, signature } = event.body;
  const bytes = canonicalBytes(statement);
  put(path, bytes);
  if (signature && 'sig' in signature) put(`${path}.dsse`, jsonLine(dsseEnvelope(type ?? '', bytes, [signature])));
  else if (signature && withKeys) {
    const armored = sealed.open(signature.sshsig_sha256)?.value;
    if (armored !== undefined) put(`${path}.sig`, armored);
  }
}

/** Where the statement of an entry lies, and of the server’s its type. */
export function statementPlace({ n, type }: LoggedEntry['event']): [path: string, payloadType?: string] | undefined {
  switch (type) {
    case 'import.claimed':
      return [`statements/${n}-claim.json`];
    case 'approval':
      return [`statements/${n}-approval.json`];
    case 'change.signed':
      return [`statements/${n}-change.json`];
    case 'import.verified':
    case 'import.rejected':
      return [`statements/${n}-observation.json`, OBSERVATION];
    case 'publish':
      return [`statements/${n}-publication.json`, PUBLICATION];
    default:
      return undefined;
  }
}

/** Every policy that was in force when something of this import was published, and the one of now. */
function putPolicies({ chronicle }: Inquiry, { repository, published }: ImportRecord, put: Put): void {
  const { policies } = chronicle.rules;
  const moments = [...published.map(({ index }) => index), Number.POSITIVE_INFINITY];
  for (const { policy } of moments.map((moment) => policies.inForce(repository, moment))) {
    const bytes = canonicalBytes(policy);
    put(`policy/${sha256(bytes)}.json`, bytes);
  }
}

function putLists({ record: { reader } }: Inquiry, { observation }: ImportRecord, put: Put): void {
  for (const name of ['files', 'authored', 'carried'] as const)
    put(`lists/${name}.jsonl`, reader.bytes(observation[`${name}_sha256`] as Sha256));
}

/** @returns how many are not here */
function putMetadata(
  inquiry: Inquiry,
  { observation, repository }: ImportRecord,
  subject: PackSubject | undefined,
  put: Put,
): number {
  const { listings, record } = inquiry;
  const authored = listings.authored(observation);
  const isAll = authored.length <= MOST_METADATA;
  let leftOut = 0;
  for (const file of [...listings.files(observation), ...authored]) {
    const isListing = (): boolean => [...listings.targets(repository, file)].some(({ path }) => path === subject?.name);
    const isNeeded =
      isAll || file.kind !== 'authored' || file.role === 'targets' || file.fileSha256 === subject?.sha256;
    const isKept = isNeeded || (subject?.kind === 'target' && isListing());
    // Of a refused import, what was too large to keep is remembered by digest only.
    const isStored = record.database.one('SELECT 1 FROM file WHERE sha256 = ?', file.fileSha256) !== undefined;
    if (isKept && isStored) put(`metadata/${file.fileSha256}.json`, record.reader.bytes(file.fileSha256));
    else leftOut++;
  }
  return leftOut;
}

/** The mirror’s own roles as each generation was published. */
function putIssued({ record: { reader } }: Inquiry, published: readonly PublicationRecord[], put: Put): void {
  for (const { statement } of published)
    for (const role of ['root', 'snapshot', 'timestamp'] as const)
      put(`mirror/${statement[role].sha256}.json`, reader.bytes(statement[role].sha256 as Sha256));
}

/** Value and salt: whoever has both can compute the commitment. */
function openedValues({ record: { sealed } }: Inquiry, entries: readonly LoggedEntry[]): string {
  const commitments = new Set(entries.flatMap(({ event }) => commitmentsIn(event)));
  const values = [...commitments].flatMap((commitment) => {
    const value = sealed.open(commitment);
    return value ? [{ commitment, kind: value.kind, salt: value.salt, value: value.value }] : [];
  });
  return `${JSON.stringify(values, null, 1)}\n`;
}
