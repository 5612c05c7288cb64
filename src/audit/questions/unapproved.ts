/**
 * What fewer people agreed to than were asked: by the policy of that moment, or by the auditor’s own number. Publications
 * in an emergency are listed for ever, whoever reviewed them; those of solo mode say that the policy asked nobody.
 */
import type { ImportRecord } from '../../gate/records.ts';
import { judge } from '../../gate/verdict.ts';
import { type Inquiry } from '../inquiry.ts';
import { opened } from '../record.ts';
import { servedPeriods } from '../serving.ts';
import {
  importDocument,
  type ImportDocument,
  publicationDocument,
  type PublicationDocument,
} from './import-document.ts';

export interface UnapprovedAnswer {
  /** The auditor’s number; undefined for what the policies asked. */
  readonly min: number | undefined;
  /** Whether something that was published had fewer people than asked, on no other ground than approvals. */
  readonly ok: boolean;
  readonly publications: readonly UnapprovedPublication[];
  /** Verified, never published, and short of people. */
  readonly imports: readonly UnapprovedImport[];
}

export interface UnapprovedPublication extends PublicationDocument {
  /** Different people whose yes it rests on. */
  readonly count: number;
  readonly why: string;
}

export interface UnapprovedImport extends ImportDocument {
  readonly count: number;
  readonly asked: number;
  readonly state: string;
}

export function unapproved(
  inquiry: Inquiry,
  {
    min,
    repository,
    now,
  }: { readonly min?: number | undefined; readonly repository?: string | undefined; readonly now: Date },
): UnapprovedAnswer {
  const { chronicle, record } = inquiry;
  const isMeant = (id: string): boolean => repository === undefined || id === repository;
  const periods = servedPeriods(record, chronicle);
  const publications = chronicle.publications
    .filter(({ statement }) => isMeant(statement.repo_id))
    .flatMap((publication): UnapprovedPublication[] => {
      const { ground, people, problem } = publication;
      const asked = min ?? publication.asked;
      const isFew = people.length < asked || problem !== undefined;
      if (!isFew && ground !== 'break-glass' && (ground !== 'solo' || min === 0)) return [];
      const document = publicationDocument(inquiry, publication, periods);
      return [{ ...document, count: people.length, why: whyListed(publication, asked) }];
    });
  const imports = [...chronicle.rules.imports.all()]
    .filter((one) => isMeant(one.repository) && isWaiting(one))
    .flatMap((one) => waiting(inquiry, one, min, now));
  const isWrong = ({ ground, problem }: UnapprovedPublication): boolean =>
    min !== undefined || problem !== undefined || ground === 'approvals';
  return { min, ok: !publications.some(isWrong), publications, imports };
}

function whyListed({ ground, people, problem }: Inquiry['chronicle']['publications'][number], asked: number): string {
  if (problem !== undefined) return problem;
  if (ground === 'break-glass') return 'published in an emergency';
  if (ground === 'solo') return 'the policy asked nobody (solo)';
  return `${String(people.length)} of ${String(asked)} people`;
}

/** Verified and not out yet; what was brought in again unchanged stands for the first. */
function isWaiting({ observation, published }: ImportRecord): boolean {
  return observation.outcome === 'accepted' && published.length === 0;
}

function waiting(inquiry: Inquiry, record: ImportRecord, min: number | undefined, now: Date): UnapprovedImport[] {
  const { chronicle } = inquiry;
  const verdict = judge(chronicle.rules, {
    ...{ repository: record.repository, import: record.number, now },
    signatures: (digest) => opened(inquiry.record.sealed, digest),
  });
  const asked = min ?? verdict.policy.document.min_approvers;
  const count = verdict.counted.length;
  if (count >= asked) return [];
  return [{ ...importDocument(inquiry, record), count, asked, state: verdict.state }];
}
