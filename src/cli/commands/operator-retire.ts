/** `countersign operator retire`: somebody leaves; nothing that they sign from then on counts, nor what waits on their word. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { retiringOperator } from '../../decide/operators.ts';
import { changedDocument, changedLines, personDocument } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';

interface Given extends SigningGiven {
  readonly name: string;
  readonly reason?: string;
}

export const operatorRetireCommand = defineCommand<Given>({
  name: 'retire',
  summary: 'end what a person may do here',
  details:
    'For good: who comes back is recorded anew. The others sign for it. What the person rejected stays rejected until ' +
    'upstream’s next state, or an emergency.',
  arguments: [['<name>', 'the person']],
  options: [new Option('--reason <text>', 'why, for the record'), ...signingOptions()],
  examples: ['countersign operator retire bob --reason "left the company" --as alice'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const proposal = retiringOperator(mirror.sealed, given.name, reasonOf(given));
      const changed = await settleChange(mirror, proposal, signingOf(invocation, given), invocation.isRehearsal);
      const words = `${given.name} is an operator no more.`;
      return {
        lines: changedLines(mirror, changed, words),
        document: {
          ...changedDocument(mirror, changed),
          operator: personDocument(mirror, String(changed.subject.actor)),
        },
      };
    }),
});
