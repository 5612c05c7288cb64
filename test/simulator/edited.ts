/** Somebody with the database open and no key: the triggers are taken away for one edit and put back word for word. */
import { Database } from '../../src/platform/database.ts';

/** @returns what `work` does */
export function editBehindTriggers<Result>(path: string, work: (database: Database) => Result): Result {
  const database = new Database(path);
  try {
    database.script('PRAGMA foreign_keys = OFF');
    const triggers = database.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
    return database.transaction(() => {
      for (const { name } of triggers) database.script(`DROP TRIGGER ${String(name)}`);
      const result = work(database);
      for (const { sql } of triggers) database.script(String(sql));
      return result;
    });
  } finally {
    database.close();
  }
}
