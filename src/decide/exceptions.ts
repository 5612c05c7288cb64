/**
 * Publications on another ground than approvals: the emergency, which asks fewer people and is reviewed afterwards, and
 * going back to what was public before. Both name exactly one import and stay marked for ever.
 */
import { Refusal } from '../errors.ts';
import type { ImportRecord, PublicationRecord } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import * as subjects from '../gate/subjects.ts';
import { DAY_MS } from '../gate/times.ts';
import { requireApproved } from '../gate/verdict.ts';
import type { Mirror } from '../mirror.ts';
import { requireNotRetired, verdictOn } from '../publish/authority.ts';
import { requireAccepted } from '../publish/next.ts';
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { Proposal } from './change.ts';
import { requireReason } from './operators.ts';

export function openingEmergency(mirror: Mirror, number: number, reason: string | undefined): Proposal {
  return (rules) => {
    const { repository, observed } = verifiedImport(rules, number);
    requireNotRetired(rules, repository, number);
    const rule = rules.policies.inForce(repository).policy.break_glass;
    if (!rule) {
      throw new Refusal('POLICY_NOT_PERMITTED', `The policy of ${repository} knows no emergency.`, {
        next: 'Get the approvals that are missing, or change the policy first.',
      });
    }
    // A no outlives the emergency, unless whoever said it has gone: nobody signs for what could not be published then.
    const verdict = verdictOn(mirror, repository, number);
    if (verdict.rejections.some(({ actor }) => !rules.people.person(actor)?.retired)) requireApproved(verdict);
    return {
      reason,
      isSame: (subject) =>
        subject.kind === 'breakglass.open' && subject.import_id === number && subject.document_sha256 === observed.hash,
      make: (seal) => subjects.openEmergency(repository, number, observed.hash, seal('reason', requireReason(reason))),
      effects(subject, agreed, by) {
        const review_by = formatDate(new Date(mirror.clock.now().getTime() + rule.review_within_days * DAY_MS));
        const body = { repository, import: number, reason: String(subject.reason), review_by };
        return [{ type: 'breakglass.open', actor: by, body: (appended) => ({ ...body, ...agreed(appended) }) }];
      },
    };
  };
}

/** Whether one is open for this import, in time and not reviewed, nor taken back since: it need not be opened again. */
export function isEmergencyOpen(rules: Rules, number: number, now: Date): boolean {
  const record = rules.imports.get(number);
  const opened = rules.exceptions.emergencyFor(record?.repository ?? '', number);
  if (!opened || opened.reviewed || now > opened.reviewBy) return false;
  return opened.index > (record?.withdrawn?.index ?? -1);
}

export function reviewingEmergency(number: number, reason: string | undefined): Proposal {
  return (rules) => {
    const opened = rules.exceptions.emergencies().findLast((one) => one.import === number && !one.reviewed);
    if (!opened) {
      throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no emergency of import ${number} that waits for a review.`, {
        next: 'See `countersign status`.',
      });
    }
    const { repository, index, hash } = opened;
    return {
      reason,
      isSame: (subject) =>
        subject.kind === 'breakglass.review' && subject.import_id === number && subject.document_sha256 === hash,
      make: (seal) => subjects.reviewEmergency(repository, number, hash, seal('reason', requireReason(reason))),
      effects(subject, agreed, by) {
        const body = { opened: { index, hash }, reason: String(subject.reason) };
        return [{ type: 'breakglass.review', actor: by, body: (appended) => ({ ...body, ...agreed(appended) }) }];
      },
    };
  };
}

export interface GoingBack {
  readonly repository: RepositoryId;
  readonly to: number;
  readonly reason: string | undefined;
}

export function withdrawing(mirror: Mirror, { repository, to, reason }: GoingBack): Proposal {
  return (rules) => {
    requireNotRetired(rules, repository, to);
    const current = requireEarlier(mirror, rules, repository, to);
    const { observed } = verifiedImport(rules, to);
    const verdict = verdictOn(mirror, repository, to);
    if (verdict.state === 'rejected') requireApproved(verdict);
    return {
      reason,
      isSame: (subject) =>
        subject.kind === 'generation.withdraw' && subject.import_id === to && subject.document_sha256 === observed.hash,
      make: (seal) => subjects.withdrawTo(repository, to, observed.hash, seal('reason', requireReason(reason))),
      effects(subject, agreed, by) {
        const { generation } = current.statement;
        const body = { repository, generation, to_import: to, reason: String(subject.reason) };
        return [{ type: 'withdraw.generation', actor: by, body: (appended) => ({ ...body, ...agreed(appended) }) }];
      },
    };
  };
}

function requireEarlier(mirror: Mirror, rules: Rules, repository: RepositoryId, to: number): PublicationRecord {
  requireAccepted(mirror, repository, to);
  const current = rules.imports.current(repository);
  if (!current) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published.`);
  const { import_id: number } = current.statement;
  if (to < number) {
    if (rules.imports.get(to)?.published.length !== 0) return current;
    throw new Refusal('USAGE_OPTION', `Import ${to} was never public: there is no going back to it.`, {
      next: 'Go back to an import that was published; see `countersign imports`.',
    });
  }
  const what = to === number ? 'is public already' : `came after import ${number}, which is public`;
  throw new Refusal('USAGE_OPTION', `Import ${to} ${what}.`, { next: `To go on with it: countersign publish ${to}.` });
}

/** @throws USAGE_UNKNOWN_IMPORT */
export function verifiedImport({ imports }: Rules, number: number): ImportRecord {
  const record = imports.get(number);
  if (record?.observation.result === 'verified') return record;
  const what = record ? `Import ${number} was refused when it was verified.` : `There is no import ${number}.`;
  throw new Refusal('USAGE_UNKNOWN_IMPORT', what, { details: { import: number } });
}
