/** `countersign fsck`: everything again, as a stranger would look at it; and the way on after a restore or a clock step. */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import type { Mirror } from '../../mirror.ts';
import { type FsckReport, fsck } from '../../publish/fsck.ts';
import { adoptClock, adoptRestoredRecord, countLostEvents } from '../../publish/recover.ts';
import { defineCommand } from '../command.ts';
import { repeatable } from '../options.ts';
import { plural } from '../words.ts';

interface Given {
  readonly adoptRestored?: boolean;
  readonly adoptClock?: boolean;
  readonly giveUp?: readonly string[];
  readonly reason?: string;
}

/** What a person decides to go on with. */
type Adopting = 'restored-record' | 'clock';

export const fsckCommand = defineCommand<Given>({
  name: 'fsck',
  summary: 'verify the record, every blob and everything served, as a stranger would; exit 1 on any finding',
  details:
    'Looking changes nothing. --adopt-restored goes on with a record that was restored from a backup: versions leap ' +
    'over those that clients may have seen. --adopt-clock goes on with a clock that stepped, once it is right. Both are ' +
    'recorded with their reason.',
  options: [
    new Option('--adopt-restored', 'go on with an older record because the newer one is lost').conflicts('adoptClock'),
    repeatable('--give-up <id>', 'with --adopt-restored: a repository whose newest root the backup does not have'),
    new Option('--adopt-clock', 'go on with this clock, which a person has made sure is right'),
    new Option('--reason <text>', 'what happened, for the record'),
  ],
  examples: ['countersign fsck', 'countersign fsck --adopt-restored --reason "disk lost on 3 May, backup of 2 May"'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const adopting = adoptingOf(given);
      const reason = given.reason?.trim() ?? '';
      if (adopting && reason === '') throw new Refusal('USAGE_REASON', `--${optionOf(adopting)} has no reason.`);
      const { isRehearsal } = invocation;
      let eventsLost = adopting && !isRehearsal ? await adopt(mirror, adopting, reason, given) : undefined;
      const { ok, findings, checked } = await fsck(mirror, invocation.progress.step);
      if (adopting === 'restored-record' && isRehearsal) eventsLost = await countLostEvents(mirror);
      return {
        lines: [...describeAdopted(adopting, eventsLost, isRehearsal), ...describeFindings({ ok, findings, checked })],
        document: {
          ok,
          findings: findings.map(({ code, what, repository }) => ({ code, what, repository })),
          checked,
          adopted: adopting,
          eventsLost,
          dryRun: isRehearsal,
        },
        isNo: !ok,
      };
    }),
});

function adoptingOf({ adoptRestored, adoptClock: isClock }: Given): Adopting | undefined {
  if (adoptRestored === true) return 'restored-record';
  return isClock === true ? 'clock' : undefined;
}

function optionOf(adopting: Adopting): string {
  return adopting === 'clock' ? 'adopt-clock' : 'adopt-restored';
}

/** @returns how many events were lost with the newer record */
async function adopt(
  mirror: Mirror,
  adopting: Adopting,
  reason: string,
  { giveUp = [] }: Given,
): Promise<number | undefined> {
  if (adopting === 'restored-record') return (await adoptRestoredRecord(mirror, reason, new Set(giveUp))).eventsLost;
  await adoptClock(mirror, reason);
  return undefined;
}

function describeAdopted(
  adopting: Adopting | undefined,
  eventsLost: number | undefined,
  isRehearsal: boolean,
): string[] {
  const verb = isRehearsal ? 'Would go on' : 'Goes on';
  if (adopting === 'clock') return [`${verb} with the clock as it is now.`];
  return eventsLost === undefined ? [] : [`${verb} with the restored record; ${plural(eventsLost, 'event')} lost.`];
}

function describeFindings({ ok, findings, checked }: FsckReport): string[] {
  const looked = [
    plural(checked.repositories, 'repository'),
    plural(checked.events, 'event'),
    plural(checked.files, 'file'),
    plural(checked.blobs, 'blob'),
  ].join(', ');
  return [
    ok ? `Everything is as it was recorded: ${looked}.` : `${plural(findings.length, 'finding')} in ${looked}:`,
    ...findings.map(({ code, what, repository }) => `  ${code}${repository ? ` (${repository})` : ''}: ${what}`),
  ];
}
