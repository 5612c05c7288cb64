/** `countersign guard verify`: whether a file that somebody has is what upstream signed for a name. */
import { resolve } from 'node:path';
import { streamNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import type { Verdict } from '../../client/answer/verdict.ts';
import { type AskedGiven, modeOption, nameOption, openAnswerer, openCollectionGuard } from '../guard-target.ts';
import type { Invocation } from '../invocation.ts';
import type { Report } from '../output.ts';
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
  details:
    'The file may have any size: it is read in pieces, and not kept. The target itself is not fetched. Of a collection: ' +
    'whether this is the image that a tag names, by its digest or by the bytes of its manifest.',
  arguments: [
    ['<target>', 'the name, as upstream lists it; of a collection, a tag'],
    ['<file>', 'the file that is there; of a collection also sha256:HEX'],
  ],
  options: [nameOption(), modeOption()],
  examples: [
    'countersign guard verify trusted_root.json /etc/sigstore/trusted_root.json --mode offline',
    'countersign guard verify 1.27 sha256:HEX --name app',
  ],
  changesSomething: false,
  async perform(invocation, { target, file, name, mode }) {
    const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(file) ?? [];
    if (digest !== undefined) {
      const verdict = await (await openCollectionGuard(invocation, name)).verify(target, digest, { mode });
      return reportOf(invocation, verdict, { file, path: undefined });
    }
    const path = resolve(invocation.surroundings.workingDirectory, file);
    return streamNamedFile(path, async (content) => {
      const answerer = await openAnswerer(invocation, name);
      const verdict = await answerer.verify(target, content, { mode });
      return reportOf(invocation, verdict, { file, path });
    });
  },
});

function reportOf(
  invocation: Invocation,
  verdict: Verdict,
  { file, path }: { readonly file: string; readonly path: string | undefined },
): Report {
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
}
