/** `countersign imports`: who brought what in, when, from where, and what came of it. Newest first. */
import { Option } from 'commander';
import { importStates, type ImportState } from '../../gate/history.ts';
import type { ImportRecord } from '../../ledger/records.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { signaturesIn } from '../../publish/authority.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { personDocument, type PersonDocument } from '../changed.ts';
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
    invocation.withMirror((mirror) => {
      const { reader } = mirror;
      const id = given.id === undefined ? undefined : reader.enrolment(repositoryId(given.id)).id;
      const imports = reader.imports(id, given.limit);
      const states = statesOf(mirror);
      const stateOf = (one: ImportRecord): string => shownState(one, states.get(one.number));
      const rows = imports.map((one) => [
        String(one.number),
        one.repository,
        formatDate(one.finishedAt),
        one.code ?? stateOf(one),
        one.asOf ? formatDate(one.asOf.timestampExpires) : '-',
        importerOf(mirror, one).name ?? one.claim.as ?? '-',
        one.claim.ticket ?? '-',
        one.source,
      ]);
      return {
        lines:
          rows.length === 0
            ? ['Nothing was imported yet.']
            : tableLines(['IMPORT', 'REPOSITORY', 'FINISHED', 'STATE', 'AS-OF', 'BY', 'TICKET', 'SOURCE'], rows),
        document: { imports: imports.map((one) => documentOf(one, stateOf(one), importerOf(mirror, one))) },
      };
    }),
});

/** What became of each, by what the ledger says and people have signed. */
function statesOf(mirror: Mirror): ReadonlyMap<number | undefined, ImportState> {
  const question = { now: mirror.clock.now(), signatures: signaturesIn(mirror.sealed) };
  return new Map(importStates(rulesOf(mirror), question).map((one) => [one.import, one.state]));
}

/** What verification said of it comes first: nobody was asked about the rest. */
function shownState({ outcome }: ImportRecord, state: ImportState | undefined): string {
  if (outcome !== 'accepted') return outcome;
  return state === 'verified' ? 'waits' : String(state);
}

function importerOf(mirror: Mirror, { actor }: ImportRecord): PersonDocument {
  return personDocument(mirror, actor);
}

function documentOf(one: ImportRecord, state: string, by: PersonDocument): object {
  const { number, repository, source, outcome, code, what, candidate, decisions, notes, claim } = one;
  return {
    number,
    repository,
    source,
    startedAt: formatDate(one.startedAt),
    finishedAt: formatDate(one.finishedAt),
    outcome,
    state,
    by,
    code,
    what,
    candidate,
    asOf: one.asOf && { ...one.asOf, timestampExpires: formatDate(one.asOf.timestampExpires) },
    decisions: decisions.map(({ kind, role, version, reason }) => ({ kind, role, version, reason })),
    notes,
    claim: { ticket: claim.ticket, reason: claim.reason, as: claim.as },
  };
}
