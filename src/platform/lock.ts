/**
 * A lock between processes that a crash releases: an exclusive SQLite transaction on an empty file, so the kernel, not a
 * time-out, decides whether the holder lives (S-05).
 */
import { join } from 'node:path';
import { isRefusal, Refusal } from '../errors.ts';
import type { Clock } from './clock.ts';
import { Database } from './database.ts';

export interface Lock {
  release(): void;
}

/**
 * @param name what is locked, for the file name and the message: `import-sigstore`, `serve`
 * @param waitMs how long to wait for another holder
 * @throws STATE_LOCKED
 */
export async function takeLock(directory: string, name: string, clock: Clock, waitMs: number): Promise<Lock> {
  const deadline = clock.now().getTime() + waitMs;
  for (;;) {
    try {
      return tryLock(join(directory, `${name}.lock`));
    } catch (error) {
      if (!isRefusal(error, 'STATE_LOCKED')) throw error;
      if (clock.now().getTime() >= deadline) {
        throw new Refusal('STATE_LOCKED', `Another process holds the lock “${name}”.`, {
          details: { lock: name },
          cause: error,
        });
      }
      await new Promise<void>((resolve) => void clock.after(50, resolve));
    }
  }
}

function tryLock(path: string): Lock {
  const database = new Database(path, { mustExist: false, busyTimeoutMs: 0 });
  try {
    database.hold();
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}
