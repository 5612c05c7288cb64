/**
 * `countersign withdraw`: what is public goes back to an earlier import’s content, under higher versions of the mirror’s own
 * roles. Clients accept that together with new online keys only, because authored roles go down.
 */
import { Option } from 'commander';
import { type Changed, settleChange } from '../../decide/change.ts';
import { withdrawing } from '../../decide/exceptions.ts';
import { publishRecorded } from '../../decide/publish.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { reverifyImport } from '../../publish/reverify.ts';
import type { RepositoryId } from '../../tuf/names.ts';
import { repositoryId } from '../../tuf/names.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { positiveNumber } from '../options.ts';
import { publishingDocument, publishingLines } from '../publishing.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';

interface Given extends SigningGiven {
  readonly id: string;
  readonly to: number;
  readonly reason?: string;
}

export const withdrawCommand = defineCommand<Given>({
  name: 'withdraw',
  summary: 'go back to what an earlier import brought',
  details:
    'For a wrong or dangerous state that is public. The mirror’s own roles go up and authored roles go down, which clients ' +
    'accept with new online keys in a new root: at once in a trial, otherwise by a ceremony. Guards that have seen ' +
    'upstream’s newer versions keep refusing older ones; they go on when upstream publishes the next. Nothing follows by ' +
    'itself afterwards: each next import waits until it is approved again, or for countersign publish.',
  arguments: [['<id>', 'the repository']],
  options: [
    new Option('--to <number>', 'the import to go back to').argParser(positiveNumber).makeOptionMandatory(),
    new Option('--reason <text>', 'why, for the record'),
    ...signingOptions(),
  ],
  examples: ['countersign withdraw sigstore --to 11 --reason "INC-8: import 12 lists a stolen key" --as alice'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const id = repositoryId(given.id);
      const changed = await decide(mirror, invocation, id, given);
      const warnings = warningsOf(mirror, id, given.to);
      const facts = { repository: id, to: given.to, warnings };
      const words = `${id} goes back to what import ${given.to} brought.`;
      const told = changed ? changedLines(mirror, changed, words) : [`Decided before: ${words}`];
      const decision = changed && changedDocument(mirror, changed);
      if (changed && changed.outcome !== 'done') {
        return {
          lines: [...told, ...warnings],
          document: { ...facts, decision, publication: undefined, dryRun: invocation.isRehearsal },
        };
      }
      const onProgress = invocation.progress.step;
      const result = await publishRecorded(mirror, { import: given.to, isCommanded: true, onProgress });
      if (result.outcome === 'waits') throw result.refusal;
      return {
        lines: [...told, ...publishingLines(id, result), ...warnings],
        document: { ...facts, decision, publication: publishingDocument(result), dryRun: false },
      };
    }),
});

/** @returns undefined where it was decided before, and waited for a root */
async function decide(
  mirror: Mirror,
  invocation: Invocation,
  id: RepositoryId,
  given: Given,
): Promise<Changed | undefined> {
  const { isRehearsal } = invocation;
  if (!isRehearsal && rulesOf(mirror).exceptions.withdrawalTo(id, given.to)) return undefined;
  const proposal = withdrawing(mirror, { repository: id, to: given.to, reason: reasonOf(given) });
  // Whether it can be done at all is known before people decide it: too old a state cannot be signed for.
  proposal(rulesOf(mirror));
  await reverifyImport(mirror, mirror.reader.enrolment(id), given.to);
  return settleChange(mirror, proposal, signingOf(invocation, given), isRehearsal);
}

/** What whoever goes back must know. */
function warningsOf(mirror: Mirror, id: RepositoryId, to: number): string[] {
  const newest = mirror.reader.lastAccepted(id)?.asOf;
  const back = rulesOf(mirror).imports.get(to)?.observation.as_of;
  if (!newest || !back) return [];
  const guards = `Guards that have seen upstream’s timestamp ${newest.timestampVersion} refuse this one (${back.timestamp_version}) until upstream publishes the next: that is what they are for.`;
  const roots = `UPSTREAM’S ROOT GOES BACK from version ${newest.rootVersion} to ${back.root_version}: stock clients believe keys again that upstream has given up since.`;
  return [
    ...(newest.timestampVersion > back.timestamp_version ? [guards] : []),
    ...(newest.rootVersion > back.root_version ? [roots] : []),
  ];
}
