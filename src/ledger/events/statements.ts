/**
 * What people and the server sign: claims, approvals and changes by people (SSHSIG); observations and publications by the
 * server (DSSE). Neither may overwrite the other: a claim is what somebody says, an observation what the server saw.
 *
 * Nothing here names a person, an address or free text: pseudonyms, fingerprints, and commitments to sealed values.
 */
import {
  actor,
  count,
  digest,
  fingerprint,
  issuedFile,
  leafRef,
  list,
  members,
  nonce,
  type Of,
  oneOf,
  orNull,
  repository,
  text,
  time,
  whole,
} from './shapes.ts';

/** An operator’s decision by name; its reason is signed into what every client sees, so it is public. */
export const madeDecision = members({
  kind: oneOf('exclude-role', 'accept-equivocation', 'accept-version-jump', 'accept-duplicate-keys'),
  role: text(1024),
  version: orNull(count),
  reason: text(500),
});

/** What the one who brings something in says about it. Signed as `import-claim.v1@countersign` where people have keys. */
export const importClaim = members({
  schema: oneOf('import-claim/1'),
  claim_id: nonce,
  mirror_id: nonce,
  repo_id: repository,
  profile: oneOf('tuf1', 'notary1'),
  upstream: members({ id: text(2000), enrolled_root_sha256: digest }),
  /** `place` seals where a courier’s folder lay: paths tell names. */
  source: members({ kind: oneOf('online', 'directory'), uri: orNull(text(2000)), place: orNull(digest) }),
  base_import_id: orNull(count),
  reason: members({ ticket: orNull(text(64)), text: orNull(digest) }),
  policy_seen: orNull(digest),
  importer: members({ actor, key: orNull(fingerprint), account: orNull(digest) }),
  decisions: list(madeDecision),
  claimed_at: time,
});

/** What the server saw when it looked. */
export const importObservation = members({
  schema: oneOf('import-observation/1'),
  import_id: count,
  repo_id: repository,
  claim: leafRef,
  received_at: time,
  verified_at: time,
  server: members({ version: text(100), node: text(100) }),
  result: oneOf('verified', 'rejected'),
  /** `unchanged`: verified, and what is published already. */
  outcome: oneOf('accepted', 'unchanged', 'refused'),
  reject_codes: list(text(64), 20),
  /** The refusal’s sentence; sealed where it may name a place. */
  what: orNull(text(4000)),
  what_sealed: orNull(digest),
  candidate: orNull(digest),
  as_of: orNull(
    members({
      root_version: count,
      timestamp_version: count,
      timestamp_expires: time,
      timestamp_sha256: digest,
      snapshot_version: count,
      snapshot_sha256: digest,
    }),
  ),
  /** One JSON line per root, timestamp, snapshot, and file of evidence; content-addressed. */
  files_sha256: digest,
  files_count: count,
  /** The same for targets and delegated roles: most imports bring only a new timestamp, and then this list is an old one. */
  authored_sha256: digest,
  authored_count: count,
  /** RFC 6962 root over one line per listed target, so that a single one can be shown without the others. */
  targets_root: orNull(digest),
  targets_count: count,
  /** One JSON line per target whose bytes are carried. */
  carried_sha256: digest,
  carried_count: count,
  decisions: list(madeDecision),
  notes_sha256: digest,
  notes_count: count,
  /** Seconds since upstream’s own timestamp expired; negative while it has not. */
  upstream_age: orNull(whole),
  /** The import before, of the same repository. */
  previous: orNull(leafRef),
});

/** A person’s answer to one import. Signed as `import-approval.v1@countersign`. */
export const importApproval = members({
  schema: oneOf('import-approval/1'),
  approval_id: nonce,
  mirror_id: nonce,
  repo_id: repository,
  import_id: count,
  observation: leafRef,
  candidate: digest,
  targets_root: digest,
  files_sha256: digest,
  decision: oneOf('approve', 'reject', 'withdraw'),
  /** In which of the person’s roles, where the policy asks for some: `security`. */
  as_role: orNull(text(32)),
  policy_sha256: digest,
  /** Of the text that was shown before signing. */
  summary_sha256: digest,
  valid_until: orNull(time),
  comment: orNull(digest),
  approver: members({ actor, key: orNull(fingerprint) }),
  claimed_at: time,
});

/** What a change to the rules would do; people who agree sign the same subject. */
export const changeSubject = members({
  kind: oneOf(
    'operator.add',
    'operator.retire',
    'key.add',
    'key.revoke',
    'policy.set',
    'witnesses.set',
    'generation.withdraw',
    'breakglass.open',
    'breakglass.review',
    'upstream.retire',
  ),
  /** Whom it is about. */
  actor: orNull(actor),
  /** Commitment to the person’s name. */
  name: orNull(digest),
  key: orNull(fingerprint),
  roles: list(text(64), 20),
  /** A repository, or `*`. */
  scope: orNull(text(63)),
  /** Of the canonical policy, or of the witnesses’ text. */
  document_sha256: orNull(digest),
  import_id: orNull(count),
  reason: orNull(digest),
});

/** One signature under a change. Signed as `policy-change.v1@…`, or `break-glass.v1@…` for the emergency. */
export const changeStatement = members({
  schema: oneOf('policy-change/1'),
  change_id: nonce,
  mirror_id: nonce,
  subject: changeSubject,
  signer: members({ actor, key: orNull(fingerprint) }),
  claimed_at: time,
});

/** What was made public, on whose word. */
export const publication = members({
  schema: oneOf('publication/1'),
  repo_id: repository,
  generation: count,
  import_id: count,
  observation: leafRef,
  approvals: list(leafRef),
  policy_sha256: digest,
  root: issuedFile,
  snapshot: issuedFile,
  timestamp: issuedFile,
  evidence: members({ root_version: count, snapshot_sha256: digest, timestamp_sha256: digest }),
  online_epoch: count,
  /** One JSON line per listed role. */
  roles_sha256: digest,
  roles_count: count,
  /** The generation before. */
  replaces: orNull(count),
  /** The emergency under which it was published without quorum. */
  break_glass: orNull(leafRef),
  withdrawal: orNull(leafRef),
});

export type MadeDecision = Of<typeof madeDecision>;
export type ImportClaim = Of<typeof importClaim>;
export type ImportObservation = Of<typeof importObservation>;
export type ImportApproval = Of<typeof importApproval>;
export type ChangeSubject = Of<typeof changeSubject>;
export type ChangeStatement = Of<typeof changeStatement>;
export type Publication = Of<typeof publication>;
export type LeafRef = Of<typeof leafRef>;
export type IssuedRef = Of<typeof issuedFile>;
