/** `countersign diff`: what changed in meaning between two imports, or between an import and what is served. */
import { verifiedImport } from '../../decide/exceptions.ts';
import { summaryOf } from '../../decide/review.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { rulesOf } from '../../mirror.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { positiveNumber } from '../options.ts';

interface Given {
  readonly id: string;
  readonly a?: string;
  readonly b?: string;
}

/** Stands for “before the first import”. */
const NOTHING = '0';

export const diffCommand = defineCommand<Given>({
  name: 'diff',
  summary: 'show what changed in meaning between two imports',
  details:
    'Without numbers: from what is served to the last accepted import. With one: between that import and what is ' +
    'served, the older first. With two: from the first to the second; 0 for the first stands for nothing, so that ' +
    'everything is new. Prints the text whose SHA-256 an approval names.',
  arguments: [
    ['<id>', 'the repository'],
    ['[a]', 'an import’s number'],
    ['[b]', 'another one'],
  ],
  examples: ['countersign diff sigstore', 'countersign diff sigstore 12 14', 'countersign diff sigstore 0 1'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const { reader } = mirror;
      const { id } = reader.enrolment(repositoryId(given.id));
      const [from, to] = choose(reader, id, given);
      const rules = rulesOf(mirror);
      const { candidate } = verifiedImport(rules, to).observation;
      const { text, sha256, changes, counts } = await summaryOf(mirror, rules, { repository: id, from, to });
      return {
        lines: text.trimEnd().split('\n'),
        document: {
          repository: id,
          from: from ?? 0,
          to,
          candidate,
          changes: changes.map(({ kind, role, name, before, after, text }) => ({
            kind,
            role,
            name,
            before,
            after,
            text,
          })),
          counts,
          text,
          sha256,
        },
      };
    }),
});

/** @returns `from` undefined where everything is new */
function choose(reader: LedgerReader, id: RepositoryId, { a, b }: Given): [from: number | undefined, to: number] {
  if (a !== undefined && b !== undefined)
    return [a === NOTHING ? undefined : numbered(reader, id, a), numbered(reader, id, b)];
  const current = reader.current(id);
  const newest = reader.lastAccepted(id)?.number;
  if (newest === undefined) throw new Refusal('STATE_NOTHING_PUBLISHED', `${id} has no accepted import.`);
  const other = a === undefined ? newest : numbered(reader, id, a);
  // Whoever approves a first import reads that everything is new, and not that it equals itself.
  if (!current) return [undefined, other];
  const served = reader.importOfGeneration(id, current.generation);
  return other < served ? [other, served] : [served, other];
}

/** The import that brought the content in, for one that brought nothing new. */
function numbered(reader: LedgerReader, id: RepositoryId, text: string): number {
  const record = reader.import(importNumber(text));
  if (record.repository !== id) {
    throw new Refusal('USAGE_UNKNOWN_IMPORT', `Import ${text} is of ${record.repository}, not of ${id}.`);
  }
  if (record.outcome === 'accepted') return record.number;
  const bringer = reader
    .imports(id, Number.MAX_SAFE_INTEGER)
    .find(
      ({ outcome, candidate, number }) =>
        outcome === 'accepted' && candidate === record.candidate && number < record.number,
    );
  if (bringer) return bringer.number;
  throw new Refusal(
    'USAGE_OPTION',
    `Import ${text} was refused (${String(record.code)}), so it has no content to compare.`,
    {
      next: `See countersign imports ${id}.`,
    },
  );
}

function importNumber(text: string): number {
  try {
    return positiveNumber(text);
  } catch (cause) {
    throw new Refusal('USAGE_OPTION', 'An import is named by its number.', { cause });
  }
}
