/** `countersign guard verify`: whether a file that somebody has is what upstream signed for a name. */
import { resolve } from 'node:path';
import { streamNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import { type AskedGiven, modeOption, nameOption, openAnswerer } from '../guard-target.ts';
import { verdictDocument } from '../verdict-document.ts';
import { verdictLines } from '../verdict-lines.ts';
import { saysNo } from '../verdict-exit.ts';

interface Given extends AskedGiven {
  readonly target: string;
  readonly file: string;
}

export const guardVerifyCommand = defineCommand<Given>({
  name: 'verify',
  summary: 'say whether a file is what upstream signed for a name; exit 1 when it is not',
  details: 'The file may have any size: it is read in pieces, and not kept. The target itself is not fetched.',
  arguments: [
    ['<target>', 'the name, as upstream lists it'],
    ['<file>', 'the file that is there'],
  ],
  options: [nameOption(), modeOption()],
  examples: ['countersign guard verify trusted_root.json /etc/sigstore/trusted_root.json --mode offline'],
  changesSomething: false,
  perform(invocation, { target, file, name, mode }) {
    const path = resolve(invocation.surroundings.workingDirectory, file);
    return streamNamedFile(path, async (content) => {
      const answerer = await openAnswerer(invocation, name);
      const verdict = await answerer.verify(target, content, { mode });
      return {
        lines: [
          ...verdictLines(verdict, invocation.surroundings.out.columns),
          ...(verdict.code === 'TRUST_TARGET'
            ? ['', `${file} is not what upstream signed for this name: do not use it.`]
            : []),
          ...(verdict.ok || verdict.code === 'TRUST_TARGET' ? [] : ['', 'See: countersign guard why TARGET']),
        ],
        document: { ...verdictDocument(verdict), file: path },
        ...saysNo(verdict),
      };
    });
  },
});
