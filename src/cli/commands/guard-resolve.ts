/**
 * `countersign guard resolve`: the digest of the image that a tag names, alone on standard output, for scripts that pull by
 * digest. Where there is no answer there is no digest either: the verdict says why.
 */
import { defineCommand } from '../command.ts';
import { type AskedGiven, modeOption, nameOption, openCollectionGuard } from '../guard-target.ts';
import { verdictDocument } from '../verdict-document.ts';
import { saysNo } from '../verdict-exit.ts';
import { exceptionLines, verdictLines } from '../verdict-lines.ts';

interface Given extends AskedGiven {
  readonly tag: string;
}

export const guardResolveCommand = defineCommand<Given>({
  name: 'resolve',
  summary: 'print the digest of the image that a tag of a collection names; exit 1 when none is',
  details:
    'Resolved as docker pulls with content trust: targets/releases first, then targets, and from no other role. Prints sha256:HEX and ' +
    'nothing else; what must be said besides goes to standard error. “guard why” says how it was found.',
  arguments: [['<tag>', 'the tag']],
  options: [nameOption(), modeOption()],
  examples: ['docker pull registry.example.com/team/app@$(countersign guard resolve 1.27 --name app)'],
  changesSomething: false,
  async perform(invocation, { tag, name, mode }) {
    const { verdict } = await (await openCollectionGuard(invocation, name)).find(tag, { mode });
    const digest = verdict.sha256 === undefined ? undefined : `sha256:${verdict.sha256}`;
    const document = { ...verdictDocument(verdict), digest };
    // Never on standard output: a script would take it for a digest.
    const aside =
      digest === undefined
        ? [...verdictLines(verdict, undefined), '', 'See: countersign guard why TAG']
        : exceptionLines(verdict);
    for (const line of aside) invocation.remark(line);
    return { lines: digest === undefined ? [] : [digest], document, ...saysNo(verdict) };
  },
});
