/** `countersign diff`: what changed in meaning between two imports, or between an import and what is served. */
import { Refusal } from '../../errors.ts';
import { importContent } from '../../ledger/import-content.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { differenceBetween } from '../../verify/difference.ts';
import { defineCommand } from '../command.ts';
import { positiveNumber } from '../options.ts';

interface Given {
  readonly id: string;
  readonly a?: string;
  readonly b?: string;
}

export const diffCommand = defineCommand<Given>({
  name: 'diff',
  summary: 'show what changed in meaning between two imports',
  details:
    'Without numbers: from what is served to the last accepted import. With one: between that import and what is ' +
    'served, the older first. With two: from the first to the second.',
  arguments: [
    ['<id>', 'the repository'],
    ['[a]', 'an import’s number'],
    ['[b]', 'another one'],
  ],
  examples: ['countersign diff sigstore', 'countersign diff sigstore 12 14'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror(({ reader }) => {
      const { id } = reader.enrolment(repositoryId(given.id));
      const [from, to] = choose(reader, id, given);
      const { changes } = differenceBetween(importContent(reader, from), importContent(reader, to));
      return {
        lines: [
          `From import ${String(from)} to import ${String(to)}: ${changes.length === 0 ? 'no difference in meaning.' : ''}`.trimEnd(),
          ...changes.map(({ kind, text }) => `  ${kind.padEnd(15)} ${text}`),
        ],
        document: { repository: id, from, to, changes },
      };
    }),
});

function choose(reader: LedgerReader, id: RepositoryId, { a, b }: Given): [from: number, to: number] {
  if (a !== undefined && b !== undefined) return [numbered(reader, id, a), numbered(reader, id, b)];
  const current = reader.current(id);
  const newest = reader.lastAccepted(id)?.number;
  if (newest === undefined) throw new Refusal('STATE_NOTHING_PUBLISHED', `${id} has no accepted import.`);
  const served = current ? reader.importOfGeneration(id, current.generation) : newest;
  const other = a === undefined ? newest : numbered(reader, id, a);
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
