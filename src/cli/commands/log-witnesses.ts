/** `countersign log witnesses …`: who cosigns, and what is done without them. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { pendingChanges } from '../../decide/pending-words.ts';
import type { Refusal } from '../../errors.ts';
import { type Mirror, rulesOf, withWriter } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { settingWitnesses, unasked } from '../../witness/set-witnesses.ts';
import { logStanding } from '../../witness/standing.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { witnessesDocument } from './log-show.ts';
import { pendingDocument, pendingLines } from './operator.ts';

const MAX_POLICY_BYTES = 65_536;

const showCommand = defineCommand<object>({
  name: 'show',
  summary: 'print the policy in force, and whether publications wait for it',
  examples: ['countersign log witnesses show'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror((mirror) => {
      const { witnesses } = logStanding(mirror);
      const changes = pendingChanges(mirror, rulesOf(mirror)).filter(({ kind }) => kind === 'witnesses.set');
      return {
        lines: [
          ...(witnesses
            ? [...witnesses.text.trimEnd().split('\n'), `# without a quorum: ${witnesses.withoutQuorum}`]
            : ['No witnesses are set.']),
          ...pendingLines(mirror, changes),
        ],
        document: {
          text: witnesses?.text,
          rule: witnesses && witnessesDocument(witnesses),
          changes: changes.map((change) => pendingDocument(mirror, change)),
        },
      };
    }),
});

interface Given extends SigningGiven {
  readonly file: string;
  readonly withoutQuorum: 'wait' | 'publish';
  readonly unasked?: boolean;
}

const setCommand = defineCommand<Given>({
  name: 'set',
  summary: 'set who cosigns checkpoints, and whether publications wait for them',
  details:
    'The file is a C2SP tlog-policy: witness, group and quorum lines; clients pin the same file. Signed by as many people ' +
    'as the strictest policy asks to approve. It takes effect with its own checkpoint. “quorum none” asks for nobody.',
  arguments: [['<file>', 'the policy']],
  options: [
    new Option('--without-quorum <what>', 'wait: nothing new is shown; publish: it is shown, and the gap is recorded')
      .choices(['wait', 'publish'])
      .makeOptionMandatory(),
    new Option('--unasked', 'do not ask the witnesses in force first: one says wrongly that this ledger is behind'),
    ...signingOptions(),
  ],
  examples: [
    'countersign log witnesses set witnesses.txt --without-quorum wait',
    'countersign log witnesses set witnesses.txt --without-quorum wait --as alice',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const { withoutQuorum, unasked: isUnasked = false } = given;
    const text = (await readNamedFile(given.file, MAX_POLICY_BYTES)).toString('utf8');
    return invocation.withMirror(async (mirror) => {
      const { keys } = mirror.writerOptions;
      const changed = await settleChange(
        isUnasked ? unasked(mirror) : mirror,
        settingWitnesses({ log: mirror.log, keys }, { text, withoutQuorum }),
        signingOf(invocation, given),
        invocation.isRehearsal,
      );
      const isSet = changed.outcome === 'done';
      const trouble = isSet ? await askedAbout(mirror) : undefined;
      const words = `Who cosigns is set; without a quorum, publications ${withoutQuorum === 'wait' ? 'wait' : 'go on'}.`;
      return {
        lines: [
          ...changedLines(mirror, changed, words),
          ...(trouble ? [`${trouble.code}: ${trouble.what}`, `  Next: ${trouble.next}`] : []),
        ],
        document: {
          ...changedDocument(mirror, changed),
          ...{ withoutQuorum, seen: isSet ? trouble === undefined : undefined, trouble: trouble?.what },
        },
        firstRefusal: trouble?.code,
      };
    });
  },
});

/** Asks the new witnesses where they were not asked yet. @returns why they have not seen the change */
function askedAbout(mirror: Mirror): Promise<Refusal | undefined> {
  return withWriter(mirror, (writer) => Promise.resolve(writer.witnessTrouble));
}

export const logWitnessesCommands: CommandGroup = {
  name: 'witnesses',
  summary: 'who cosigns checkpoints',
  examples: ['countersign log witnesses show'],
  commands: [showCommand, setCommand],
};
