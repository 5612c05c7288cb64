/** `countersign reject`: somebody says no to an import, with a reason; it stands until the same person takes it back. */
import { Option } from 'commander';
import { answer } from '../../decide/approve.ts';
import { requireReason } from '../../decide/operators.ts';
import { reportAnswer } from '../answered.ts';
import { defineCommand } from '../command.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { importNumber } from './approve.ts';

interface Given extends SigningGiven {
  readonly number: string;
  readonly reason?: string;
}

export const rejectCommand = defineCommand<Given>({
  name: 'reject',
  summary: 'say no to an import',
  details:
    'It stands until the same person takes it back (countersign approve N --withdraw), and for every import of the same ' +
    'content. Without --as it is the word of this machine’s account.',
  arguments: [['<number>', 'the import']],
  options: [new Option('--reason <text>', 'why, for the record; sealed'), ...signingOptions()],
  examples: ['countersign reject 12 --as alice --reason "an unknown signer"'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const number = importNumber(given.number);
      const answered = await answer(mirror, {
        import: number,
        decision: 'reject',
        signing: signingOf(invocation, given),
        comment: requireReason(reasonOf(given)),
        isRehearsal: invocation.isRehearsal,
        // Whoever says no need not have read everything.
        confirm: () => Promise.resolve(),
      });
      return reportAnswer(mirror, invocation, { ...answered, number, decision: 'reject' });
    }),
});
