/** Which collections a change feed tells of, of those that are wanted: where a rescue or a courier begins. */
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';
import type { ChangePage } from './change-page.ts';
import { unusableName } from './collection-name.ts';

export interface Found {
  /** Names that exist at the feed's end, in the order in which they were first told of. */
  readonly collections: readonly string[];
  /**
   * Names that were deleted at any time. One that is also in `collections` was created anew: its versions began at 1 again,
   * and it may be somebody else's (N-08).
   */
  readonly deleted: readonly string[];
  /** Wanted names that no address can be made of, printable. One of them on a shared server must not stop all others. */
  readonly unusable: readonly string[];
}

/** Most names that are kept. */
const MOST_COLLECTIONS = 100_000;

/**
 * @param wanted names, and prefixes that end in `/*`: `registry.example.com/team/*` is everything below `team/`, at any depth
 * @throws USAGE_OPTION for a `*` anywhere else; SOURCE_TOO_LARGE; what the feed throws
 */
export async function collectionsOf(feed: AsyncIterable<ChangePage>, wanted: readonly string[]): Promise<Found> {
  const isWanted = matcher(wanted);
  // The order of first mention stays; the value says whether it exists now.
  const known = new Map<string, boolean>();
  const [deleted, unusable] = [new Set<string>(), new Set<string>()];
  for await (const { changes } of feed) {
    for (const { gun, kind } of changes) {
      if (!isWanted(gun)) continue;
      if (unusableName(gun) !== undefined) {
        unusable.add(printable(gun));
      } else {
        known.set(gun, kind === 'update');
        if (kind === 'deletion') deleted.add(gun);
      }
      if (known.size + unusable.size > MOST_COLLECTIONS) throw tooMany();
    }
  }
  const collections = [...known].filter(([, exists]) => exists).map(([gun]) => gun);
  return { collections, deleted: [...deleted], unusable: [...unusable] };
}

/** Whether a name is one of these, or below one of them. @throws USAGE_OPTION for a `*` anywhere but at the end of `…/*` */
export function matcher(wanted: readonly string[]): (gun: string) => boolean {
  const names = new Set(wanted.filter((text) => !text.includes('*')));
  const prefixes = wanted.filter((text) => text.includes('*')).map((text) => text.slice(0, -1));
  for (const prefix of prefixes) {
    if (unusableName(prefix.replace(/\/$/, '')) === undefined && prefix.endsWith('/')) continue;
    throw new Refusal('USAGE_OPTION', `“${printable(prefix)}*” is not of the form PREFIX/*.`);
  }
  return (gun) => names.has(gun) || prefixes.some((prefix) => gun.length > prefix.length && gun.startsWith(prefix));
}

function tooMany(): Refusal {
  return new Refusal('SOURCE_TOO_LARGE', `The feed tells of more than ${MOST_COLLECTIONS} collections.`, {
    details: { limit: MOST_COLLECTIONS },
    next: 'Ask for fewer: give names or a longer prefix.',
  });
}
