/**
 * `countersign approve`: one person’s yes to one import, signed with the person’s own key after reading what it changes.
 * The summary is made here, from what lies here, and what is signed names its digest.
 */
import { InvalidArgumentError, Option } from 'commander';
import { parsePeriod } from '../../client/pin/period.ts';
import { answer } from '../../decide/approve.ts';
import { requireReviewed, type Review } from '../../decide/review.ts';
import type { Signer } from '../../decide/signing.ts';
import { Refusal } from '../../errors.ts';
import { isSha256 } from '../../tuf/names.ts';
import { reportAnswer } from '../answered.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { positiveNumber, time } from '../options.ts';
import { signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';

interface Given extends SigningGiven {
  readonly number: string;
  readonly team?: string;
  readonly validFor?: number;
  readonly validUntil?: Date;
  readonly comment?: string;
  readonly withdraw?: boolean;
  readonly yes?: boolean;
  readonly summary?: string;
}

export const approveCommand = defineCommand<Given>({
  name: 'approve',
  summary: 'read what an import changes, and sign a yes',
  details:
    'Shows the difference from what is public, made from the files that lie here, and asks at the terminal. Elsewhere, ' +
    'give --summary with the SHA-256 of the text that was read (countersign diff prints it): another one is refused. With ' +
    'the last yes that the policy asks for, the import is published in the same run. --withdraw takes an earlier answer ' +
    'of the same person back, a no as well.',
  arguments: [['<number>', 'the import']],
  options: [
    ...signingOptions(),
    new Option('--team <name>', 'for which of the person’s teams, where the policy asks for several'),
    new Option('--valid-for <period>', 'how long it counts, if not as long as the policy lets it: P7D, PT12H')
      .argParser(period)
      .conflicts('validUntil'),
    new Option('--valid-until <time>', 'until when it counts').argParser(time),
    new Option('--comment <text>', 'for the record; sealed'),
    new Option('--withdraw', 'take the earlier answer back').conflicts(['summary', 'validFor', 'validUntil', 'team']),
    new Option('--yes', 'sign without asking; for whoever has read it elsewhere').conflicts('summary'),
    new Option('--summary <sha256>', 'of the text that was read: signs only while it is still that one'),
  ],
  examples: [
    'countersign approve 12 --as alice',
    'countersign approve 12 --as bob --team security --key ~/.ssh/id_ed25519_sk --summary SHA256',
    'countersign approve 12 --as bob --withdraw --comment "upstream has replaced the file"',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const number = importNumber(given.number);
      const decision = given.withdraw === true ? 'withdraw' : 'approve';
      const answered = await answer(mirror, {
        import: number,
        decision,
        signing: signingOf(invocation, given),
        team: given.team,
        validUntil: endOf(given, invocation.clock.now()),
        comment: given.comment,
        isRehearsal: invocation.isRehearsal,
        confirm: async (review, signer) => {
          if (decision === 'approve') await confirm(invocation, given, review, signer);
        },
      });
      return reportAnswer(mirror, invocation, { ...answered, number, decision });
    }),
});

/** @throws USAGE_OPTION */
export function importNumber(text: string): number {
  try {
    return positiveNumber(text);
  } catch (cause) {
    throw new Refusal('USAGE_OPTION', 'An import is named by its number.', { cause });
  }
}

function period(text: string): number {
  const milliseconds = parsePeriod(text);
  if (milliseconds === undefined || milliseconds === 0) {
    throw new InvalidArgumentError('It must be a period such as P7D or PT12H.');
  }
  return milliseconds;
}

function endOf({ validFor, validUntil }: Given, now: Date): Date | undefined {
  return validFor === undefined ? validUntil : new Date(now.getTime() + validFor);
}

/** Shows the text and makes sure that it is what somebody has read. @throws USAGE_OPTION, POLICY_SUMMARY */
async function confirm(
  invocation: Invocation,
  { yes, summary: given }: Given,
  review: Review,
  signer: Signer | undefined,
): Promise<void> {
  const { text, sha256 } = review.summary;
  for (const line of text.trimEnd().split('\n')) invocation.remark(line);
  invocation.remark(`SHA-256 of this text: ${sha256}`);
  if (given !== undefined) {
    const digest = given.toLowerCase().replace(/^sha256:/, '');
    if (!isSha256(digest)) throw new Refusal('USAGE_OPTION', '--summary takes 64 hexadecimal digits.');
    requireReviewed(review, digest);
    return;
  }
  if (yes === true) return;
  const reply = await invocation.ask(`Sign a yes to this as ${signer?.name ?? String(signer?.actor)}? Type yes: `);
  if (reply === 'yes') return;
  if (reply !== undefined) throw new Refusal('USAGE_OPTION', 'The answer was not yes, so nothing was signed.');
  throw new Refusal('USAGE_OPTION', 'There is no terminal at which to ask, and neither --summary nor --yes is given.', {
    next: `Read it, and give the digest of what was read: --summary ${sha256}`,
    details: { summarySha256: sha256 },
  });
}
