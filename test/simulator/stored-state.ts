/**
 * Everything that a data directory holds, as comparable values: every row of the record, every file beside it, every sealed
 * value. A refused import must leave all of it as it was, but for its own record and the evidence (W-02).
 */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Code } from '../../src/errors.ts';
import type { SealedValue } from '../../src/ledger/sealed.ts';
import type { Mirror } from '../../src/mirror.ts';
import type { Row } from '../../src/platform/database.ts';
import { sha256 } from '../../src/tuf/digest.ts';

/** Tables to which a refusal adds rows. */
const RECORD = ['log_entry', 'import', 'import_file', 'file'] as const;
/** Who wrote last, and what is computed from the entries. */
const PASSING = ['writer', 'log_node', 'checkpoint', 'signed_head'];
/** Lists that the observation of an import names, beside the files in them. */
const LISTS = ['files_sha256', 'authored_sha256', 'carried_sha256', 'notes_sha256'];

export interface StoredState {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Relative name and digest of each file, but for the databases, the record’s head and the locks. */
  readonly files: readonly string[];
  readonly sealed: readonly SealedValue[];
}

export async function storedState({ database, dataDirectory, sealed }: Mirror): Promise<StoredState> {
  const names = database.all("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
  const tables = names.map(({ name, sql }): [string, Row[]] => {
    const order = String(sql).includes('WITHOUT ROWID') ? '1' : 'rowid';
    const rows = database.all(`SELECT * FROM ${String(name)} ORDER BY ${order}`);
    return [String(name), rows.map(withDigests)];
  });
  return { tables: new Map(tables), files: await listFiles(dataDirectory), sealed: sealed.all() };
}

/** @returns the rows of `import_file` that the refusal added: its evidence */
export function assertOnlyRefusalRecorded(before: StoredState, after: StoredState, code: Code): readonly Row[] {
  assert.deepEqual(after.files, before.files, 'files beside the record changed');
  // What is said about an import is sealed before anything is looked at: values are added, and none changes or goes.
  const kept = new Map(after.sealed.map((value) => [value.digest, value]));
  for (const value of before.sealed) assert.deepEqual(kept.get(value.digest), value, 'a sealed value changed');
  for (const [table, rows] of before.tables) {
    if (RECORD.some((name) => name === table) || PASSING.includes(table)) continue;
    assert.deepEqual(after.tables.get(table), rows, `${table} changed`);
  }
  const [events, imports, evidence, files] = RECORD.map((table) => addedRows(table, before, after)) as [
    readonly Row[],
    readonly Row[],
    readonly Row[],
    readonly Row[],
  ];
  const expected = ['import.claimed', 'import.rejected', ...(code === 'TRUST_EQUIVOCATION' ? ['equivocation'] : [])];
  assert.deepEqual(kinds(events), expected);
  assert.deepEqual(
    imports.map((row) => [row['outcome'], row['code']]),
    [['refused', code]],
  );
  const number = imports[0]?.['number'];
  assert.ok(evidence.every((row) => row['import'] === number && ['evidence', 'refused'].includes(String(row['kind']))));
  const digests = new Set([...evidence.map((row) => row['file_sha256']), ...listsOf(events)]);
  assert.ok(
    files.every((row) => digests.has(row['sha256'] ?? null)),
    'bytes were stored that are no evidence',
  );
  return evidence;
}

function addedRows(table: string, before: StoredState, after: StoredState): readonly Row[] {
  const old = before.tables.get(table) ?? [];
  const rows = after.tables.get(table) ?? [];
  assert.deepEqual(rows.slice(0, old.length), old, `${table} lost or changed rows`);
  return rows.slice(old.length);
}

function listsOf(events: readonly Row[]): (string | undefined)[] {
  const observation = events.find((row) => row['type'] === 'import.rejected');
  const { body } = JSON.parse(String(observation?.['body'])) as { body: { statement: Record<string, string> } };
  return LISTS.map((name) => body.statement[name]);
}

function kinds(rows: readonly Row[]): unknown[] {
  return rows.map((row) => row['type']);
}

function withDigests(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]): [string, Row[string]] => [
    name,
    value instanceof Uint8Array ? sha256(value) : value,
  ]);
  return Object.fromEntries(entries);
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const listed = names.filter(
    (name) => !/(?:record\.sqlite|sealed\.sqlite|head\.json|\.lock)/.test(relative(directory, name)),
  );
  return Promise.all(listed.sort().map(async (name) => `${relative(directory, name)} ${sha256(await readFile(name))}`));
}
