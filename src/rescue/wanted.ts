/** Which collections are to be rescued, and what they are called here. */
import { Refusal } from '../errors.ts';
import { sha256 } from '../tuf/digest.ts';
import { isSha256, printable, type RepositoryId, repositoryId, type Sha256 } from '../tuf/names.ts';

export interface Wanted {
  /** The collection's name upstream. */
  readonly gun: string;
  /** Digest of one of its roots, obtained through another channel. */
  readonly rootSha256: Sha256 | undefined;
}

/** `registry.example.com/` becomes `mirror.dc.internal/`. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/**
 * A list, one collection a line: its name, then where it is known the SHA-256 of a root of it. Empty lines and those that
 * begin with `#` say nothing. A name may stand there again, with or without its digest: what confirms it is not lost.
 * @throws USAGE_FILE with the number of the line, also for a second digest of one name
 */
export function readWantedList(text: string, label: string): Wanted[] {
  const digests = new Map<string, Sha256 | undefined>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const refuse = (what: string): never => {
      throw new Refusal('USAGE_FILE', `Line ${index + 1} of ${printable(label)} ${what}.`, {
        details: { line: index + 1 },
      });
    };
    const [gun = '', digest, ...rest] = line.trim().split(/\s+/);
    const root = digest?.toLowerCase().replace(/^sha256:/, '');
    if (rest.length > 0 || (root !== undefined && !isSha256(root))) return refuse('is not of the form “NAME [SHA256]”');
    // Many collections do not have one root: the digest would confirm none of them, and look as if it did.
    if (root !== undefined && gun.includes('*')) return refuse('gives many collections one digest');
    const before = digests.get(gun);
    if (before !== undefined && root !== undefined && root !== before) {
      return refuse(`gives ${printable(gun)} another digest than a line above it`);
    }
    digests.set(gun, root ?? before);
  }
  return [...digests].map(([gun, rootSha256]) => ({ gun, rootSha256 }));
}

/** @throws USAGE_OPTION for what is not `FROM/=TO/`: without the slashes a host would stand for others that begin like it */
export function readRenaming(text: string): Renaming {
  const [, from, to] = /^([^=]+\/)=([^=]+\/)$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { from, to };
  throw new Refusal('USAGE_OPTION', `“${printable(text)}” is not of the form FROM/=TO/.`, {
    next: 'For instance --rename registry.example.com/=mirror.dc.internal/.',
  });
}

/**
 * The name under which clients find it: by the longest renaming that its name begins with, or the same. What is enrolled from
 * there keeps the name that it has: whoever runs it again without --rename would have it mirrored twice.
 * @param enrolled from the same place
 */
export function servedName(
  gun: string,
  renamings: readonly Renaming[],
  enrolled: ReadonlyMap<string, readonly string[]>,
): string {
  const [longest] = renamings.filter(({ from }) => gun.startsWith(from)).sort((a, b) => b.from.length - a.from.length);
  const renamed = longest ? longest.to + gun.slice(longest.from.length) : gun;
  const [first = renamed, ...others] = enrolled.get(gun) ?? [];
  return others.includes(renamed) ? renamed : first;
}

/** Room for what tells two names apart that would be spelt the same. */
const MOST_CHARACTERS = 52;

/**
 * An id for a collection's repository: its name, as far as an id can say it.
 * @param isTaken whether a repository of another collection has this id
 */
export function idFor(gun: string, isTaken: (id: RepositoryId) => boolean): RepositoryId {
  const spelt = gun
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  const digest = sha256(Buffer.from(gun)).slice(0, 8);
  const plain = spelt.length > 0 && spelt.length <= MOST_CHARACTERS ? repositoryId(spelt) : undefined;
  if (plain !== undefined && !isTaken(plain)) return plain;
  return repositoryId(`${spelt.slice(0, MOST_CHARACTERS) || 'collection'}-${digest}`);
}
