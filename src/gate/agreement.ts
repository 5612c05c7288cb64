/**
 * Whether enough people had signed for a change at the leaf where it takes effect: exactly for what the event does, not
 * before or for something else, and never twice for the same signatures.
 */
import { isRefusal } from '../errors.ts';
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { ChangeSubject } from '../ledger/events/statements.ts';
import { type Standing, subjectDigest, votingOn, whyNoVote } from './changes.ts';
import type { Agreed } from './records.ts';
import * as subjects from './subjects.ts';

const TYPES: ReadonlySet<string> = new Set([
  ...['actor.add', 'actor.retire', 'key.add', 'key.revoke', 'policy.set', 'witnesses.set'],
  ...['withdraw.generation', 'breakglass.open', 'breakglass.review', 'upstream.retire'],
]);

export type AgreedEvent = Extract<
  AnyEvent,
  {
    type:
      | 'actor.add'
      | 'actor.retire'
      | 'key.add'
      | 'key.revoke'
      | 'policy.set'
      | 'witnesses.set'
      | 'withdraw.generation'
      | 'breakglass.open'
      | 'breakglass.review'
      | 'upstream.retire';
  }
>;

export function isAgreedEvent(event: AnyEvent): event is AgreedEvent {
  return TYPES.has(event.type);
}

/** What the change is about, where that lies in another leaf. */
export interface About {
  readonly repository: string;
  readonly import: number;
  /** Hash of the leaf of the import’s observation, or of the one that opened the emergency. */
  readonly leaf: string;
}

/** The subject that people must have signed for exactly this event. */
function subjectOf(event: AgreedEvent, signed: ChangeSubject | undefined, about: About): ChangeSubject {
  const { type, body } = event;
  switch (type) {
    case 'actor.add':
      // The first key stands in the subject alone: `key.add` follows with its own leaf.
      return subjects.addOperator(body.actor, body.name, body.roles, signed?.key ?? null);
    case 'actor.retire':
      return subjects.retireOperator(body.actor, body.reason);
    case 'key.add':
      return subjects.addKey(body.actor, body.key);
    case 'key.revoke':
      return subjects.revokeKey(body.actor, body.key, body.reason);
    case 'policy.set':
      return subjects.setPolicy(body.scope, body.sha256);
    case 'witnesses.set':
      return subjects.setWitnesses(body.text, body.without_quorum);
    case 'withdraw.generation':
      return subjects.withdrawTo(about.repository, about.import, about.leaf, body.reason);
    case 'breakglass.open':
      return subjects.openEmergency(about.repository, about.import, about.leaf, body.reason);
    case 'breakglass.review':
      return subjects.reviewEmergency(about.repository, about.import, about.leaf, body.reason);
    case 'upstream.retire':
      return subjects.retireUpstream(about.repository, about.import, about.leaf, body.reason);
  }
}

/** The agreement, or why there is none. */
export function agreementOf(standing: Standing, event: AgreedEvent, about: About): Agreed | string {
  const { body, at } = event;
  const subjectSha256 = body.subject_sha256;
  if (event.type === 'key.add' && standing.changes.isFirstKey(subjectSha256, event.body.actor, event.body.key)) {
    return { subjectSha256, asked: 0, signatures: [] };
  }
  const signed = standing.changes.get(subjectSha256)?.subject;
  const subject = subjectOf(event, signed, about);
  let voting;
  try {
    voting = votingOn(standing, subject);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return 'opens an emergency that the policy does not know';
  }
  // While nobody can sign, nothing is bound by signatures, and the subject of a person’s first key is written nowhere.
  if (voting.asked === 0 && body.signatures.length === 0) return { subjectSha256, asked: 0, signatures: [] };
  const tooFew = (count: number): string =>
    `rests on ${String(count)} people where ${String(voting.asked)} had to agree`;
  if (body.signatures.length < voting.asked) return tooFew(body.signatures.length);
  if (subjectDigest(subject) !== subjectSha256) return 'does something else than was agreed to';
  const signatures = standing.changes.named(subjectSha256, body.signatures);
  if (!signatures) return 'names signatures that are not there or were used before';
  if (signatures.some((one) => whyNoVote(standing, voting, one, at) !== undefined)) {
    return 'names signatures that do not count';
  }
  const people = new Set(signatures.map(({ statement }) => statement.signer.actor));
  if (people.size < voting.asked) return tooFew(people.size);
  return { subjectSha256, asked: voting.asked, signatures };
}
