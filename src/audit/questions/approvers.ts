/** Who could have approved then: people, roles, keys and the policy, as the ledger had them at that moment. */
import { whoCouldApprove } from '../../gate/history.ts';
import type { Policy } from '../../ledger/events/policy.ts';
import { formatDate } from '../../tuf/dates.ts';
import { entryRef, type EntryRef, type Inquiry } from '../inquiry.ts';
import type { NamedPerson } from '../people.ts';

export interface ApproversAnswer {
  readonly at: string;
  readonly repositories: readonly ApproversThen[];
}

interface ApproversThen {
  readonly repository: string;
  readonly policy: {
    readonly scope: string;
    readonly sha256: string;
    /** The leaf that set it; undefined for the policy of a mirror that has set none. */
    readonly set: EntryRef | undefined;
    readonly document: Policy;
  };
  readonly people: readonly {
    readonly person: NamedPerson;
    readonly roles: readonly string[];
    readonly keys: readonly string[];
  }[];
}

export function approversAt(inquiry: Inquiry, at: Date, repository?: string): ApproversAnswer {
  const { chronicle, names } = inquiry;
  const enrolled = chronicle.told('upstream.enrol').map(({ event }) => event.body.repository);
  const asked = repository === undefined ? enrolled : [repository];
  const repositories = asked.map((id): ApproversThen => {
    const { policy, people } = whoCouldApprove(chronicle.rules, at, id);
    return {
      repository: id,
      policy: {
        ...{ scope: policy.scope, sha256: policy.sha256, document: policy.policy },
        set: policy.set && entryRef(policy.set),
      },
      people: people.map(({ actor, roles, keys }) => ({ person: names.of(actor), roles, keys })),
    };
  });
  return { at: formatDate(at), repositories };
}
