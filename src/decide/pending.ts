/**
 * A change that others have signed already and that waits: whoever agrees must sign the very same subject. Names and reasons
 * are commitments there, so they are opened and compared with what was typed.
 */
import { Refusal } from '../errors.ts';
import { judgeChange } from '../gate/changes.ts';
import type { PendingChange } from '../gate/pending.ts';
import type { Rules } from '../gate/rules.ts';
import type { ChangeSubject } from '../ledger/events/statements.ts';
import { type Mirror } from '../mirror.ts';
import { signaturesIn } from '../publish/authority.ts';
import { printable } from '../tuf/names.ts';

export interface Wanted {
  /** Whether the subject is this change, whatever its reason. */
  readonly isSame: (subject: ChangeSubject) => boolean;
  /** As it was typed; undefined where it was left out. */
  readonly reason?: string | undefined;
}

/**
 * The one that somebody’s signature stands under which still counts.
 * @throws USAGE_OPTION for one with another reason than was typed: two halves of a change would wait for ever
 */
export function findPending(
  { sealed, clock }: Pick<Mirror, 'sealed' | 'clock'>,
  rules: Rules,
  { isSame, reason }: Wanted,
): PendingChange | undefined {
  const begun = [...rules.changes.all()].filter(
    ({ subject }) =>
      isSame(subject) && judgeChange(rules, subject, signaturesIn(sealed), clock.now()).counted.length > 0,
  );
  const reasonOf = ({ subject }: PendingChange): string | undefined =>
    subject.reason === null ? undefined : sealed.open(subject.reason)?.value;
  // What cannot be opened any more cannot be agreed to.
  const readable = begun.filter((one) => one.subject.reason === null || reasonOf(one) !== undefined);
  const same = readable.find((one) => one.subject.reason === null || reason === undefined || reasonOf(one) === reason);
  const [other] = readable;
  if (same || !other) return same;
  throw new Refusal('USAGE_OPTION', `It waits already, with another reason: “${printable(reasonOf(other) ?? '')}”.`, {
    next: 'Leave --reason out to agree to that.',
  });
}
