/** `countersign log witnesses …`: who cosigns, and what is done without them. */
import { Option } from 'commander';
import type { Refusal } from '../../errors.ts';
import type { Mirror } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { readNewRule } from '../../witness/rule.ts';
import { setWitnesses } from '../../witness/set-witnesses.ts';
import { logStanding } from '../../witness/standing.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { witnessesDocument } from './log-show.ts';

const MAX_POLICY_BYTES = 65_536;

const showCommand = defineCommand<object>({
  name: 'show',
  summary: 'print the policy in force, and whether publications wait for it',
  examples: ['countersign log witnesses show'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror((mirror) => {
      const { witnesses } = logStanding(mirror);
      return {
        lines: witnesses
          ? [...witnesses.text.trimEnd().split('\n'), `# without a quorum: ${witnesses.withoutQuorum}`]
          : ['No witnesses are set.'],
        document: { text: witnesses?.text, rule: witnesses && witnessesDocument(witnesses) },
      };
    }),
});

interface Given {
  readonly file: string;
  readonly withoutQuorum: 'wait' | 'publish';
  readonly unasked?: boolean;
}

const setCommand = defineCommand<Given>({
  name: 'set',
  summary: 'set who cosigns checkpoints, and whether publications wait for them',
  details:
    'The file is a C2SP tlog-policy: witness, group and quorum lines; clients pin the same file. The change is recorded, and ' +
    'takes effect with its own checkpoint. “quorum none” asks for nobody.',
  arguments: [['<file>', 'the policy']],
  options: [
    new Option('--without-quorum <what>', 'wait: nothing new is shown; publish: it is shown, and the gap is recorded')
      .choices(['wait', 'publish'])
      .makeOptionMandatory(),
    new Option('--unasked', 'do not ask the witnesses in force first: one says wrongly that this ledger is behind'),
  ],
  examples: ['countersign log witnesses set witnesses.txt --without-quorum wait'],
  changesSomething: true,
  async perform(invocation, { file, withoutQuorum, unasked = false }) {
    const text = (await readNamedFile(file, MAX_POLICY_BYTES)).toString('utf8');
    return invocation.withMirror(async (mirror) => {
      const trouble = invocation.isRehearsal
        ? rehearse(mirror, text)
        : await setWitnesses(mirror, { text, withoutQuorum, isUnasked: unasked });
      const done = invocation.isRehearsal ? 'The policy can be set.' : 'Set.';
      return {
        lines: trouble ? [done, `${trouble.code}: ${trouble.what}`, `  Next: ${trouble.next}`] : [done],
        document: {
          ...{ withoutQuorum, seen: invocation.isRehearsal ? undefined : trouble === undefined },
          ...{ trouble: trouble?.what, dryRun: invocation.isRehearsal },
        },
        firstRefusal: trouble?.code,
      };
    });
  },
});

function rehearse({ log, database, writerOptions }: Mirror, text: string): Refusal | undefined {
  log.catchUp(database);
  readNewRule(text, writerOptions.keys.checkpoints(log.facts.origin).key.text);
  return undefined;
}

export const logWitnessesCommands: CommandGroup = {
  name: 'witnesses',
  summary: 'who cosigns checkpoints',
  examples: ['countersign log witnesses show'],
  commands: [showCommand, setCommand],
};
