/**
 * Whether the database is built as this version builds it, whether every checkpoint ever released is one of the tree, and
 * whether its one counter fits what was issued.
 */
import { isRefusal } from '../errors.ts';
import { logSize, storedNodes } from '../ledger/log-rows.ts';
import { migrate, schemaOf } from '../ledger/migrate.ts';
import { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { openCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import { type NoteSigner, openNote } from '../tlog/note.ts';
import { isSameHash, rootOf } from '../tlog/tree.ts';

/** Whether the schema is exactly what the migrations make: whoever changed a trigger could edit unseen (S-02). */
export async function schemaProblems(database: Database, disk: Disk): Promise<string[]> {
  const wanted = await (WANTED.schema ??= freshSchema(disk));
  const actual = schemaOf(database);
  const names = [...new Set([...wanted.keys(), ...actual.keys()])];
  return names
    .filter((name) => wanted.get(name) !== actual.get(name))
    .map((name) => `The record’s ${name} is not as this version made it.`);
}

type Schema = ReadonlyMap<string, string>;

/** Made once by each process: a writer compares every time. */
const WANTED: { schema?: Promise<Schema> } = {};

async function freshSchema(disk: Disk): Promise<Schema> {
  const fresh = new Database(':memory:', { isInMemory: true });
  try {
    await migrate(fresh, disk);
    return schemaOf(fresh);
  } finally {
    fresh.close();
  }
}

/** Of a tree whose nodes were verified: how many there must be. More of them would stop the next entry (S-07). */
export function treeProblems(database: Database): string[] {
  const size = logSize(database);
  let wanted = 0;
  for (let nodes = size; nodes >= 1; nodes = Math.floor(nodes / 2)) wanted += nodes;
  const found = Number(database.one('SELECT COUNT(*) AS nodes FROM log_node')?.['nodes']);
  return found === wanted ? [] : [`The ledger’s tree has ${found} nodes, and its ${size} entries make ${wanted}.`];
}

/** Each checkpoint against the verified tree: an older one that was altered would show a fork that never was. */
export function checkpointProblems(database: Database, signers: (origin: string) => NoteSigner): string[] {
  const nodes = storedNodes(database);
  const size = logSize(database);
  return database
    .all('SELECT size, root, note FROM checkpoint ORDER BY size')
    .filter((row) => {
      const at = Number(row['size']);
      if (at > size) return true;
      const root = rootOf(at, nodes);
      const signed = openedBy(String(row['note']), signers);
      const stored = row['root'];
      return !(
        signed?.size === at &&
        isSameHash(signed.root, root) &&
        stored instanceof Uint8Array &&
        isSameHash(stored, root)
      );
    })
    .slice(0, 20)
    .map((row) => `The checkpoint of ${Number(row['size'])} entries is not the one that was released.`);
}

function openedBy(
  note: string,
  signers: (origin: string) => NoteSigner,
): ReturnType<typeof openCheckpoint> | undefined {
  try {
    return openCheckpoint(note, signers(parseCheckpoint(openNote(note).body).origin).key);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Every version that was issued must be taken: a counter that was set back would have it signed twice (S-04). */
export function reservationProblems(database: Database): string[] {
  return database
    .all(
      `SELECT i.repository, i.role, i.version FROM issued i LEFT JOIN reservation r
         ON r.repository = i.repository AND r.role = i.role AND r.epoch = i.epoch AND r.version = i.version
        WHERE i.role != 'root' AND r.version IS NULL LIMIT 20`,
    )
    .map(
      (row) =>
        `The ${String(row['role'])} version ${Number(row['version'])} of ${String(row['repository'])} was issued and is not reserved.`,
    );
}
