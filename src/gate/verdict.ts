/**
 * Whether an import may be published: judged where and when the signing happens, from the leaves and the bytes of the
 * signatures, never from what somebody counted earlier.
 */
import { Refusal } from '../errors.ts';
import type { Policy } from '../ledger/events/policy.ts';
import type { LeafRef } from '../ledger/events/statements.ts';
import type { Signatures } from './records.ts';
import type { Rules } from './rules.ts';

export interface Question {
  readonly repository: string;
  readonly import: number;
  readonly now: Date;
  readonly signatures: Signatures;
}

export interface Counted {
  readonly ref: LeafRef;
  readonly actor: string;
  readonly team: string | null;
  /** From when on it counts no more, by time alone. */
  readonly until: Date;
}

export interface Ignored {
  readonly ref: LeafRef;
  readonly actor: string;
  readonly why: string;
}

export interface Verdict {
  readonly state: 'approved' | 'waiting' | 'rejected' | 'cooling-off';
  readonly counted: readonly Counted[];
  readonly missing: {
    readonly people: number;
    readonly teams: Readonly<Record<string, number>>;
    readonly words: readonly string[];
  };
  readonly ignored: readonly Ignored[];
  readonly rejections: readonly Ignored[];
  readonly policy: { readonly scope: string; readonly sha256: string; readonly document: Policy };
  /** The emergency without which this would not be approved. */
  readonly breakGlass: LeafRef | undefined;
  /** The decision to go back to this import. */
  readonly withdrawal: LeafRef | undefined;
  /** When time alone changes the verdict: the end of the cooling-off. */
  readonly nextAt: Date | undefined;
}

export function judge(rules: Rules, question: Question): Verdict {
  throw new Error(`not yet: ${String(rules.size)} ${String(question.import)}`);
}

export function requireApproved(verdict: Verdict): void {
  if (verdict.state !== 'approved') throw new Refusal('POLICY_APPROVALS', 'not yet');
}
