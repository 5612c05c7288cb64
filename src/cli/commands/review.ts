/** `countersign review`: people look at an emergency afterwards, and say so. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { reviewingEmergency } from '../../decide/exceptions.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { importNumber } from './approve.ts';

interface Given extends SigningGiven {
  readonly number: string;
  readonly reason?: string;
}

export const reviewCommand = defineCommand<Given>({
  name: 'review',
  summary: 'record that people have looked at an emergency afterwards',
  details:
    'Signed by as many people as an ordinary change of the rules. It ends the emergency; what was published in it stays ' +
    'marked. To undo it: countersign withdraw.',
  arguments: [['<number>', 'the import that was published in the emergency']],
  options: [new Option('--reason <text>', 'what came of looking at it, for the record'), ...signingOptions()],
  examples: ['countersign review 12 --reason "INC-7: the state is right" --as bob'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const number = importNumber(given.number);
      const proposal = reviewingEmergency(number, reasonOf(given));
      const changed = await settleChange(mirror, proposal, signingOf(invocation, given), invocation.isRehearsal);
      return {
        lines: changedLines(mirror, changed, `The emergency of import ${number} was reviewed.`),
        document: { ...changedDocument(mirror, changed), repository: changed.subject.scope, import: number },
      };
    }),
});
