/**
 * A ledger in memory with everything in it that a row can stand for, and somebody with the database open: the triggers are
 * taken away, the edit is made, and nothing else tells.
 */
import { migrate } from '../../src/ledger/migrate.ts';
import { VerifiedLog } from '../../src/ledger/verified-log.ts';
import { Database, type Value } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import type { CarriedTarget } from '../../src/ledger/records.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { roleName, targetPath } from '../../src/tuf/names.ts';
import { HandMadeLedger } from '../simulator/hand-made-ledger.ts';

export interface Ledger {
  readonly database: Database;
  readonly made: HandMadeLedger;
}

/** Two repositories, three generations, a rotation, renewals, a refusal, an approval, other bounds and a retirement. */
export async function filledLedger(): Promise<Ledger> {
  const database = new Database(':memory:', { isInMemory: true });
  await migrate(database, new Disk());
  const made = new HandMadeLedger(database);
  const none = new Map<string, string>();
  made.publish('one', { targets: 1, team: 1 }, none, [carried('one.txt'), carried('two.txt')]);
  made.publish('two', { targets: 4 }, none, []);
  made.renew('one');
  made.refuse('one', 'TRUST_ROLLBACK');
  made.publish('one', { targets: 2, team: 1 }, none, []);
  made.rotate('two');
  made.append({ type: 'approval', actor: 'local', body: { statement: APPROVAL, signature: null } });
  made.append({
    type: 'limits.set',
    actor: 'local',
    body: { repository: 'one', limits: { versionJump: 7 }, reason: NOTHING },
  });
  made.renew('two');
  made.append({
    type: 'upstream.retire',
    actor: 'local',
    body: { repository: 'two', import: 2, reason: NOTHING, subject_sha256: NOTHING, signatures: [] },
  });
  return { database, made };
}

const NOTHING = '0'.repeat(64);
const APPROVAL = {
  schema: 'import-approval/1',
  approval_id: '0'.repeat(32),
  mirror_id: '0'.repeat(32),
  repo_id: 'one',
  import_id: 1,
  observation: { index: 3, hash: NOTHING },
  candidate: NOTHING,
  targets_root: NOTHING,
  files_sha256: NOTHING,
  decision: 'approve',
  as_role: 'security',
  policy_sha256: NOTHING,
  summary_sha256: NOTHING,
  valid_until: '2026-02-01T00:00:00Z',
  comment: null,
  approver: { actor: 'local', key: null },
  claimed_at: '2026-01-01T00:00:00Z',
} as const;

function carried(path: string): CarriedTarget {
  const digest = sha256(Buffer.from(path));
  const hashes = new Map([['sha256', digest]]);
  return { path: targetPath(path), role: roleName('targets'), length: path.length, sha256: digest, hashes };
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
