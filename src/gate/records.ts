/**
 * What the gate remembers of the ledger: people, keys, policies, imports, approvals, changes and emergencies, each with
 * the leaf that says so. Nothing is a snapshot: whatever begins and ends keeps both leaves, so that the past can be asked.
 */
import type { Policy } from '../ledger/events/policy.ts';
import type {
  ChangeStatement,
  ImportApproval,
  ImportClaim,
  ImportObservation,
  LeafRef,
  Publication,
} from '../ledger/events/statements.ts';

/** A leaf, and when the server says that it was appended. */
export interface Mark extends LeafRef {
  readonly at: Date;
}

/** A point of the ledger’s history: after its first n leaves, or after everything that happened until a time. */
export type Moment = number | Date;

/** Who signed, with what; the signature’s bytes lie in the sealed store under their digest. */
export interface Signed {
  readonly key: string;
  readonly sshsig_sha256: string;
}

/** The armored signature with this digest; undefined when it was erased, or never was there. */
export type Signatures = (sshsigSha256: string) => string | undefined;

export interface Key {
  readonly fingerprint: string;
  readonly actor: string;
  readonly type: string;
  readonly isHardware: boolean;
  readonly added: Mark;
  revoked: Mark | undefined;
}

export interface Person {
  /** Pseudonym. */
  readonly actor: string;
  /** Commitment to the name. */
  readonly name: string;
  readonly roles: readonly string[];
  readonly added: Mark;
  retired: Mark | undefined;
  readonly keys: Key[];
}

export interface PolicyInForce {
  /** `*` or a repository; `*` as well for SOLO, which nobody set. */
  readonly scope: string;
  readonly sha256: string;
  readonly policy: Policy;
  /** Undefined: SOLO, in force until somebody sets another. */
  readonly set: Mark | undefined;
}

export interface ClaimRecord extends Mark {
  readonly statement: ImportClaim;
  readonly signature: Signed | null;
  /** Whoever appended it, by the event. */
  readonly by: string;
}

export interface ApprovalRecord extends Mark {
  readonly statement: ImportApproval;
  readonly signature: Signed | null;
}

export interface ImportRecord {
  readonly number: number;
  readonly repository: string;
  readonly observed: Mark;
  readonly observation: ImportObservation;
  readonly claim: ClaimRecord;
  /** In the order of the ledger. */
  readonly approvals: ApprovalRecord[];
  /** Its generations. */
  readonly published: PublicationRecord[];
  /** When a generation of it was taken back, the last time. */
  withdrawn: Mark | undefined;
}

export interface PublicationRecord extends Mark {
  readonly statement: Publication;
}

/** A signature under a change. */
export interface SignedChange extends Mark {
  readonly statement: ChangeStatement;
  readonly signature: Signed | null;
}

export interface Withdrawal extends Mark {
  readonly repository: string;
  /** The generation that is taken back. */
  readonly generation: number;
  readonly toImport: number;
  readonly agreed: Agreed;
}

/** What upstream said last is final. */
export interface Retirement extends Mark {
  readonly repository: string;
  /** Whose roles are final. */
  readonly import: number;
  readonly agreed: Agreed;
}

export interface Emergency extends Mark {
  readonly repository: string;
  readonly import: number;
  readonly reviewBy: Date;
  readonly agreed: Agreed;
  reviewed: Mark | undefined;
}

/** What a change rests on. */
export interface Agreed {
  readonly subjectSha256: string;
  /** How many people had to agree, by the rules at that leaf. */
  readonly asked: number;
  readonly signatures: readonly SignedChange[];
}

export interface Genesis extends Mark {
  readonly mirrorId: string;
  readonly installation: string;
  readonly origin: string;
  readonly logKey: string;
  readonly attestationKey: string;
}

export interface WitnessesInForce extends Mark {
  readonly sha256: string;
  readonly text: string;
  readonly withoutQuorum: 'wait' | 'publish';
}

export function refOf({ index, hash }: LeafRef): LeafRef {
  return { index, hash };
}

/** Whether the leaf had happened at that point: among the first n leaves, or until that time. */
export function isBy(mark: Mark, moment: Moment): boolean {
  return typeof moment === 'number' ? mark.index < moment : mark.at.getTime() <= moment.getTime();
}

/** Whether something that began and perhaps ended was in force then. */
export function isDuring(began: Mark, ended: Mark | undefined, moment: Moment): boolean {
  return isBy(began, moment) && (ended === undefined || !isBy(ended, moment));
}
