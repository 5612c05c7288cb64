/**
 * What can happen: every type of event with the shape of its body. A type is never renamed and a body never reread
 * differently, because leaves stay for ever (docs/reference/ledger-events.md).
 */
import { policy } from './policy.ts';
import {
  actor,
  collectionName,
  count,
  digest,
  fingerprint,
  issuedFile,
  leafRef,
  list,
  members,
  nonce,
  numbersByName,
  type Of,
  oneOf,
  orNull,
  personSignature,
  repository,
  serverSignature,
  type Shape,
  text,
  time,
} from './shapes.ts';
import { changeStatement, importApproval, importClaim, importObservation, publication } from './statements.ts';

const observed = members({ statement: importObservation, signature: serverSignature });
/** What people agreed to, and the leaves of their signatures. Empty in solo mode. */
const agreed = { subject_sha256: digest, signatures: list(leafRef, 100) };

export const EVENTS = {
  /** The first leaf: whose log this is, and its keys. */
  genesis: members({
    installation: nonce,
    origin: text(200),
    /** Verifier key of the checkpoints (C2SP signed-note). */
    log_key: text(300),
    /** Ed25519 public key of the server’s statements, hex. */
    attestation_key: digest,
    root_keys: oneOf('offline', 'online'),
    software: text(100),
    /** Digest of the last event of the plain record that this log continues. */
    plain_record_sha256: orNull(digest),
  }),
  'software.upgrade': members({ version: text(100), previous: text(100) }),
  'upstream.enrol': members({
    repository,
    dialect: oneOf('tuf', 'notary'),
    /** Of Notary’s: the name upstream, and the one under which clients ask here. */
    collection: orNull(members({ name: collectionName, served_as: collectionName })),
    upstream: text(2000),
    root_sha256: digest,
    selection: text(20_000),
    max_upstream_age_days: count,
    limits: numbersByName(),
  }),
  'limits.set': members({ repository, limits: numbersByName(), reason: digest }),

  'import.claimed': members({ statement: importClaim, signature: orNull(personSignature) }),
  'import.verified': observed,
  'import.rejected': observed,
  /** Upstream said two things under one version. */
  equivocation: members({ repository, import: count, files: list(text(1200), 40), files_count: count }),
  /** Approve, reject or withdraw. */
  approval: members({ statement: importApproval, signature: orNull(personSignature) }),

  /** One signature under a change of the rules; it takes effect with the event that names enough of them. */
  'change.signed': members({ statement: changeStatement, signature: orNull(personSignature) }),
  'actor.add': members({ actor, name: digest, roles: list(text(64), 20), ...agreed }),
  'actor.retire': members({ actor, reason: digest, ...agreed }),
  'key.add': members({ actor, key: fingerprint, key_type: text(64), is_hardware: oneOf('yes', 'no'), ...agreed }),
  'key.revoke': members({ actor, key: fingerprint, reason: digest, ...agreed }),
  'policy.set': members({ scope: text(63), sha256: digest, policy, ...agreed }),
  /** Who cosigns checkpoints (C2SP tlog-policy, by value), and whether publications wait for them. */
  'witnesses.set': members({ sha256: digest, text: text(20_000), without_quorum: oneOf('wait', 'publish'), ...agreed }),

  publish: members({ statement: publication, signature: serverSignature }),
  /** Every timestamp that clients may see, with the snapshot it names. */
  'serve.timestamp': members({
    repository,
    generation: count,
    online_epoch: count,
    root_version: count,
    snapshot: issuedFile,
    timestamp: issuedFile,
  }),
  'root.issued': members({ repository, generation: count, root: issuedFile }),
  /** What is served goes back to an earlier import’s content, under higher versions. */
  'withdraw.generation': members({ repository, generation: count, to_import: count, reason: digest, ...agreed }),
  'breakglass.open': members({ repository, import: count, reason: digest, review_by: time, ...agreed }),
  'breakglass.review': members({ opened: leafRef, reason: digest, ...agreed }),
  /** Upstream will never answer again: what this import brought is the end, and is renewed without upstream’s word. */
  'upstream.retire': members({ repository, import: count, reason: digest, ...agreed }),

  'clock.step': members({ reason: digest, last_event: time }),
  /**
   * A restored record goes on. Where leaves were lost whose checkpoints others may hold, the log goes on under another
   * name: under the old one it would contradict itself.
   */
  recovery: members({ reason: digest, events_lost: count, origin: text(200), log_key: text(300) }),
  'witness.unreachable': members({
    size: count,
    missing: list(text(200), 60),
    without_quorum: oneOf('wait', 'publish'),
  }),
  export: members({ kind: text(32), from: count, to: count, sha256: digest }),
  /** A sealed value was erased; what it was cannot be told from this. */
  redaction: members({ commitment: digest, ground: oneOf('erasure-request', 'retention', 'mistake', 'legal-order') }),
} as const satisfies Record<string, Shape<unknown>>;

export type EventType = keyof typeof EVENTS;
export type EventBody<Type extends EventType> = Of<(typeof EVENTS)[Type]>;
