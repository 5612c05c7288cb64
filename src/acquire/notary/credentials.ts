/** Names and passwords for token servers, from a file that only its owner can read, and never in a message. */
import { Refusal } from '../../errors.ts';
import { Disk } from '../../platform/disk.ts';
import { readNamedFile } from '../../platform/named-file.ts';

export interface Credentials {
  readonly user: string;
  /** A secret. */
  readonly password: string;
}

const MOST_BYTES = 65_536;

/**
 * What one server's readers are known by: the line `HOST user:password` whose first word is the server's host, with its port
 * where the address has one. Empty lines and those that begin with `#` say nothing. A password for one server is nobody
 * else's business, so no line is for all of them.
 * @param host as in the server's address: `notary.example.com`, `10.0.0.7:4443`
 * @returns undefined where no line is for this server
 * @throws USAGE_FILE, STATE_PERMISSIONS when others may read it, CONFIG_INVALID with the number of the line, also of a second one for this server
 */
export async function readCredentials(path: string, host: string): Promise<Credentials | undefined> {
  const text = (await readNamedFile(path, MOST_BYTES)).toString('utf8');
  await new Disk().refuseUnlessPrivate(path);
  let found: Credentials | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, user, password] = /^(\S+) +([^:\s]+):([^\u0000-\u001f\u007f]+)$/.exec(line) ?? [];
    if (name === undefined || user === undefined || password === undefined) {
      throw new Refusal('CONFIG_INVALID', `Line ${index + 1} of ${path} is not of the form “HOST user:password”.`);
    }
    // As addresses are read: in lower case, and without the port that is understood.
    if (name.toLowerCase().replace(/:443$/, '') !== host) continue;
    if (found) throw new Refusal('CONFIG_INVALID', `Line ${index + 1} of ${path} is a second one for ${host}.`);
    found = { user, password };
  }
  return found;
}

/** The Authorization header. A secret. */
export function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
