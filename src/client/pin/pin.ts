/**
 * A pin: what a guard is willing to believe about one upstream, fixed before any server is asked. There is no first-use
 * trust: without a pin there is no guard. The file format is read by `pin-file.ts`.
 */
import type { KeyId, RepositoryId, RoleName } from '../../tuf/names.ts';
import type { Key } from '../../tuf/keys.ts';
import type { NotaryRole } from '../../notary/signatures.ts';
import type { SshPublicKey } from '../../sshsig/public-key.ts';
import type { NoteKey } from '../../tlog/note.ts';
import type { WitnessPolicy } from '../../tlog/witness-policy.ts';

/** Milliseconds. */
export type Period = number;

export interface Pin {
  /** The repository’s id on the mirror; bound in everything the mirror signs (M-12). */
  readonly repository: RepositoryId;
  /** Where its files are: everything below is read from here. */
  readonly location: Location;
  /** The mirror root, exact bytes. Absent: carried level, originals only, no mirror keys anywhere. */
  readonly mirrorRoot: Uint8Array | undefined;
  /** Upstream’s enrolled root, exact bytes: from here upstream’s own chain is followed. */
  readonly upstreamRoot: Uint8Array | undefined;
  /** Static pins, TAP 13: they replace the chain, or restrict it where both are given. */
  readonly targets: StaticPins | undefined;
  /** A collection of Notary v1 in the place of a TUF repository; then `targets` and `upstreamRoot` are absent. */
  readonly collection?: CollectionPin | undefined;
  readonly floor: Floor;
  readonly policy: Policy;
  /** What is asked of the mirror’s ledger; undefined: nothing. */
  readonly ledger?: LedgerPin | undefined;
  /** After this the pin itself is refused; static pins cannot learn of a revocation, so they should have one. */
  readonly expires: Date | undefined;
  /** Only in a pin that an officer signed. */
  readonly marksReset?: MarksReset | undefined;
}

/**
 * An officer’s word that the guard’s marks fall to the floor: upstream began its versions anew, and its root chain does
 * not show it. Whoever installs the pin carries it out, once (`guard pin set`); a `Guard` does nothing about it.
 */
export interface MarksReset {
  /** Printed, never interpreted. */
  readonly reason: string;
  /** When it was decided. */
  readonly at: Date;
}

/** An address (`http:`, `https:`) or a folder (`file:`); its path ends in a slash. */
export interface Location {
  readonly base: URL;
  /** Where metadata lies when it is not `metadata/` below the base, or the base itself. */
  readonly metadata: URL | undefined;
  /** Where targets lie when it is not `targets/` below the base. */
  readonly targets: URL | undefined;
}

/** The block of TAP 13: a targets role, under keys that the user chose. */
export interface StaticPins {
  /** `targets`, or a delegated role that takes its place as the start of every search. */
  readonly rolename: RoleName;
  readonly threshold: number;
  /** Counted by material; the ids are those that upstream’s signatures name (K-02, K-04). */
  readonly keys: ReadonlyMap<KeyId, Key>;
}

/**
 * A collection of Notary v1. Its keys stand alone, and the mirror says what is current: Notary’s own snapshot and timestamp
 * are the server’s word and nobody else’s.
 */
export interface CollectionPin {
  /** The name under which the mirror serves it; its root’s certificates must bear it (N-04). */
  readonly servedAs: string;
  /** Who must have signed \`targets\`, by key material. The mirror’s root must name exactly these. */
  readonly targets: NotaryRole;
}

/** Least versions of upstream’s roles that are believed: what protects a guard that has no memory yet (M-04). */
export interface Floor {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** Authored roles; `targets` among them. */
  readonly roles: ReadonlyMap<RoleName, number>;
}

/** Believes every version: first ones are 1. */
export const NO_FLOOR: Floor = { root: 1, timestamp: 1, snapshot: 1, roles: new Map() };

export interface Policy {
  /** How long after the expiry of upstream’s own timestamp (snapshot, root) it is believed; the cap of every grace. */
  readonly maxUpstreamAge: Period;
  /** How long after the last refresh `offline` answers although the mirror’s own roles have expired; 0: not at all. */
  readonly maxOffline: Period;
  /** Permissions to use an expired role, by role. Off unless named here. */
  readonly grace: ReadonlyMap<RoleName, Grace>;
  /** How long before an end a warning is given. */
  readonly warnBefore: Period;
  /** Upstream has ended, and this is what it left. */
  readonly retired?: Retired | undefined;
}

/**
 * Upstream publishes nothing any more: how long it has been silent is not counted, and in exchange every authored role must
 * be there in exactly this version, so that whoever has the mirror’s keys has nothing left to choose from.
 */
export interface Retired {
  readonly roles: ReadonlyMap<RoleName, number>;
  /** Why, for the verdict; printed, never interpreted. */
  readonly reason: string;
}

/** A bounded permission to use one expired role: for `period` after its expiry, and never after `until`. */
export interface Grace {
  readonly period: Period;
  readonly until: Date | undefined;
  /** Why, for the verdict; printed, never interpreted. */
  readonly reason: string | undefined;
}

/** The mirror’s ledger: which log, seen by whom, approved by whom. */
export interface LedgerPin {
  /** The text as written (C2SP tlog-policy): one `log`, any `witness`, one `quorum`. */
  readonly text: string;
  readonly log: NoteKey;
  readonly witnesses: WitnessPolicy;
  /** Where the log is served; its tiles lie below. Default: `log/` beside the repository. */
  readonly address: URL | undefined;
  readonly approvals: ApprovalPin | undefined;
}

/** People whose approval of each import this guard wants to see, one key for each person. */
export interface ApprovalPin {
  readonly threshold: number;
  readonly keys: readonly SshPublicKey[];
}
