/** Whose key it is, for what and when: the list of signers, and the list of revoked keys. */
import { ed25519, hardwareEd25519, lineOf, nistp256, wire } from '../people.ts';
import { vector } from '../vectors.ts';
import { alice, by, listed, made, NAME, row, type Row } from './row.ts';

const bob = nistp256('bob');
const NOBODYS = /is of the key SHA256:\S+, which is not one of “/;
const ELSEWHERE = /that is not for the purpose “pin/;
const LATE = /did not count at 2027-01-01T00:00:00.000Z: it counts until 2026-12-31T23:59:59.000Z/;
const EARLY = /did not count at 2027-01-01T00:00:00.000Z: it counts from 2027-01-01T00:01:00.000Z/;
const line = alice.line;

const NAMES: readonly Row[] = [
  row('another name', { identity: 'bob@example.org', refused: NOBODYS }),
  row('the name in capitals', { identity: 'ALICE@example.org', refused: NOBODYS }),
  row('a name that begins alike', { identity: `${NAME}.test`, refused: NOBODYS }),
  listed('a key of somebody else', `${NAME} ${bob.line}`, { refused: NOBODYS }),
  listed('nobody listed', '', { refused: NOBODYS }),
  listed('two keys of one person', `${NAME} ${bob.line}\n${NAME} ${line}`),
  listed('one key of two people', `bob@example.org ${line}\n${NAME} ${line}`),
  listed('several names', `bob@example.org,${NAME},carol ${line}`),
  listed('a pattern', `*@example.org ${line}`),
  listed('a pattern of another place', `*@example.com ${line}`, { refused: NOBODYS }),
  listed('? is one byte', `??lice ${line}`, { identity: 'älice' }),
  listed('? is not two bytes', `?lice ${line}`, { identity: 'älice', refused: NOBODYS }),
  listed('a pattern that forbids', `*@example.org,!alice@* ${line}`, { refused: NOBODYS }),
  listed('a pattern that forbids first', `!alice@*,*@example.org ${line}`, { refused: NOBODYS }),
  listed('a pattern that forbids somebody else', `!bob@*,*@example.org ${line}`),
  listed('only forbidden', `!bob@* ${line}`, { refused: NOBODYS }),
  listed('forbidden in one line, named in another', `*,!alice@* ${line}\n${NAME} ${line}`),
  listed('a name with a space', `"alice of x" ${line}`, { identity: 'alice of x' }),
  listed('a name with a hash sign in front', `"#alice" ${line}`, { identity: '#alice' }),
  listed('nobody’s name, and a pattern for everybody', `* ${line}`, {
    identity: '',
    refused: /needs a person and a purpose/,
    differs: 'A signature of nobody must not count.',
  }),
];

const LINES: readonly Row[] = [
  listed('comments and empty lines', `# signers\n\n  \t# more\n${NAME} ${line}`),
  listed('white space and a comment', `  ${NAME} \t ${line} alice on "her" laptop, cert-authority`),
  listed('line ends of CR LF', `# signers\r\n${NAME} ${line}\r`),
  listed('commented out', `#${NAME} ${line}`, { refused: NOBODYS }),
  listed('an authority is not a person', `${NAME} cert-authority ${line}`, { refused: NOBODYS }),
  listed('an authority, and a person', `${NAME} cert-authority ${line}\n${NAME} ${line}`),
  made('certificate', {
    allowed: `${NAME} ${line}\n`,
    refused: /names a key that is a certificate/,
  }),
  listed('a line that is not understood, and a good one', `${NAME} nonsense ${line}\n${NAME} ${line}`, {
    refused: /Line 1 of the allowed signers is not understood: “nonsense” is no option/,
    differs: 'What it was meant to say is not known; ssh-keygen passes over it.',
  }),
  listed('an option twice', `${NAME} namespaces="git",namespaces="pin.*" ${line}`, {
    refused: /namespaces stands there twice/,
  }),
  listed('a comma without an option', `${NAME} cert-authority, ${line}`, { refused: /“cert-authority,” is no option/ }),
  listed('an option without quotes', `${NAME} namespaces=pin.* ${line}`, { refused: /is no option/ }),
  listed('a kind that does not fit the key', `${NAME} ${lineOf('ssh-rsa', alice.blob)}`, { refused: /inside/ }),
  listed('a weak key of somebody else', `bob@example.org ${vector('rsa-1024').publicKey}\n${NAME} ${line}`, {
    refused: /an RSA key of 1024 bits/,
    differs: 'A list with a weak key is one that nobody looked at.',
  }),
  listed(
    'a kind that is not supported, of somebody else',
    `bob@example.org ${vector('nistp384').publicKey}\n${NAME} ${line}`,
    {
      refused: /of the kind “ecdsa-sha2-nistp384”/,
      differs: 'What it was meant to allow would silently not be allowed.',
    },
  ),
];

const PURPOSES: readonly Row[] = [
  listed('for this purpose', `${NAME} namespaces="pin.v1@countersign" ${line}`),
  listed('for several', `${NAME} namespaces="git,pin.*" ${line}`),
  listed('the option in capitals', `${NAME} NAMESPACES="pin.v1@countersign" ${line}`),
  listed('for others', `${NAME} namespaces="git,file" ${line}`, { refused: ELSEWHERE }),
  listed('for all but this one', `${NAME} namespaces="*,!pin.*" ${line}`, { refused: ELSEWHERE }),
  listed(
    'in one line for others, in the next for this',
    `${NAME} namespaces="git" ${line}\n${NAME} namespaces="pin.*" ${line}`,
  ),
];

const TIMES: readonly Row[] = [
  listed('the last second', `${NAME} valid-before="20270101000000Z" ${line}`),
  listed('over for a second', `${NAME} valid-before="20261231235959Z" ${line}`, { refused: LATE }),
  listed('the first second', `${NAME} valid-after="20270101Z" ${line}`),
  listed('not yet', `${NAME} valid-after="202701010001Z" ${line}`, { refused: EARLY }),
  listed('between both', `${NAME} valid-after="20261231Z",valid-before="20270102Z" ${line}`),
  listed(
    'over in one line, current in the next',
    `${NAME} valid-before="20261231235959Z" ${line}\n${NAME} valid-after="20270101Z" ${line}`,
  ),
  listed('the zone as UTC', `${NAME} valid-before="20270201utc" ${line}`),
  listed('an end before its beginning', `${NAME} valid-after="20260102Z",valid-before="20260101Z" ${line}`, {
    refused: /valid-before is not after valid-after/,
  }),
  listed('an end at its beginning', `${NAME} valid-after="20270101Z",valid-before="20270101Z" ${line}`, {
    refused: /valid-before is not after valid-after/,
  }),
  listed('no such form', `${NAME} valid-before="2027-02-01Z" ${line}`, { refused: /is no time of the form/ }),
  listed('the first second of 1970', `${NAME} valid-after="19700101Z" ${line}`, { refused: /is no time of the form/ }),
  listed('no such day', `${NAME} valid-before="20270231Z" ${line}`, {
    refused: /“20270231Z” is no time/,
    differs: 'ssh-keygen takes it for the third of March.',
  }),
  listed('no zone', `${NAME} valid-before="20270201" ${line}`, {
    refused: /the time 20270201 has no zone/,
    differs: 'It is another instant on another machine.',
  }),
];

const REVOKED: readonly Row[] = [
  row('revoked', { revoked: `# lost\n${line} alice’s laptop\n`, refused: /which is revoked/ }),
  row('another key revoked', { revoked: `${bob.line}\n${hardwareEd25519('bob').line}\n` }),
  row('nothing revoked', { revoked: '# nothing yet\n\n' }),
  row('revoked, and the name does not fit either', {
    revoked: `${line}\n`,
    identity: 'bob',
    refused: /which is revoked/,
  }),
  by(hardwareEd25519('alice'), 'hardware revoked', {
    revoked: `${hardwareEd25519('alice').line}\n`,
    refused: /which is revoked/,
  }),
  row('revoked as the same key of hardware', {
    revoked: `${hardwareEd25519('alice').line}\n`,
    refused: /which is revoked/,
    differs: 'It is the same key.',
  }),
  by(hardwareEd25519('alice'), 'revoked under another application', {
    revoked: `${hardwareEd25519('alice', { application: 'ssh:other' }).line}\n`,
    refused: /which is revoked/,
    differs: 'It is the same key.',
  }),
  row('revoked by fingerprint', {
    revoked: 'SHA256:bzgMqIMV1HHeBWt072VKJ8DbXiS1yjoFBKAfktFCdVI alice\n',
    refused: /which is revoked/,
  }),
  row('another key revoked by fingerprint', {
    revoked: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n',
    differs: 'ssh-keygen reads no fingerprints there, and refuses every signature.',
  }),
  row('a revocation that is not understood', { revoked: `nonsense\n`, refused: /not understood in line 1/ }),
  row('a revocation with options', { revoked: `namespaces="git" ${bob.line}\n`, refused: /not understood in line 1/ }),
  row('a revocation cut off', { revoked: `${bob.line.slice(0, -9)}\n`, refused: /not understood in line 1/ }),
  row('an unsound key revoked', {
    revoked: `${lineOf('ssh-ed25519', wire('ssh-ed25519', Buffer.alloc(32)))}\n`,
    refused: /not understood in line 1/,
    differs: 'It never counted here, so whoever wrote it meant another one.',
  }),
  row('a certificate’s key revoked by its certificate', {
    revoked: `${certificateLine()}\n`,
    refused: /not understood in line 1.*is a certificate/,
  }),
  by(ed25519('mallory'), 'not listed, and not revoked', {
    allowed: `${NAME} ${line}\n`,
    revoked: '',
    refused: NOBODYS,
  }),
];

export const PEOPLE: readonly Row[] = [...NAMES, ...LINES, ...PURPOSES, ...TIMES, ...REVOKED];

/** The certificate of the committed signature, as it stands in a `-cert.pub` file. */
function certificateLine(): string {
  const base64 = vector('certificate').signature.split('\n').slice(1, -2).join('');
  const bytes = Buffer.from(base64, 'base64');
  return lineOf('ssh-ed25519-cert-v01@openssh.com', bytes.subarray(14, 14 + bytes.readUInt32BE(10)));
}
