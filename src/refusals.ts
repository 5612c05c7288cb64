/**
 * Every refusal this program can give: why it is right to refuse, and what to do next.
 * `docs/reference/errors.md` has one heading per code; a test compares the two.
 * A code is never renamed or reused: scripts and auditors match on it.
 */
import { type Entry, GUARD_REFUSALS } from './guard-refusals.ts';

export const REFUSALS = {
  ...GUARD_REFUSALS,

  // ── usage: whoever typed the command ──────────────────────────────────────────────────────────────────────────────
  USAGE_OPTION: {
    why: 'A command that is not understood exactly is not run.',
    next: 'See the command’s --help.',
  },
  USAGE_REPOSITORY_ID: {
    why: 'Ids become paths that clients ask for, so only [a-z0-9][a-z0-9._-]{0,62} outside the reserved names is allowed.',
    next: 'Choose another id, or for a collection another name to serve it as.',
  },
  USAGE_UNKNOWN_REPOSITORY: {
    why: 'Nothing is mirrored unless it was enrolled with its root.',
    next: 'See `countersign repo list`, or enrol it with `countersign repo add`.',
  },
  USAGE_REPOSITORY_EXISTS: {
    why: 'An enrolment is a trust decision and is never overwritten.',
    next: 'Choose another id.',
  },
  USAGE_UNKNOWN_IMPORT: { why: 'The record holds no such import.', next: 'See `countersign imports`.' },
  USAGE_UNKNOWN_OPERATOR: {
    why: 'Only people whose keys were recorded can sign for what happens here.',
    next: 'See `countersign operator list`, or add the person with `countersign operator add`.',
  },
  USAGE_OPERATOR_EXISTS: {
    why: 'A person is recorded once, or one person could count twice.',
    next: 'See `countersign operator list`; add a further key to the same person with `countersign operator add-key`.',
  },
  USAGE_REASON: {
    why: 'Whoever looks later must understand why this was decided; some decisions are signed into what clients see.',
    next: 'Add --reason "…".',
  },
  USAGE_FILE: { why: 'The command needs this file.', next: 'Check the path and its permissions.' },

  // ── config: the operator, in the configuration ────────────────────────────────────────────────────────────────────
  CONFIG_INVALID: {
    why: 'A setting that is not understood could mean something other than what was intended.',
    next: 'Correct the named setting in countersign.yaml or its COUNTERSIGN_ variable.',
  },
  CONFIG_UNKNOWN_KEY: {
    why: 'A misspelt setting would otherwise be silently ignored.',
    next: 'Remove it or correct its spelling; docs/reference/config.md lists every key.',
  },
  CONFIG_TLS: {
    why: 'TLS material that cannot be used must stop the program; falling back to something weaker would hide it.',
    next: 'Check the named file and its permissions.',
  },
  CONFIG_LISTEN: {
    why: 'A mirror that cannot answer at the address its clients know must not look as if it were running.',
    next: 'Stop the program that holds the address, or choose another with --listen and --admin.',
  },
  CONFIG_PLAINTEXT: {
    why: 'The admin listener speaks plain HTTP, which is safe on loopback only.',
    next: 'Listen on 127.0.0.1, or set allow_plaintext: true behind a proxy that adds TLS and access control.',
  },
  CONFIG_POLICY: {
    why: 'A policy decides who must agree; one that is not understood exactly could ask fewer than was meant.',
    next: 'Correct the policy file; docs/operate/approvals.md describes every member.',
  },
  CONFIG_WITNESSES: {
    why: 'A list of witnesses that is not understood exactly could count fewer than was meant.',
    next: 'Correct the file; docs/operate/witnesses.md describes it.',
  },

  // ── source: the network or the courier; may be retried ────────────────────────────────────────────────────────────
  SOURCE_WITNESS: {
    why: 'A witness that cannot be asked, or answers something else, has seen nothing.',
    next: 'Check the witness’s address and that it knows this log; see docs/operate/witnesses.md.',
  },
  SOURCE_NOT_FOUND: {
    why: 'A file that upstream’s metadata promises is not there, so the state is not complete.',
    next: 'Retry later; if it stays missing, ask upstream or the courier.',
  },
  SOURCE_UNREACHABLE: {
    why: 'No answer means no evidence of what upstream says now.',
    next: 'Check the address, the proxy, DNS and the certificate authority, then retry.',
  },
  SOURCE_STATUS: {
    why: 'Only a plain success or “not found” has a meaning in TUF.',
    next: 'Open the address with curl through the same proxy, then retry.',
  },
  SOURCE_TOO_LARGE: {
    why: 'Reading without a bound would let a source exhaust this machine.',
    next: 'If upstream really grew: countersign repo limit ID NAME=NUMBER --reason "…".',
  },
  SOURCE_SLOW: {
    why: 'A source that drips bytes could hold an import open for ever.',
    next: 'Retry on a better connection, or lower the minimum throughput in the configuration.',
  },
  SOURCE_TRUNCATED: {
    why: 'A body shorter than its announced length was cut off in transit.',
    next: 'Retry.',
  },
  SOURCE_REDIRECT: {
    why: 'A redirect to another origin could send this server, and its credentials, anywhere.',
    next: 'Enrol the repository under the address it redirects to, if that is where it lives.',
  },
  SOURCE_ENCODED: {
    why: 'TUF files are fetched unencoded, so that limits count the bytes that are verified.',
    next: 'Switch content encoding off for this path on the server or proxy.',
  },
  SOURCE_UNREADABLE: {
    why: 'A directory source is read as plain files only; links and devices could lead anywhere.',
    next: 'Copy the repository as regular files and check their permissions.',
  },

  // ── trust: security; never retry blindly ──────────────────────────────────────────────────────────────────────────
  TRUST_ROOT_DIGEST: {
    why: 'The root file is the only thing that is believed without a signature, so its digest must be the confirmed one.',
    next: 'Obtain the root file or its SHA-256 again, through a channel you trust.',
  },
  TRUST_ROOT_CHAIN: {
    why: 'Each root must be exactly the successor of the one before, signed by both; a gap could hide a revocation.',
    next: 'Ask for the complete root chain; if upstream really restarted it, enrol the repository anew.',
  },
  TRUST_JSON: {
    why: 'Bytes that two readers could understand differently are not metadata.',
    next: 'Look at what the source sends (an error page?); if upstream really signed this, tell its maintainers.',
  },
  TRUST_MALFORMED: {
    why: 'Metadata that does not have the specification’s shape cannot be judged.',
    next: 'Look at what the source sends; if upstream really signed this, tell its maintainers.',
  },
  TRUST_TYPE: {
    why: 'A file of one role must not pass as another.',
    next: 'Look at what the source sends; it may be misconfigured or hostile.',
  },
  TRUST_SPEC_VERSION: {
    why: 'Countersign implements TUF 1.x; another major version may mean something else by the same words.',
    next: 'Check whether a newer Countersign supports it.',
  },
  TRUST_KEY: {
    why: 'A key whose declared kind and material disagree, or which is weak, would let signatures mean less than they say.',
    next: 'Tell upstream’s maintainers; the key must be replaced there.',
  },
  TRUST_THRESHOLD_VALUE: {
    why: 'A threshold must be a whole number from 1 to the number of different keys, or the role is open or locked.',
    next: 'Tell upstream’s maintainers.',
  },
  TRUST_DUPLICATE_SIGNATURE: {
    why: 'One key id may sign a file once; repeating it is how thresholds have been faked.',
    next: 'Look at what the source sends; if upstream really published this, tell its maintainers.',
  },
  TRUST_SIGNATURES: {
    why: 'Too few different keys of this role signed the file, so nobody entitled to it stands behind it.',
    next: 'Do not retry blindly: find out where these bytes come from.',
  },
  TRUST_LIMIT: {
    why: 'Counts and depths are bounded so that hostile metadata cannot exhaust this machine.',
    next: 'If upstream really grew beyond it: countersign repo limit ID NAME=NUMBER --reason "…".',
  },
  TRUST_EXPIRED: {
    why: 'Expired metadata may be a replay of an older state.',
    next: 'Import a newer state; if upstream itself is late, see maxUpstreamAge in docs/operate/import.md.',
  },
  TRUST_ROLLBACK: {
    why: 'A version lower than one already accepted is a replay of an older state.',
    next: 'Do not retry blindly: compare the source with what is recorded (`countersign imports`).',
  },
  TRUST_ROLE_REMOVED: {
    why: 'A role that snapshot once listed must stay listed, or its removal could be replayed unnoticed.',
    next: 'Ask upstream; a retired role stays in snapshot.',
  },
  TRUST_TORN: {
    why: 'Timestamp, snapshot and targets must belong to one published state; this source mixes two.',
    next: 'Import the next state; no decision can make a torn state whole.',
  },
  TRUST_ROLE_MISMATCH: {
    why: 'The delegated role’s file is not the one that snapshot lists, so it was replaced or never published.',
    next: 'Import a later state, or carry the rest without it: --exclude-role ROLE --reason "…".',
  },
  TRUST_ROLE_UNLISTED: {
    why: 'A role that is delegated to but missing from snapshot is withheld: the search must not fall through to another.',
    next: 'Import a later state, or carry the rest without it: --exclude-role ROLE --reason "…".',
  },
  TRUST_ROLE_NAME: {
    why: 'A delegated role must not take the name of a top-level role, and names must be unique in one file.',
    next: 'Tell upstream’s maintainers.',
  },
  TRUST_EQUIVOCATION: {
    why: 'The same role and version was seen with other signed content: upstream said two different things.',
    next: 'Ask upstream which is right, then decide by name: --accept-equivocation ROLE@VERSION --reason "…".',
  },
  TRUST_TARGET: {
    why: 'The target file is not the one that upstream signed.',
    next: 'Retry once (the source may be in the middle of a publication), then ask upstream or the courier.',
  },
  TRUST_SSH_SIGNATURE: {
    why: 'A person’s signature counts only for exactly these bytes, this purpose, and a key that is that person’s.',
    next: 'Let the person sign again with the recorded key: the message says what did not fit.',
  },

  // ── policy: an administrator ──────────────────────────────────────────────────────────────────────────────────────
  POLICY_UPSTREAM_AGE: {
    why: 'Upstream vouched for this state too long ago; carrying it on would hide a frozen upstream.',
    next: 'Import a newer state; the limit is the repository’s maxUpstreamAge.',
  },
  POLICY_RETIRED: {
    why: 'People agreed that this upstream will never answer again; whatever does so now is somebody else.',
    next: 'Nothing: what it published last is served and renewed. To follow another upstream, enrol it under another id.',
  },
  POLICY_APPROVALS: {
    why: 'What is published was agreed to by as many different people as the policy asks, without the one who brought it in.',
    next: 'See `countersign imports`; each of the missing people runs `countersign approve N --as NAME`.',
  },
  POLICY_REJECTED: {
    why: 'A person looked at this and said no; that stands until the same person withdraws it.',
    next: 'Talk to whoever rejected it; `countersign audit timeline` says who and when.',
  },
  POLICY_COOLING_OFF: {
    why: 'The policy leaves time between the import and its publication, so that a mistake is noticed in between.',
    next: 'Wait, or open the emergency procedure: `countersign publish N --break-glass --reason "…"`.',
  },
  POLICY_NOT_PERMITTED: {
    why: 'Each person does what their recorded role allows, and a retired person or a revoked key does nothing.',
    next: 'See `countersign operator list`; somebody with the role must do it.',
  },
  POLICY_CHANGE: {
    why: 'Who may decide, and by which rules, is itself changed only by as many people as those rules ask.',
    next: 'The others run the same command with their own --as NAME; it takes effect with the last signature that is needed.',
  },
  POLICY_SUMMARY: {
    why: 'A person answers for what they have read; a signature under something else would be in their name, and not their word.',
    next: 'Read it as it is now with `countersign diff`, and give the digest of that.',
  },
  POLICY_VERSION_JUMP: {
    why: 'A version that leaps ahead can lock clients out of every later update.',
    next: 'Ask upstream, then decide by name: --accept-version-jump ROLE@VERSION --reason "…".',
  },
  POLICY_DUPLICATE_KEY: {
    why: 'One key listed under several ids looks like several people; stock clients count it more than once.',
    next: 'Ask upstream, then decide by name: --accept-duplicate-keys ROLE --reason "…".',
  },
  POLICY_PIN: {
    why: 'Mirror metadata must list exactly upstream’s targets keys and threshold, or clients would trust somebody else.',
    next: 'Draft the root again from the current import.',
  },

  // ── state: the operator, now ──────────────────────────────────────────────────────────────────────────────────────
  STATE_NOT_INITIALISED: {
    why: 'There is no Countersign data directory here.',
    next: 'Run `countersign init`, or name the directory with --data.',
  },
  STATE_ALREADY_INITIALISED: {
    why: 'Keys and record are never overwritten.',
    next: 'Use the existing directory, or choose another with --data.',
  },
  STATE_PERMISSIONS: {
    why: 'Keys and record that others can read or write are not secret and not a record.',
    next: 'chmod 700 the directory and chmod 600 the file, after finding out who used them.',
  },
  STATE_LOCKED: {
    why: 'Two writers at once could publish two different states.',
    next: 'Wait for the other process to finish; a crashed one holds no lock.',
  },
  STATE_CONFLICT: {
    why: 'Something else was published meanwhile, so this result no longer follows from the current state.',
    next: 'Run the command again.',
  },
  STATE_SCHEMA: {
    why: 'A record written by another version, or altered by hand, must not be guessed at.',
    next: 'Use the Countersign version that wrote it or a newer one, or restore a backup.',
  },
  STATE_DAMAGED: {
    why: 'Stored bytes do not have the digest they were stored under.',
    next: 'Run `countersign fsck`; restore the named file from a backup, or remove a damaged blob and import again.',
  },
  STATE_RESTORED: {
    why: 'The record is older than the head file says: signing on it could reuse version numbers that clients have seen.',
    next: 'Put the newer record back; if it is lost, `countersign fsck --adopt-restored --reason "…"` raises the versions and goes on.',
  },
  STATE_DISK: {
    why: 'What cannot be stored durably is not published; the old state stays.',
    next: 'Free space or repair the disk, then run the command again.',
  },
  STATE_CLOCK_BACK: {
    why: 'The clock is behind the last recorded event; signing now could shorten or replay lifetimes.',
    next: 'Correct the clock. If it is right now and was ahead before: countersign fsck --adopt-clock --reason "…". Serving goes on.',
  },
  STATE_CLOCK_AHEAD: {
    why: 'The clock jumped implausibly far ahead; versions and lifetimes signed now could lock clients out.',
    next: 'Correct the clock; after a real long stop: countersign fsck --adopt-clock --reason "…". Serving goes on.',
  },
  STATE_VERSION_AHEAD: {
    why: 'A version far in the future would lock clients out of every later update.',
    next: 'Correct the clock. If versions were signed under a clock far ahead: countersign fsck --adopt-clock, then keys rotate, which lets them start over.',
  },
  STATE_INCOMPLETE: {
    why: 'A generation that omits a reachable role would let another role answer in its place.',
    next: 'Import again; if upstream’s role is broken, exclude it by name with a reason.',
  },
  STATE_SELF_CHECK: {
    why: 'A client would refuse what was about to be published, so it was not published.',
    next: 'The message names the client and its reason; nothing changed.',
  },
  STATE_NEEDS_ROOT: {
    why: 'The mirror’s root must change first, and its keys are not at hand here.',
    next: 'Hold the ceremony: `countersign root draft`, `root sign`, `root accept`.',
  },
  STATE_NOTHING_PUBLISHED: {
    why: 'There is no generation to act on.',
    next: 'Import the repository first.',
  },
  STATE_KEY: {
    why: 'A key that cannot be read or does not fit its role cannot sign.',
    next: 'Check the key file, its passphrase and --keys.',
  },
  STATE_ROOT_DRAFT: {
    why: 'Only a draft that follows exactly from the current root, signed by enough holders, may become the next root.',
    next: 'Draft again with `countersign root draft` and collect the signatures.',
  },
  STATE_LIFETIME: {
    why: 'Lifetimes are bounded so that a stolen online key ages out.',
    next: 'Choose a shorter lifetime: timestamp at most 7 days, snapshot 1 year, root 2 years.',
  },
  STATE_LEDGER: {
    why: 'The ledger is evidence; nothing is signed on one that is not what was appended.',
    next: 'Run `countersign audit verify`, find out who changed it, and restore a copy that verifies.',
  },
  STATE_LEDGER_BEHIND: {
    why: 'A witness has seen a longer or another log under this name: signing on this one would fork it.',
    next: 'Put the newer record back; docs/operate/disaster.md tells how to go on when it is lost.',
  },
  STATE_WITNESSES: {
    why: 'The policy wants enough witnesses before anything new is shown to clients.',
    next: 'Bring the witnesses back; everything is recorded, and is shown as soon as they have seen it.',
  },
  STATE_SEALED: {
    why: 'What was sealed apart from the ledger is gone or not what was sealed, so it proves nothing any more.',
    next: 'Restore sealed.sqlite from a backup; if it was erased on purpose, the redaction in the ledger says why.',
  },
  STATE_SIGNING: {
    why: 'People’s signatures are made by ssh-keygen, and without one nothing is recorded in a person’s name.',
    next: 'Install OpenSSH 8.9 or newer, load the key into the agent or name it with --key FILE, then run the command again.',
  },
  STATE_SOFTWARE: {
    why: 'This combination of Node.js and the SQLite driver crashes instead of working.',
    next: 'Use Node.js 20.19+ with better-sqlite3 12, or Node.js 22.14+.',
  },
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof REFUSALS;
