/** `countersign guard refresh`: every check but a search, kept for later; all guards unless one is named. */
import { Option } from 'commander';
import type { Standing } from '../../client/answer/verdict.ts';
import { type Code, type Refusal, isRefusal } from '../../errors.ts';
import type { RepositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { GuardEnrolments } from '../guard-enrolments.ts';
import { type AskedGiven, modeOption, nameOption, openGuard } from '../guard-target.ts';
import { type Report, failureDocument, failureLines } from '../output.ts';
import { standingDocument } from '../verdict-document.ts';
import { exceptionLines, standingLines } from '../verdict-lines.ts';

interface Given extends AskedGiven {
  readonly allRoles?: boolean;
}

interface Refreshed {
  readonly name: RepositoryId;
  readonly result: Standing | Refusal;
}

export const guardRefreshCommand = defineCommand<Given>({
  name: 'refresh',
  summary: 'bring what a guard holds up to date, verified from its pin',
  details: 'Without --name, every guard is refreshed; one that is refused does not keep the others from it.',
  options: [
    nameOption(),
    new Option('--all-roles', 'read every delegation, so that --mode offline can answer about any target'),
    modeOption(),
  ],
  examples: ['countersign guard refresh', 'countersign guard refresh --name sigstore --all-roles'],
  changesSomething: true,
  async perform(invocation, { name, mode, allRoles = false }) {
    const enrolments = await GuardEnrolments.of(invocation);
    const all: Refreshed[] = [];
    for (const enrolled of await enrolments.meant(name)) {
      invocation.progress.step(`refreshing ${enrolled}`);
      try {
        const guard = openGuard(invocation, await enrolments.one(enrolled));
        all.push({ name: enrolled, result: await guard.refresh({ mode, everyRole: allRoles }) });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        all.push({ name: enrolled, result: error });
      }
    }
    return reportOf(all, invocation.isRehearsal);
  },
});

function reportOf(all: readonly Refreshed[], isRehearsal: boolean): Report {
  const codes = all.flatMap(({ result }): Code[] => (isRefusal(result) ? [result.code] : []));
  return {
    lines: all.flatMap(({ name, result }) => linesOf(name, result, isRehearsal)),
    document: {
      ok: codes.length === 0,
      guards: all.map(({ name, result }) =>
        isRefusal(result)
          ? { name, ok: false, error: failureDocument(result), standing: undefined }
          : { name, ok: true, error: undefined, standing: standingDocument(result) },
      ),
      dryRun: isRehearsal,
    },
    firstRefusal: codes[0],
  };
}

function linesOf(name: RepositoryId, result: Standing | Refusal, isRehearsal: boolean): string[] {
  if (isRefusal(result)) return [`${name}: REFUSED`, ...failureLines(result).map((line) => `  ${line}`)];
  const found = result.mode === 'online' ? 'up to date' : 'in order as it is held';
  const said = isRehearsal ? `${found}; nothing was kept` : found;
  return [`${name}: ${said}`, ...standingLines(result), ...exceptionLines(result)];
}
