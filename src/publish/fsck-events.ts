/** Whether the events are still what was appended: no gap, every digest right, and the guarding triggers in place. */
import type { Database } from '../platform/database.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { jsonObject, parseJson } from '../tuf/json.ts';

const GUARDED = [
  'event',
  'file',
  'repository',
  'import',
  'import_file',
  'import_target',
  'generation',
  'generation_role',
  'issued',
  'reservation',
];

export function eventProblems(database: Database): string[] {
  const problems: string[] = [];
  const rows = database.all('SELECT idx, at, kind, repository, body, sha256 FROM event ORDER BY idx');
  for (const [position, row] of rows.entries()) {
    const idx = Number(row['idx']);
    if (idx !== position) problems.push(`Event ${String(position)} is missing.`);
    const event = jsonObject({
      idx,
      at: String(row['at']),
      kind: String(row['kind']),
      repository: row['repository'] === null ? null : String(row['repository']),
      body: parseJson(Buffer.from(String(row['body'])), `event ${String(idx)}`),
    });
    if (sha256(canonicalize(event)) !== row['sha256']) problems.push(`Event ${String(idx)} is not what was appended.`);
    if (problems.length >= 20) return problems;
  }
  const triggers = new Set(
    database.all("SELECT name FROM sqlite_master WHERE type = 'trigger'").map((row) => String(row['name'])),
  );
  for (const table of GUARDED) {
    for (const trigger of [`${table}_no_update`, `${table}_no_delete`]) {
      // Whoever dropped a trigger could edit unseen (S-02).
      if (!triggers.has(trigger)) problems.push(`The trigger ${trigger} that keeps ${table} append-only is gone.`);
    }
  }
  return problems;
}
