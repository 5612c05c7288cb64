/**
 * Who may import whom. Read downward it is the path that data takes; nothing imports upward (docs/design/architecture.md).
 *
 * A word is a room (a folder of `src/`) or one file, without `.ts`. `type …` allows types only: the shape of a thing
 * without the power to make one. A room may always import itself.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'guard-refusals': [],
  refusals: ['guard-refusals'],
  errors: ['refusals'],
  // The language, pure: bytes and values. It knows no file, socket, clock or process.
  tuf: ['errors'],
  // Proofs, pure: Merkle tree, signed notes, checkpoints, tiles, cosignatures.
  tlog: ['errors', 'tuf'],
  // People's signatures, pure: SSH public keys, SSHSIG, allowed signers.
  sshsig: ['errors', 'tuf'],
  // The server's own statements, pure: DSSE envelopes.
  dsse: ['errors', 'tuf'],
  // The other dialect, pure: collections of Notary v1, in the words of `tuf` where those fit.
  notary: ['errors', 'tuf'],
  // The doors: the only code that touches clock, randomness, disk, sockets, processes, environment.
  platform: ['errors', 'tuf/names'],
  // Bytes from elsewhere, believed by nobody yet.
  acquire: ['errors', 'tuf', 'platform'],
  // Bytes become a Candidate, or a named refusal.
  verify: ['errors', 'tuf', 'notary', 'tlog', 'type acquire/source', 'type acquire/notary'],
  // The guard: a library that others embed. It knows the language and its own doors, and no room of the server.
  client: ['errors', 'tuf', 'notary', 'tlog', 'sshsig'],
  // Keys that can say yes.
  sign: ['errors', 'tuf', 'notary', 'platform'],
  // What happened, who did it.
  ledger: [
    ...['errors', 'tuf', 'notary', 'tlog', 'dsse', 'platform', 'type verify', 'verify/candidate', 'verify/policy'],
    ...['verify/targets-tree', 'type acquire/source', 'type acquire/notary'],
  ],
  // Who said yes: operators, policies and approvals as the ledger's leaves tell them, evaluated where the signing is.
  gate: ['errors', 'tuf', 'sshsig', 'ledger/events'],
  // An approved Candidate becomes a Generation that everybody sees, or nobody does.
  publish: [
    ...['errors', 'tuf', 'notary', 'tlog', 'client', 'verify', 'ledger', 'gate', 'sign', 'platform'],
    'type acquire/source',
  ],
  // The limits of lifetimes and the unit of a day are said once, by the rooms that enforce them.
  config: [
    'errors',
    'tuf/names',
    'platform',
    'publish/lifetimes',
    'verify/policy',
    'type acquire/http-source',
    'type acquire/open',
  ],
  // Those who watch that the log only grows: witnesses, asked over the network, and checkpoints that somebody kept.
  witness: ['errors', 'tuf', 'tlog', 'ledger', 'gate', 'platform'],
  // The read path. It cannot sign, record or publish: it has no import that could.
  serve: [
    ...['errors', 'tuf', 'tlog', 'type ledger/reader', 'type ledger/records', 'type publish/blobs', 'config'],
    'platform',
  ],
  // An upstream for a first look and for tests.
  sample: ['errors', 'tuf', 'platform', 'sign/signer', 'sign/secret-file'],
  // The whole import as one sentence, and the data directory that it works on.
  mirror: [...['errors', 'tuf', 'platform', 'verify', 'sshsig', 'ledger', 'gate', 'publish'], 'type sign/keyring'],
  open: [
    ...['errors', 'platform', 'ledger', 'gate', 'publish/blobs', 'publish/lifetimes', 'sign/keyring', 'witness'],
    'type mirror',
  ],
  // What people decide, as events: they sign, the gate admits it, the writer appends it.
  decide: ['errors', 'tuf', 'platform', 'verify', 'sshsig', 'ledger', 'gate', 'publish', 'mirror'],
  // What stock clients are given, so that they take nothing on trust at the first contact.
  handout: ['errors', 'notary', 'acquire/notary', 'type ledger/reader', 'type ledger/records'],
  // Many collections brought to safety: taken home, enrolled, imported.
  rescue: [...['errors', 'tuf', 'notary', 'platform', 'acquire', 'verify', 'type ledger/records', 'mirror']],
  status: [
    ...['tuf', 'notary', 'verify/policy', 'type ledger/reader', 'type ledger/records', 'type sign/keyring'],
    ...['type gate/records', 'type decide/office'],
  ],
  // What auditors ask: answers, proofs, exports and packs from verified leaves. It opens a record without any key.
  audit: [
    ...['errors', 'tuf', 'tlog', 'sshsig', 'dsse', 'platform', 'ledger', 'gate', 'publish/fsck-record'],
    'decide/people',
  ],
  // The attack lab: a mirror, a thief of its keys, people, and clients. It sees the record only through what `mirror` opens.
  lab: [
    ...['errors', 'tuf', 'tlog', 'sshsig', 'client', 'platform', 'type acquire/source', 'verify/policy', 'gate'],
    ...['sign', 'sample', 'mirror', 'open', 'type ledger/events', 'type ledger/transcript'],
  ],
  // The command line writes only through mirror.ts and decide/: of the ledger it sees what can be read.
  cli: [
    ...['errors', 'tuf', 'notary', 'client', 'platform', 'acquire', 'verify', 'sign', 'publish', 'config', 'serve'],
    ...['sample', 'lab', 'ledger/reader', 'ledger/records', 'ledger/import-content', 'ledger/events', 'sshsig', 'gate'],
    ...['mirror', 'open', 'decide', 'handout', 'rescue', 'status', 'witness', 'audit'],
  ],
};

/** Node’s modules that touch the world, and the packages that do; `type` imports of them name things and do nothing. */
export const DOORS: readonly string[] = [
  ...['node:fs', 'node:fs/promises', 'node:net', 'node:http', 'node:http2', 'node:https', 'node:tls', 'node:dgram'],
  ...['node:dns', 'node:dns/promises', 'node:child_process', 'node:cluster', 'node:worker_threads', 'node:process'],
  ...['node:timers', 'node:timers/promises', 'node:os', 'node:tty', 'node:readline', 'node:readline/promises'],
  ...['node:module', 'node:vm', 'node:v8', 'node:perf_hooks', 'node:sqlite', 'better-sqlite3', 'undici'],
];

/** Members of global objects that may be used in `src/platform/` only; a name alone stands for the global itself. */
export const FORBIDDEN_GLOBALS: readonly string[] = [
  ...['Date.now', 'Math.random', 'performance.now', 'crypto.getRandomValues', 'crypto.randomUUID'],
  ...['process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket', 'console'],
];

/** Where doors are: of the program, and of the library that others embed. */
export const DOOR_ROOMS: readonly string[] = ['src/platform/', 'src/client/doors/'];

/** Exceptions to the doors, each with its reason. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {};
