/** Which approvals were given with keys that were revoked since, and what was published on their word. */
import { approvalsByKeysRevokedSince } from '../../gate/history.ts';
import { entryRef, type EntryRef, type Inquiry, timesAt } from '../inquiry.ts';
import type { NamedPerson } from '../people.ts';
import type { Times } from '../times.ts';

export interface RevokedAnswer {
  readonly approvals: readonly RevokedApproval[];
}

interface RevokedApproval extends EntryRef {
  readonly repository: string;
  readonly import: number;
  readonly person: NamedPerson;
  readonly decision: string;
  readonly key: string;
  readonly times: Times;
  readonly revoked: EntryRef & { readonly times: Times };
  /** Generations that were published on its word. */
  readonly generations: readonly number[];
}

export function approvalsByRevokedKeys(inquiry: Inquiry, repository?: string): RevokedAnswer {
  const { rules } = inquiry.chronicle;
  const found = approvalsByKeysRevokedSince(rules).filter(
    (one) => repository === undefined || one.repository === repository,
  );
  return {
    approvals: found.map(({ approval, revoked, actor, import: number, ...rest }): RevokedApproval => {
      const given = rules.imports.get(number)?.approvals.find(({ index }) => index === approval.index);
      return {
        ...entryRef(approval),
        ...{ repository: rest.repository, import: number, person: inquiry.names.of(actor), decision: rest.decision },
        ...{ key: rest.key, generations: rest.generations },
        times: timesAt(inquiry, given ?? { ...revoked, ...approval }, given?.statement.claimed_at),
        revoked: { ...entryRef(revoked), times: timesAt(inquiry, revoked) },
      };
    }),
  };
}
