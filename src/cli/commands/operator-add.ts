/** `countersign operator add`: a person, what they may do, and the key that they sign with. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { addingOperator } from '../../decide/operators.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { readPublicKey } from '../public-key-file.ts';
import { signingOf, signWithOption } from '../signing-options.ts';

interface Given {
  readonly name: string;
  readonly key: string;
  readonly role: readonly string[];
  readonly as?: string;
  readonly signWith?: string;
}

export const operatorAddCommand = defineCommand<Given>({
  name: 'add',
  summary: 'record a person with their public key and roles',
  details:
    'The first person is recorded by the account of this machine. From the first approver on, others must sign: as many ' +
    'as the strictest policy asks, each by the same command with their own --as. Compare the fingerprint with what the ' +
    'person reads to you from `ssh-keygen -lf FILE.pub`.',
  arguments: [['<name>', 'what the person is called; sealed, and never in the ledger itself']],
  options: [
    new Option('--key <file>', 'the person’s public key, as ssh-keygen writes it').makeOptionMandatory(),
    new Option('--role <roles>', 'importer, approver, approver:TEAM, auditor; with commas between')
      .argParser((text: string, before: string[] | undefined) => [...(before ?? []), ...text.split(',')])
      .makeOptionMandatory(),
    new Option('--as <name>', 'who signs for it, once somebody can'),
    signWithOption(),
  ],
  examples: [
    'countersign operator add alice --key alice.pub --role importer,approver',
    'countersign operator add bob --key bob.pub --role approver:security --as alice --sign-with ~/.ssh/id_ed25519',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const key = await readPublicKey(given.key);
    const { name } = given;
    const roles = [...new Set(given.role)].toSorted();
    return invocation.withMirror(async (mirror) => {
      const signing = signingOf(invocation, { ...given, key: given.signWith });
      const proposal = addingOperator(mirror.sealed, { name, roles, key });
      const changed = await settleChange(mirror, proposal, signing, invocation.isRehearsal);
      const words = `the operator ${name} as ${roles.join(', ')}, with the key ${key.fingerprint}${key.isHardware ? ' (a device)' : ''}.`;
      const isDone = changed.outcome === 'done';
      return {
        lines: changedLines(mirror, changed, isDone ? `Recorded ${words}` : words),
        document: {
          ...changedDocument(mirror, changed),
          operator: { actor: changed.outcome === 'rehearsed' ? undefined : changed.subject.actor, name, roles },
          key: { fingerprint: key.fingerprint, type: key.type, isHardware: key.isHardware },
        },
      };
    });
  },
});
