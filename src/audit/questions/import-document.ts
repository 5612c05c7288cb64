/** One import as answers tell it: who brought it in, from where, why, and what people said about it. */
import type { ImportRecord } from '../../gate/records.ts';
import { PURPOSES } from '../../sshsig/namespaces.ts';
import { entryRef, type EntryRef, type Inquiry, timesAt } from '../inquiry.ts';
import type { NamedPerson } from '../people.ts';
import type { Agreeing, JudgedPublication } from '../publications.ts';
import { opened } from '../record.ts';
import { signatureState, type SignatureState } from '../signed.ts';
import type { ServedPeriod } from '../serving.ts';
import type { Times } from '../times.ts';
import { formatDate } from '../../tuf/dates.ts';

export interface ImportDocument extends EntryRef {
  readonly import: number;
  readonly repository: string;
  readonly outcome: string;
  readonly reject_code: string | undefined;
  readonly claim: EntryRef;
  readonly importer: NamedPerson & {
    /** What the account of this machine said about who it is: believed by nobody. */
    readonly account: string | undefined;
    readonly key: string | undefined;
    readonly signature: SignatureState;
  };
  /** Of the claim for `claimed_at`, otherwise of the observation. */
  readonly times: Times;
  readonly source: { readonly kind: string; readonly uri: string | undefined; readonly place: string | undefined };
  readonly ticket: string | undefined;
  readonly reason: string | undefined;
  readonly decisions: readonly DecisionDocument[];
}

export interface DecisionDocument extends EntryRef {
  readonly person: NamedPerson;
  readonly decision: string;
  readonly role: string | undefined;
  readonly key: string | undefined;
  readonly signature: SignatureState;
  readonly times: Times;
}

export interface PublicationDocument extends EntryRef {
  readonly repository: string;
  readonly generation: number;
  readonly import: number;
  readonly ground: string;
  readonly people: readonly AgreeingDocument[];
  /** How many the policy asked. */
  readonly asked: number;
  readonly problem: string | undefined;
  readonly times: Times;
  readonly served: ServedDocument | undefined;
}

export interface AgreeingDocument extends EntryRef {
  readonly person: NamedPerson;
  readonly role: string | undefined;
  readonly signature: string;
}

/** When a generation was what clients were given, by the times of its timestamps’ leaves. */
export interface ServedDocument {
  readonly from: Times;
  /** Of the first timestamp of the next generation; undefined while it is served. */
  readonly until: Times | undefined;
  /** Until then a client that does not ask again may go on with it: the expiry of its last timestamp. */
  readonly usable_until: string;
  readonly timestamps: number;
}

export function importDocument(inquiry: Inquiry, record: ImportRecord): ImportDocument {
  const { claim, observation, observed } = record;
  const { statement, signature } = claim;
  const { sealed } = inquiry.record;
  const { importer, source, reason } = statement;
  return {
    ...entryRef(observed),
    ...{ import: record.number, repository: record.repository, outcome: observation.outcome },
    reject_code: observation.reject_codes[0],
    claim: entryRef(claim),
    importer: {
      ...inquiry.names.of(importer.actor),
      account: opened(sealed, importer.account),
      key: importer.key ?? undefined,
      signature: stateOf(inquiry, { statement, signature, key: importer.key, purpose: PURPOSES.importClaim }),
    },
    times: timesAt(inquiry, observed, statement.claimed_at),
    source: { kind: source.kind, uri: source.uri ?? undefined, place: opened(sealed, source.place) },
    ...{ ticket: reason.ticket ?? undefined, reason: opened(sealed, reason.text) },
    decisions: record.approvals.map((approval): DecisionDocument => {
      const { approver, as_role, decision, claimed_at } = approval.statement;
      const { statement: said, signature: under } = approval;
      return {
        ...entryRef(approval),
        ...{ person: inquiry.names.of(approver.actor), decision, role: as_role ?? undefined },
        key: approver.key ?? undefined,
        signature: stateOf(inquiry, {
          ...{ statement: said, signature: under, key: approver.key, purpose: PURPOSES.importApproval },
        }),
        times: timesAt(inquiry, approval, claimed_at),
      };
    }),
  };
}

function stateOf({ record, chronicle }: Inquiry, signed: Parameters<typeof signatureState>[0]): SignatureState {
  return signatureState(signed, record.sealed, (digest) => chronicle.redactions.has(digest)).state;
}

export function publicationDocument(
  inquiry: Inquiry,
  publication: JudgedPublication,
  periods: ReadonlyMap<string, readonly ServedPeriod[]>,
): PublicationDocument {
  const { statement, ground, people, asked, problem } = publication;
  const { repo_id: repository, generation, import_id } = statement;
  const period = periods.get(repository)?.find((one) => one.generation === generation);
  return {
    ...entryRef(publication),
    ...{ repository, generation, import: import_id, ground, asked, problem },
    people: people.map((one) => agreeingDocument(inquiry, one)),
    times: timesAt(inquiry, publication),
    served: period && servedDocument(inquiry, period),
  };
}

function agreeingDocument({ names }: Inquiry, { actor, leaf, role, signature }: Agreeing): AgreeingDocument {
  return { ...entryRef(leaf), person: names.of(actor), role: role ?? undefined, signature };
}

function servedDocument(inquiry: Inquiry, { first, last, until, timestamps }: ServedPeriod): ServedDocument {
  return {
    from: timesAt(inquiry, { index: first.n, at: first.at }),
    until: until && timesAt(inquiry, { index: until.n, at: until.at }),
    usable_until: formatDate(new Date(last.body.timestamp.expires)),
    timestamps,
  };
}
