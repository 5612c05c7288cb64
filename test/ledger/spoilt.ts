/**
 * A ledger in memory with everything in it that a row can stand for, and somebody with the database open: the triggers are
 * taken away, the edit is made, and nothing else tells.
 */
import { migrate } from '../../src/ledger/migrate.ts';
import { VerifiedLog } from '../../src/ledger/verified-log.ts';
import { Database, type Value } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { HandMadeLedger } from '../simulator/hand-made-ledger.ts';

export interface Ledger {
  readonly database: Database;
  readonly made: HandMadeLedger;
}

/** Two repositories, three generations, a rotation, renewals, and a refusal. */
export async function filledLedger(): Promise<Ledger> {
  const database = new Database(':memory:', { isInMemory: true });
  await migrate(database, new Disk());
  const made = new HandMadeLedger(database);
  const none = new Map<string, string>();
  made.publish('one', { targets: 1, team: 1 }, none, []);
  made.publish('two', { targets: 4 }, none, []);
  made.renew('one');
  made.refuse('one', 'TRUST_ROLLBACK');
  made.publish('one', { targets: 2, team: 1 }, none, []);
  made.rotate('two');
  made.renew('two');
  return { database, made };
}

export function edit(database: Database, sql: string, ...values: Value[]): number {
  dropTriggers(database);
  database.script('PRAGMA foreign_keys = OFF');
  return database.run(sql, ...values);
}

export function dropTriggers(database: Database): void {
  for (const { name } of database.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    database.script(`DROP TRIGGER ${String(name)}`);
}

/** A fresh reading of all of it, which remembers the types that it was told of. */
export function readAgain(database: Database): VerifiedLog<string[]> {
  const log = newLog();
  log.catchUp(database);
  return log;
}

export function newLog(): VerifiedLog<string[]> {
  return new VerifiedLog<string[]>({
    start: () => [],
    apply: (types, { type }) => void types.push(type),
    skip: (types) => void types.push('(renewal)'),
  });
}
