/**
 * The verifier that lies in every evidence pack, as its text: it must run where this program is not installed, on Node.js 18
 * or newer and nothing else. (Python would be on more machines, but its standard library has no Ed25519.) It shares no line
 * with this program, so that a mistake here does not excuse itself there. At most 300 lines, made to be read.
 */
export const VERIFY_SCRIPT = String.raw`// Verifies this evidence pack: node verify.mjs [--log-key VKEY]
// It believes nothing but the log key, which you should compare with the one that you were given. What it does not
// verify is said at the end: people's signatures are left to ssh-keygen, upstream's to any client.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

// A file that is missing or cannot be read is a failure like any other.
process.on('uncaughtException', (error) => {
  console.log('FAILED: ' + error.message);
  process.exit(1);
});
const [failures, shown, notShown] = [[], [], []];
const show = (...words) => shown.push(words.join(' '));
const leave = (...words) => notShown.push(words.join(' '));
const check = (holds, ...words) => holds === true || failures.push(words.join(' ')) < 0;

const read = (path) => readFileSync(path);
const text = (path) => readFileSync(path, 'utf8');
const list = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const digest = (bytes) => sha256(bytes).toString('hex');
const base64 = (encoded) => Buffer.from(encoded ?? '', 'base64');

function isSigned(rawKey, message, signature) {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), rawKey]);
  try {
    return verify(null, message, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
  } catch {
    return false;
  }
}

// Canonical JSON as the ledger writes it (RFC 8785 for text, whole numbers, lists and ASCII member names).
function canonical(value) {
  if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const member = (name) => JSON.stringify(name) + ':' + canonical(value[name]);
  return '{' + Object.keys(value).sort().map(member).join(',') + '}';
}

// ── the checkpoint: a signed note (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy) ──

function readKey(vkey) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  const material = base64(encoded);
  const isOwnId = material.length === 33 && digest(Buffer.concat([Buffer.from(name + '\n'), material])).startsWith(id);
  if (!isOwnId) throw new Error(vkey + ' is not a verifier key');
  return { name, id, raw: material.subarray(1), vkey };
}

const note = text('checkpoint');
const end = note.lastIndexOf('\n\n');
const body = note.slice(0, end + 1);
const [origin, sizeLine, rootLine] = body.split('\n');
const [size, root] = [Number(sizeLine), base64(rootLine)];
const signatures = note
  .slice(end + 2)
  .split('\n')
  .map((line) => /^\u2014 (\S+) (\S+)$/.exec(line) ?? [])
  .map(([, name, blob]) => ({ name, id: base64(blob).toString('hex', 0, 4), bytes: base64(blob).subarray(4) }));
const linesOf = (key) => signatures.filter(({ name, id }) => name === key.name && id === key.id);

const words = process.argv.slice(2);
const given = words[0] === '--log-key' ? words[1] : undefined;
const rules = text('tlog-policy.txt')
  .split('\n')
  .map((line) => line.split(/[ \t]+/));
const ruled = (kind) => rules.filter(([word]) => word === kind);
const logKey = readKey(given ?? ruled('log')[0]?.[1] ?? '');
const logLines = linesOf(logKey);
const isLogSigned = logLines.every(({ bytes }) => isSigned(logKey.raw, Buffer.from(body), bytes));
check(logLines.length > 0 && isLogSigned, 'the checkpoint is signed by the log key', logKey.vkey);
check(origin === logKey.name, 'the checkpoint is of the log that the key names');
show('The log', origin, 'signed a tree of', size, 'entries.');
if (given === undefined)
  leave('That the log key is the right one: compare it, or give yours (--log-key):', logKey.vkey);

const present = new Set();
for (const [, name, vkey] of ruled('witness')) {
  const key = readKey(vkey);
  for (const { bytes } of linesOf(key)) {
    const time = Number(bytes.readBigUInt64BE(0));
    const signed = Buffer.from('cosignature/v1\ntime ' + time + '\n' + body);
    if (!check(isSigned(key.raw, signed, bytes.subarray(8)), 'the cosignature of', name, 'verifies')) continue;
    present.add(name);
    show('The witness', name, 'saw that tree: witnessed_at', new Date(time * 1000).toISOString(), 'by its own clock.');
  }
}
for (const [, name, least, ...members] of ruled('group')) {
  const needed = least === 'all' ? members.length : least === 'any' ? 1 : Number(least);
  if (members.filter((member) => present.has(member)).length >= needed) present.add(name);
}
const quorum = ruled('quorum')[0]?.[1] ?? 'none';
if (present.has(quorum)) show('That is the quorum of witnesses that tlog-policy.txt asks for.');
else
  leave('That others were shown the same log:', quorum === 'none' ? 'no witness is asked for.' : 'there is no quorum.');

// ── entries, each with the proof that it is in that tree (C2SP tlog-proof; RFC 9162 section 2.1.3.2) ──

function leadsToRoot(leaf, index, path) {
  let [own, last, hash] = [index, size - 1, leaf];
  if (own > last) return false;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) return false;
    if (own % 2 === 1 || own === last) {
      hash = sha256(Buffer.of(1), sibling, hash);
      while (own % 2 === 0 && own !== 0) [own, last] = [own / 2, Math.floor(last / 2)];
    } else hash = sha256(Buffer.of(1), hash, sibling);
    [own, last] = [Math.floor(own / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

const entries = new Map();
for (const file of list('entries')) {
  const n = Number(file.replace('.json', ''));
  const [head, ...rest] = text('proofs/' + n + '.tlog-proof').split('\n\n');
  const [first, index, ...hashes] = head.split('\n');
  const leaf = sha256(Buffer.of(0), read('entries/' + file));
  const isProof = first === 'c2sp.org/tlog-proof@v1' && index === 'index ' + n && rest.join('\n\n') === note;
  check(isProof && leadsToRoot(leaf, n, hashes.map(base64)), 'entry', n, 'is in the log');
  const event = JSON.parse(text('entries/' + file));
  check(event.n === n, 'entry', n, 'says that it is that entry');
  entries.set(n, { ...event, hash: leaf.toString('hex') });
}
show(entries.size, 'entries are in that tree, each at its place.');
const ofType = (...types) => [...entries.values()].filter(({ type }) => types.includes(type)).sort((a, b) => a.n - b.n);
const isRef = (ref, entry) => entry !== undefined && ref?.index === entry.n && ref.hash === entry.hash;
const genesis = entries.get(0)?.body;
const isOwnKey = [genesis, ...ofType('recovery').map((entry) => entry.body)].some(
  (own) => own?.log_key === logKey.vkey,
);
check(isOwnKey, 'the log says, in its first entry or a recovery, that this is its key');

// ── statements: the server's are verified (DSSE); people's are matched with the signature that their entry names ──

const KINDS = { approval: 'approval', publish: 'publication', 'change.signed': 'change', 'import.claimed': 'claim' };
Object.assign(KINDS, { 'import.verified': 'observation', 'import.rejected': 'observation' });
const attestation = Buffer.from(genesis?.attestation_key ?? '', 'hex');
for (const { n, type, body: entry } of ofType(...Object.keys(KINDS))) {
  const { statement, signature } = entry;
  const path = 'statements/' + n + '-' + KINDS[type] + '.json';
  const bytes = read(path);
  check(bytes.equals(Buffer.from(canonical(statement))), path, 'is the statement of entry', n);
  if (signature && 'sig' in signature) {
    const { payloadType, payload, signatures: own } = JSON.parse(text(path + '.dsse'));
    const encoded = 'DSSEv1 ' + Buffer.byteLength(payloadType) + ' ' + payloadType + ' ' + bytes.length + ' ';
    const isOfType = payloadType === 'application/vnd.countersign.' + KINDS[type] + '.v1+json';
    check(isOfType && own[0].sig === signature.sig && base64(payload).equals(bytes), path + '.dsse belongs to it');
    const message = Buffer.concat([Buffer.from(encoded), bytes]);
    check(isSigned(attestation, message, base64(signature.sig)), path, 'is signed by the key that entry 0 names');
  } else if (signature && existsSync(path + '.sig'))
    check(digest(read(path + '.sig')) === signature.sshsig_sha256, path + '.sig is the one that entry', n, 'names');
  else if (signature)
    leave('Whether a person signed', path + ': the signature was erased, or is left out of this pack.');
}

// ── one import: what was claimed, seen, agreed to and published belongs together ──

const pack = JSON.parse(text('pack.json'));
const isImport = ({ body: entry }) => entry.statement.import_id === pack.import;
const observed = ofType('import.verified', 'import.rejected').find(isImport);
if (!observed) throw new Error('the observation of import ' + pack.import + ' is not here');
const seen = observed.body.statement;
const claim = entries.get(seen.claim.index);
check(isRef(seen.claim, claim) && claim.body.statement.repo_id === seen.repo_id, 'the observation names the claim');
show('Import', pack.import, 'of', seen.repo_id + ': the mirror states that it was', seen.outcome + '.');

const lines = {};
for (const name of ['files', 'authored', 'carried']) {
  const path = 'lists/' + name + '.jsonl';
  check(digest(read(path)) === seen[name + '_sha256'], path, 'is the list that the observation names');
  lines[name] = text(path)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
const listed = new Set([...lines.files, ...lines.authored].map((file) => file.file_sha256));
const metadata = list('metadata');
for (const file of metadata) {
  const actual = digest(read('metadata/' + file));
  check(file === actual + '.json' && listed.has(actual), 'metadata/' + file, 'is a file of that import');
}
show(metadata.length, 'of its', listed.size, 'metadata files are here, byte for byte.');
const [enrolment] = ofType('upstream.enrol');
const collection = enrolment?.body.collection ?? undefined;
const client = collection ? 'Notary v1 client, which asks for ' + collection.name + ',' : 'TUF client,';
leave('That upstream signed them: give metadata/ to a', client, 'with the root of entry', enrolment?.n);

const { subject } = pack;
// Digests are hexadecimal in TUF's files, and base64 in those of a Notary collection.
const stated = (hash) => (collection ? base64(hash).toString('hex') : hash);
if (subject?.kind === 'target') {
  const authored = metadata.map((file) => JSON.parse(text('metadata/' + file)).signed.targets ?? {});
  const isListed = authored.some(
    (own) => Object.hasOwn(own, subject.name) && stated(own[subject.name].hashes?.sha256) === subject.sha256,
  );
  const isCarried = lines.carried.some(({ path, sha256: own }) => path === subject.name && own === subject.sha256);
  check(isListed || isCarried, JSON.stringify(subject.name), subject.sha256, 'is part of that import');
} else if (subject) check(listed.has(subject.sha256), subject.name, subject.sha256, 'is part of that import');
if (subject) show('Part of it:', JSON.stringify(subject.name), 'with sha256', subject.sha256);

const owners = new Map(ofType('key.add').map(({ body: { key, actor } }) => [key, actor]));
const approvals = ofType('approval').filter(isImport);
for (const { n, body: entry } of approvals) {
  const { approver, ...said } = entry.statement;
  const isSame = ['candidate', 'targets_root', 'files_sha256', 'repo_id'].every((name) => said[name] === seen[name]);
  check(isSame && isRef(said.observation, observed), 'entry', n, 'is about exactly that import');
  const isOwn = approver.key === entry.signature?.key && owners.get(approver.key) === approver.actor;
  check(approver.key === null || isOwn, 'entry', n, 'is signed by a key that was recorded as that person’s');
}
for (const { n, body: entry } of ofType('publish')) {
  const said = entry.statement;
  check(isImport({ body: entry }) && isRef(said.observation, observed), 'entry', n, 'publishes that import');
  const counted = said.approvals.flatMap((ref) => approvals.find((one) => isRef(ref, one)) ?? []);
  const isOver = (one) => {
    const { actor, key } = one.body.statement.approver;
    const isTakenBack = approvals.some(
      ({ n: at, body: other }) => at > one.n && at < n && other.statement.approver.actor === actor,
    );
    return isTakenBack || ofType('key.revoke').some(({ n: at, body: other }) => at < n && other.key === key);
  };
  const areAll = counted.length === said.approvals.length;
  check(
    areAll && counted.every((one) => one.body.statement.decision === 'approve'),
    'the approvals of entry',
    n,
    'are here',
  );
  check(!counted.some(isOver), 'none of them was taken back, or its key revoked, before entry', n);
  const path = 'policy/' + said.policy_sha256 + '.json';
  check(digest(read(path)) === said.policy_sha256, path, 'is the policy that entry', n, 'names');
  const { min_approvers: asked, exclude_importer: isWithout } = JSON.parse(text(path));
  const people = new Set(counted.map((one) => one.body.statement.approver.actor));
  if (isWithout) people.delete(claim?.body.statement.importer.actor);
  const isException = said.break_glass !== null || said.withdrawal !== null;
  check(isException || people.size >= asked, 'as many people agreed to entry', n, 'as the policy asked');
  const ground = said.break_glass ? 'in an EMERGENCY' : said.withdrawal ? 'by a decision to go back' : 'by approvals';
  show(
    'Generation',
    said.generation,
    'was published',
    ground + ':',
    people.size,
    'people; the policy asked',
    asked + '.',
  );
  const isIssued = (file) => ['root', 'snapshot', 'timestamp'].some((role) => said[role].sha256 + '.json' === file);
  for (const file of list('mirror').filter(isIssued))
    check(digest(read('mirror/' + file)) + '.json' === file, 'mirror/' + file, 'is what it is named');
}
if (ofType('publish').length === 0) leave('That it was published: no entry here says so.');

for (const { commitment, salt, value } of existsSync('opened.json') ? JSON.parse(text('opened.json')) : []) {
  const actual = sha256(Buffer.of(0x73), Buffer.from(salt, 'hex'), JSON.stringify(value)).toString('hex');
  const isNamed = [...entries.values()].some((entry) => canonical(entry.body).includes(commitment));
  check(actual === commitment && isNamed, 'the opened value', commitment, 'is what an entry committed to');
  show('Opened:', commitment.slice(0, 12), 'is', JSON.stringify(value));
}

leave('That people signed their statements: the commands of README.md ask ssh-keygen that, one by one.');
leave('When it happened: claimed_at is a person’s word, received_at the mirror’s, witnessed_at a witness’s.');
leave('That nothing is left out: a pack shows what is in it, and the whole log shows the rest.');
console.log(
  ['Shown:', ...shown.map((line) => '  - ' + line), 'Not shown:', ...notShown.map((line) => '  - ' + line)].join('\n'),
);
for (const line of failures) console.log('FAILED: it does not hold that ' + line + '.');
console.log(
  failures.length === 0 ? 'Everything that this program verifies holds.' : failures.length + ' checks FAILED.',
);
process.exitCode = failures.length === 0 ? 0 : 1;
`;
