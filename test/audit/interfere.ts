/** What somebody with the files, or with this mirror’s own keys, does to a record behind the program’s back. */
import { type AnyEvent, decodeLeaf, encodeLeaf } from '../../src/ledger/events/leaf.ts';
import type { EventBody, EventType } from '../../src/ledger/events/types.ts';
import { release, signCheckpoint } from '../../src/ledger/checkpoints.ts';
import { appendLeaf, logSize, storedNodes } from '../../src/ledger/log-rows.ts';
import { project } from '../../src/ledger/projections.ts';
import type { Value } from '../../src/platform/database.ts';
import { rootOf } from '../../src/tlog/tree.ts';
import type { AuditedOffice } from './office.ts';

/** Edits by SQL, with the triggers out of the way and back in their place. */
export function edit({ mirror }: AuditedOffice, sql: string, ...values: Value[]): void {
  const { database } = mirror;
  const triggers = database.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  database.script('PRAGMA foreign_keys = OFF');
  for (const { name } of triggers) database.script(`DROP TRIGGER ${String(name)}`);
  database.run(sql, ...values);
  for (const trigger of triggers) database.script(String(trigger['sql']));
  database.script('PRAGMA foreign_keys = ON');
}

/** Appends what no honest program would, with this mirror’s own log key and head file. @returns its index */
export async function smuggle<Type extends EventType>(
  office: AuditedOffice,
  type: Type,
  body: EventBody<Type>,
  bend: (leaf: string) => string = (leaf) => leaf,
): Promise<number> {
  const { database } = office.mirror;
  const n = logSize(database);
  const event = {
    ...{
      n,
      type,
      mirrorId: String(database.one("SELECT body ->> '$.mirror_id' AS id FROM log_entry WHERE idx = 0")?.['id']),
      at: office.clock.now(),
      actor: 'local',
      cause: null,
    },
    ...{ nonce: 'ab'.repeat(16), body },
  } as unknown as AnyEvent;
  const leaf = Buffer.from(bend(encodeLeaf(event).toString('utf8')), 'utf8');
  database.script('PRAGMA foreign_keys = OFF');
  database.transaction(() => {
    appendLeaf(database, leaf);
    project(database, decodeLeaf(encodeLeaf(event), n), (digest) => office.mirror.reader.bytes(digest));
  });
  database.script('PRAGMA foreign_keys = ON');
  await seal(office);
  return n;
}

/** A checkpoint over whatever is there now, signed by the log’s own key, and the head file for it. */
export async function seal({ mirror, clock }: AuditedOffice): Promise<string> {
  const { database, writerOptions } = mirror;
  const size = logSize(database);
  const root = rootOf(size, storedNodes(database));
  const row = database.one('SELECT note FROM checkpoint ORDER BY size LIMIT 1');
  const origin = String(row?.['note']).split('\n')[0] ?? '';
  const note = signCheckpoint({ origin, size, root }, writerOptions.keys.checkpoints(origin));
  database.transaction(() => release(database, { size, root }, note, [], clock.now()));
  await writerOptions.headFile.write(note, new Map());
  return note;
}
