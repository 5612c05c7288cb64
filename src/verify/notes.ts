/**
 * What an import noticed without refusing it. Every tolerance that was used is here, and the notes are part of the
 * import’s record: nothing is passed over in silence.
 */
import type { RoleName } from '../tuf/names.ts';

export type NoteKind =
  /** Root, timestamp or snapshot had expired, within maxUpstreamAge. */
  | 'expired-within-limit'
  /** An authored role has expired: clients will refuse it, and only upstream can renew it. */
  | 'dead-horizon'
  /** Same version and signed part, other signatures or spacing. */
  | 're-signed'
  /** Listed by upstream’s snapshot, reached by no delegation: no file is needed. */
  | 'unreachable-entry'
  /** Delegated to, and without a file: nobody has published one yet (Notary). */
  | 'unpublished-role'
  /** Reached, and not carried by the operator’s decision. */
  | 'excluded'
  /** A delegation pattern that clients are known to read differently (D-04). */
  | 'ambiguous-pattern'
  /** A target whose name cannot be a file name; it stays addressable by name over HTTP and by digest (P-02). */
  | 'unsafe-target-name'
  /** A role called like a versioned file (`2.root`), which must not answer for that file (H-01). */
  | 'versioned-role-name'
  /** Members beside `signed`, covered by no signature (J-07). */
  | 'unsigned-members'
  /** Upstream rotated its online keys, which resets its version history for timestamp and snapshot. */
  | 'versions-reset'
  /** Two roles of one delegator have the same keys, so their files are interchangeable but for the snapshot (W-06). */
  | 'shared-keys'
  /** A key or scheme that nothing counts for. */
  | 'unsupported-key'
  /** An operator’s decision was needed and used. */
  | 'decision-used'
  /** An operator’s decision that nothing asked for: it changed nothing. */
  | 'decision-unused';

export interface Note {
  readonly kind: NoteKind;
  readonly role: RoleName;
  readonly text: string;
}
