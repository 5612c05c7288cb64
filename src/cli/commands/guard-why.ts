/** `countersign guard why`: who answers for a target, and why: the whole walk, and what each repository of a map said. */
import { CollectionGuard, type TagFinding } from '../../client/collection-guard.ts';
import { explainTag } from '../../client/notary/tag-words.ts';
import { explain } from '../../client/resolve/explain.ts';
import type { SharedFinding } from '../../client/consensus.ts';
import type { Voice } from '../../client/answer/shared-verdict.ts';
import type { Finding } from '../../client/guard.ts';
import { printable } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type AskedGiven, modeOption, nameOption, openAnswerer } from '../guard-target.ts';
import type { Invocation } from '../invocation.ts';
import { type Report, failureDocument, failureLines } from '../output.ts';
import { searchDocument, tagSearchDocument, verdictDocument } from '../verdict-document.ts';
import { saysNo } from '../verdict-exit.ts';
import { verdictLines } from '../verdict-lines.ts';

interface Given extends AskedGiven {
  readonly target: string;
}

export const guardWhyCommand = defineCommand<Given>({
  name: 'why',
  summary: 'explain who answers for a target; exit 1 when nobody does',
  details:
    'The search as a tree: every role that was visited, why each delegation spoke for the target or not, where the ' +
    'search ended and because of what. “Refused”, “withheld” and “excluded” are told apart from “not found”. Of a ' +
    'collection: a tag, and each role in the order in which a docker pull asks it.',
  arguments: [['<target>', 'its name, as upstream lists it; of a collection, a tag']],
  options: [nameOption(), modeOption()],
  examples: ['countersign guard why npm/keys.json'],
  changesSomething: false,
  async perform(invocation, { target, name, mode }) {
    const answerer = await openAnswerer(invocation, name);
    if (answerer instanceof CollectionGuard) return tagReport(invocation, await answerer.find(target, { mode }));
    const found: Finding | SharedFinding = await answerer.find(target, { mode });
    const { verdict } = found;
    const isSingle = 'search' in found;
    return {
      lines: [
        ...(isSingle ? searchLines(found) : roundLines(found)),
        '',
        ...verdictLines(verdict, invocation.surroundings.out.columns),
      ],
      document: {
        ...verdictDocument(verdict),
        search: isSingle ? searchDocument(found.search) : undefined,
        lookup: undefined,
        rounds: isSingle ? [] : roundDocuments(found),
      },
      ...saysNo(verdict),
    };
  },
});

function tagReport(invocation: Invocation, { search, verdict }: TagFinding): Report {
  const { outcome } = search;
  const refusal = 'refusal' in outcome ? failureLines(outcome.refusal).slice(1) : [];
  return {
    lines: [...explainTag(search), ...refusal, '', ...verdictLines(verdict, invocation.surroundings.out.columns)],
    document: { ...verdictDocument(verdict), search: undefined, lookup: tagSearchDocument(search), rounds: [] },
    ...saysNo(verdict),
  };
}

/** The tree, and in full what it was refused for. */
function searchLines({ search }: Finding): string[] {
  const { outcome } = search;
  const refusal = 'refusal' in outcome ? failureLines(outcome.refusal).slice(1) : [];
  return [...explain(search), ...refusal];
}

function roundLines({ rounds }: SharedFinding): string[] {
  return rounds.flatMap(({ mapping, voices, agreed }, index) => [
    `mapping ${index + 1}: ${mapping.threshold} of ${mapping.repositories.join(', ')} must agree${mapping.terminating ? ' · TERMINATING' : ''}`,
    ...voices.flatMap((voice) => voiceLines(voice).map((line) => `  ${line}`)),
    agreed.length > 0 ? `  → agreed: ${agreed.join(', ')}` : '  → too few agree',
  ]);
}

function voiceLines({ repository, finding, refusal }: Voice): string[] {
  const said = finding ? searchLines(finding) : failureLines(refusal);
  return [`${printable(repository)}:`, ...said.map((line) => `  ${line}`)];
}

function roundDocuments({ rounds }: SharedFinding): object[] {
  return rounds.map(({ mapping, voices, agreed }) => ({
    paths: mapping.paths,
    threshold: mapping.threshold,
    terminating: mapping.terminating,
    agreed,
    voices: voices.map(({ repository, finding, refusal }) => ({
      repository,
      search: finding && searchDocument(finding.search),
      error: refusal && failureDocument(refusal),
    })),
  }));
}
