/**
 * A server’s change feed, followed from where it was left. The feed is signed by nobody: it says where to look, and what is
 * found there is verified as ever. The place is kept beside the originals, because it says what was taken home already.
 */
import { join } from 'node:path';
import type { ChangePage } from '../acquire/notary/change-page.ts';
import { collectionsOf, type Found } from '../acquire/notary/collections-of.ts';
import type { Collections } from '../acquire/notary/open.ts';
import { Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { parseJson } from '../tuf/json.ts';
import { Shape } from '../tuf/shape.ts';

export interface Followed extends Found {
  /** Id of the last change that was read; undefined while there was none. */
  readonly last: string | undefined;
}

/** @param from the last change that is known; undefined for all that the server remembers */
export async function follow(
  changes: NonNullable<Collections['changes']>,
  wanted: readonly string[],
  from: string | undefined,
): Promise<Followed> {
  let last = from;
  async function* noting(feed: AsyncIterable<ChangePage>): AsyncGenerator<ChangePage> {
    for await (const page of feed) {
      yield page;
      last = page.last;
    }
  }
  const found = await collectionsOf(noting(changes(undefined, from === undefined ? {} : { from })), wanted);
  return { ...found, last };
}

const FILE = 'feed.json';
const MOST_BYTES = 4096;
const MEMBERS: ReadonlySet<string> = new Set(['server', 'last']);

/** Where this server’s feed was left. @throws USAGE_FILE for a file that is none, or another server’s */
export async function readPlace(disk: Disk, into: string, server: string): Promise<string | undefined> {
  const path = join(into, FILE);
  if ((await disk.stat(path)) === undefined) return undefined;
  try {
    const place = new Shape(parseJson(await disk.read(path, MOST_BYTES), FILE, 2), FILE, MEMBERS);
    if (place.string('server') === server) return place.string('last');
  } catch (cause) {
    throw new Refusal('USAGE_FILE', `${path} does not say where a change feed was left.`, { cause });
  }
  throw new Refusal('USAGE_FILE', `${path} is about another server’s change feed.`, {
    next: 'Collect each server into a directory of its own: --into DIR.',
  });
}

export async function writePlace(disk: Disk, into: string, server: string, last: string): Promise<void> {
  await disk.write(join(into, FILE), Buffer.from(`${JSON.stringify({ server, last })}\n`));
}
