/** `countersign imports`: who brought what in, when, from where, and what came of it. Newest first. */
import { Option } from 'commander';
import type { ImportRecord } from '../../ledger/records.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { positiveNumber } from '../options.ts';
import { tableLines } from '../words.ts';

interface Given {
  readonly id?: string;
  readonly limit: number;
}

export const importsCommand = defineCommand<Given>({
  name: 'imports',
  summary: 'list imports, newest first, the refused ones included',
  arguments: [['[id]', 'only of this repository']],
  options: [new Option('--limit <n>', 'at most so many').argParser(positiveNumber).default(100)],
  examples: ['countersign imports', 'countersign imports sigstore --json'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror(({ reader }) => {
      const id = given.id === undefined ? undefined : reader.enrolment(repositoryId(given.id)).id;
      const imports = reader.imports(id, given.limit);
      const rows = imports.map((one) => [
        String(one.number),
        one.repository,
        formatDate(one.finishedAt),
        one.code ?? one.outcome,
        one.asOf ? formatDate(one.asOf.timestampExpires) : '-',
        one.claim.as ?? '-',
        one.claim.ticket ?? '-',
        one.source,
      ]);
      return {
        lines:
          rows.length === 0
            ? ['Nothing was imported yet.']
            : tableLines(['IMPORT', 'REPOSITORY', 'FINISHED', 'OUTCOME', 'AS-OF', 'AS', 'TICKET', 'SOURCE'], rows),
        document: { imports: imports.map(documentOf) },
      };
    }),
});

function documentOf(one: ImportRecord): object {
  const { number, repository, source, outcome, code, what, candidate, decisions, notes, claim } = one;
  return {
    number,
    repository,
    source,
    startedAt: formatDate(one.startedAt),
    finishedAt: formatDate(one.finishedAt),
    outcome,
    code,
    what,
    candidate,
    asOf: one.asOf && { ...one.asOf, timestampExpires: formatDate(one.asOf.timestampExpires) },
    decisions: decisions.map(({ kind, role, version, reason }) => ({ kind, role, version, reason })),
    notes,
    claim: { ticket: claim.ticket, reason: claim.reason, as: claim.as },
  };
}
