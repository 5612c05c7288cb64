/** The version of this program, from the one file that states it. */
import { fileURLToPath } from 'node:url';
import { readNamedFile } from './named-file.ts';

const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url));

export async function ownVersion(): Promise<string> {
  const { version } = JSON.parse((await readNamedFile(PACKAGE, 1_000_000)).toString('utf8')) as { version: string };
  return version;
}
