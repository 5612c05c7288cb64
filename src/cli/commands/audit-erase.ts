/** `countersign audit erase`: sealed values erased for good, each with an entry that says on which ground. */
import { join } from 'node:path';
import { Option } from 'commander';
import { byCommitment, erase, type Erased, type Ground, GROUNDS, ofPerson, type ToErase } from '../../audit/erase.ts';
import { consistently } from '../../audit/record.ts';
import { Refusal } from '../../errors.ts';
import type { Mirror } from '../../mirror.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { plural } from '../words.ts';
import { appending, recordOf } from './audit-opening.ts';

interface Given {
  readonly commitment?: string;
  readonly person?: string;
  readonly ground: Ground;
  readonly yes?: boolean;
}

export const auditEraseCommand = defineCommand<Given>({
  name: 'erase',
  summary: 'erase a sealed value, or everything that identifies a person, for good; every proof still verifies',
  details:
    'An entry names the commitment and the ground, and then the value is overwritten in sealed.sqlite. Of a person, who ' +
    'must be retired: name, keys, signatures, what they wrote, and why they or a key had to go. Afterwards their ' +
    'statements are shown as redacted, and nobody can verify any more that they signed them. Backups and exports are not reached.',
  arguments: [['[commitment]', 'the 64 hexadecimal digits that an entry has for it']],
  options: [
    new Option('--person <name>', 'everything that identifies this person: a name or a pseudonym'),
    new Option('--ground <ground>', 'on which ground').choices([...GROUNDS]).makeOptionMandatory(),
    new Option('--yes', 'without asking'),
  ],
  examples: [
    'countersign audit erase --person alice --ground erasure-request',
    'countersign audit erase 57853c9f33e0adca1ba2a5f40a54b2cd6ae1e0a8ad41d6af8a1d4dd2ffb9f2b1 --ground mistake --yes',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const { commitment, person, ground } = given;
      if ((commitment === undefined) === (person === undefined))
        throw new Refusal('USAGE_OPTION', 'What is to be erased? Give a commitment, or --person NAME.');
      const record = recordOf(mirror);
      const found = await consistently(record, () =>
        person === undefined ? byCommitment(record, (commitment ?? '').toLowerCase()) : ofPerson(record, person),
      );
      const { isRehearsal } = invocation;
      if (!isRehearsal) await requireConsent(invocation, found.values.length, given.yes);
      const erased = isRehearsal ? undefined : await erase(mirror.sealed, found, ground, appending(mirror));
      const isLeft = erased !== undefined && (await isLeftInLog(mirror));
      return {
        lines: [...describe(found.values, erased, ground), ...(isLeft ? [LEFT] : [])],
        document: {
          ground,
          values: (erased ?? found.values).map((one) => ({
            commitment: one.digest,
            kind: one.kind,
            entry: 'entry' in one ? one.entry : undefined,
          })),
          left_in_write_ahead_log: isLeft,
          dryRun: isRehearsal,
        },
        isNo: isLeft,
      };
    }),
});

const LEFT =
  'Another process has sealed.sqlite open, and what was erased is still in its write-ahead log: stop that process and run the same command again.';

/** @throws USAGE_OPTION without consent: nothing brings it back */
async function requireConsent(invocation: Invocation, count: number, isGiven = false): Promise<void> {
  if (isGiven) return;
  const answer = await invocation.ask(`Erases ${plural(count, 'sealed value')} for good. Type “erase” to go on: `);
  if (answer === 'erase') return;
  throw new Refusal('USAGE_OPTION', 'Nothing was erased: nobody said yes.', {
    next: 'Look with --dry-run first; then add --yes.',
  });
}

/** The write-ahead log is emptied by erasing, unless somebody else reads from it. */
async function isLeftInLog({ disk, dataDirectory }: Mirror): Promise<boolean> {
  return ((await disk.stat(join(dataDirectory, 'sealed.sqlite-wal')))?.size ?? 0) > 0;
}

function describe(values: readonly ToErase[], erased: readonly Erased[] | undefined, ground: Ground): string[] {
  if (!erased) return [`Would erase ${plural(values.length, 'sealed value')} (${ground}):`, ...values.map(line)];
  return [
    `Erased ${plural(erased.length, 'sealed value')} (${ground}):`,
    ...erased.map((one) => `${line(one)}, entry ${one.entry}`),
  ];
}

function line({ digest, kind }: ToErase): string {
  return `  ${digest}  ${kind ?? 'was not there any more'}`;
}
