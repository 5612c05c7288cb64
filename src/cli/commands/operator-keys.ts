/** `countersign operator add-key` and `revoke-key`: the keys of people who are recorded already. */
import { Option } from 'commander';
import { type Changed, settleChange } from '../../decide/change.ts';
import { addingKey, revokingKey } from '../../decide/operators.ts';
import type { Mirror } from '../../mirror.ts';
import { changedDocument, changedLines, personDocument } from '../changed.ts';
import { defineCommand } from '../command.ts';
import type { Report } from '../output.ts';
import { readPublicKey } from '../public-key-file.ts';
import { reasonOf, signingOf, signingOptions, signWithOption, type SigningGiven } from '../signing-options.ts';

interface Adding {
  readonly name: string;
  readonly key: string;
  readonly as?: string;
  readonly signWith?: string;
}

export const operatorAddKeyCommand = defineCommand<Adding>({
  name: 'add-key',
  summary: 'record a further key of a person',
  details: 'The others sign for it, not the person: a thief of one key would otherwise add a second one for ever.',
  arguments: [['<name>', 'the person']],
  options: [
    new Option('--key <file>', 'the new public key').makeOptionMandatory(),
    new Option('--as <name>', 'who signs for it'),
    signWithOption(),
  ],
  examples: ['countersign operator add-key bob --key bob-token.pub --as alice'],
  changesSomething: true,
  async perform(invocation, given) {
    const key = await readPublicKey(given.key);
    return invocation.withMirror(async (mirror) => {
      const signing = signingOf(invocation, { ...given, key: given.signWith });
      const changed = await settleChange(
        mirror,
        addingKey(mirror.sealed, given.name, key),
        signing,
        invocation.isRehearsal,
      );
      return report(mirror, changed, `The key ${key.fingerprint} is ${given.name}’s.`);
    });
  },
});

interface Revoking extends SigningGiven {
  readonly name: string;
  readonly fingerprint: string;
  readonly reason?: string;
}

export const operatorRevokeKeyCommand = defineCommand<Revoking>({
  name: 'revoke-key',
  summary: 'take a key away from a person: lost, stolen, replaced',
  details:
    'From then on nothing that it signed counts, not even what it signed before; a no that it signed stands. It can never ' +
    'be recorded again, for nobody.',
  arguments: [
    ['<name>', 'the person'],
    ['<fingerprint>', 'SHA256:…, as `countersign operator list` shows it'],
  ],
  options: [new Option('--reason <text>', 'why, for the record'), ...signingOptions()],
  examples: ['countersign operator revoke-key bob SHA256:… --reason "token lost on a train" --as alice'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const { name, fingerprint } = given;
      const proposal = revokingKey(mirror.sealed, { name, fingerprint, reason: reasonOf(given) });
      const changed = await settleChange(mirror, proposal, signingOf(invocation, given), invocation.isRehearsal);
      return report(mirror, changed, `The key ${fingerprint} of ${name} is revoked.`);
    }),
});

function report(mirror: Mirror, changed: Changed, words: string): Report {
  const { actor, key } = changed.subject;
  return {
    lines: changedLines(mirror, changed, words),
    document: {
      ...changedDocument(mirror, changed),
      operator: personDocument(mirror, String(actor)),
      key: { fingerprint: key },
    },
  };
}
