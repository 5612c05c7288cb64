/** A name and password for a token server, from a file that only its owner can read, and never in a message. */
import { Refusal } from '../../errors.ts';
import { Disk } from '../../platform/disk.ts';
import { readNamedFile } from '../../platform/named-file.ts';

export interface Credentials {
  readonly user: string;
  /** A secret. */
  readonly password: string;
}

/**
 * One line `user:password`, as in the proxy's file.
 * @throws USAGE_FILE, STATE_PERMISSIONS when others may read it, CONFIG_INVALID
 */
export async function readCredentials(path: string): Promise<Credentials> {
  const line = (await readNamedFile(path, 4096)).toString('utf8').trimEnd();
  await new Disk().refuseUnlessPrivate(path);
  const colon = line.indexOf(':');
  if (colon < 1 || /[\u0000-\u001f\u007f]/.test(line)) {
    throw new Refusal('CONFIG_INVALID', `${path} does not hold one line “user:password”.`);
  }
  return { user: line.slice(0, colon), password: line.slice(colon + 1) };
}

/** The Authorization header. A secret. */
export function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
