/** Temporary files of killed processes, cleared only while nobody can be writing one. */
import type { Settings } from '../config/settings.ts';
import { isRefusal } from '../errors.ts';
import type { Mirror } from '../mirror.ts';
import { type Lock, takeLock } from '../platform/lock.ts';
import type { Log } from '../platform/log.ts';
import { clearLeftovers } from '../publish/recover.ts';
import { blobDirectory } from './directories.ts';

/** Takes every lock under which files are staged; when somebody works already, the leftovers wait for the next start. */
export async function clearLeftoversWhenIdle(mirror: Mirror, settings: Settings, log: Log): Promise<void> {
  const { lockDirectory } = mirror.writerOptions;
  const names = ['writer', ...mirror.reader.enrolments().map(({ id }) => `import-${id}`)];
  const locks: Lock[] = [];
  try {
    for (const name of names) locks.push(await takeLock(lockDirectory, name, mirror.clock, 0));
    const removed = await clearLeftovers(mirror.disk, mirror.dataDirectory, blobDirectory(settings));
    if (removed.length > 0) log.info('removed temporary files of a process that was killed', { files: removed.length });
  } catch (error) {
    if (!isRefusal(error, 'STATE_LOCKED')) throw error;
  } finally {
    for (const lock of locks) lock.release();
  }
}
