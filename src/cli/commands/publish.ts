/** `countersign publish`: what people have agreed to becomes public now; and the emergency, which asks fewer of them. */
import { Option } from 'commander';
import { type Changed, settleChange } from '../../decide/change.ts';
import { isEmergencyOpen, openingEmergency, verifiedImport } from '../../decide/exceptions.ts';
import { publishRecorded } from '../../decide/publish.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import type { Report } from '../output.ts';
import { publishingDocument, publishingLines } from '../publishing.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { importNumber } from './approve.ts';

interface Given extends SigningGiven {
  readonly number: string;
  readonly breakGlass?: boolean;
  readonly reason?: string;
}

export const publishCommand = defineCommand<Given>({
  name: 'publish',
  summary: 'make an approved import public now',
  details:
    'For policies that publish on command, when the cooling-off is over, and after going back. Everything is read and ' +
    'verified again before it is signed. --break-glass opens the emergency that the policy allows: fewer people, no wait, ' +
    'a reason, and a review afterwards; the publication stays marked for ever.',
  arguments: [['<number>', 'the import']],
  options: [
    new Option('--break-glass', 'as an emergency, by as few people as the policy allows for one'),
    new Option('--reason <text>', 'with --break-glass: why it cannot wait, for the record'),
    ...signingOptions('with --break-glass: who signs for it'),
  ],
  examples: [
    'countersign publish 12',
    'countersign publish 12 --break-glass --reason "INC-7: the old key signs malware" --as alice',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const number = importNumber(given.number);
      const { repository } = verifiedImport(rulesOf(mirror), number);
      const emergency = given.breakGlass === true ? await openEmergency(mirror, invocation, number, given) : undefined;
      const lines = emergency
        ? changedLines(mirror, emergency, `EMERGENCY for import ${number} of ${repository}: it must be reviewed.`)
        : [];
      const document = { repository, import: number, emergency: emergency && changedDocument(mirror, emergency) };
      if (emergency && emergency.outcome !== 'done')
        return { lines, document: { ...document, publication: undefined, dryRun: invocation.isRehearsal } };
      return publish(mirror, invocation, { number, repository, lines, document });
    }),
});

async function openEmergency(
  mirror: Mirror,
  invocation: Invocation,
  number: number,
  given: Given,
): Promise<Changed | undefined> {
  // Opened before, and not carried out: for want of a root, or because publishing was refused.
  if (isEmergencyOpen(rulesOf(mirror), number, mirror.clock.now())) return undefined;
  const proposal = openingEmergency(mirror, number, reasonOf(given));
  return settleChange(mirror, proposal, signingOf(invocation, given), invocation.isRehearsal);
}

interface Begun {
  readonly number: number;
  readonly repository: string;
  readonly lines: readonly string[];
  readonly document: object;
}

async function publish(
  mirror: Mirror,
  invocation: Invocation,
  { number, repository, lines, document }: Begun,
): Promise<Report> {
  const { isRehearsal } = invocation;
  const onProgress = invocation.progress.step;
  const result = await publishRecorded(mirror, { import: number, isCommanded: true, isRehearsal, onProgress });
  // It was asked for, so what it waits for is a refusal, with the exit code of one.
  if (result.outcome === 'waits') throw result.refusal;
  return {
    lines: [...lines, ...publishingLines(repository, result)],
    document: { ...document, publication: publishingDocument(result), dryRun: isRehearsal },
  };
}
