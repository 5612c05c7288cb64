/**
 * Every name of a carried target: `dir/HASH.file` and tough’s `HASH.dir/file` for each digest that upstream lists and
 * for our own SHA-256, and `dir/file` for what the current generation carries. The digest is taken out of the name and
 * compared; nothing is joined to a path (P-02).
 */
import { KNOWN_ALGORITHMS } from '../tuf/digest.ts';
import { targetPath, type Sha256, type TargetPath } from '../tuf/names.ts';
import type { CarriedTarget } from '../ledger/records.ts';
import type { Caching } from './answer.ts';

export interface FoundTarget {
  readonly kind: 'target';
  readonly sha256: Sha256;
  readonly length: number;
  readonly caching: Caching;
}

interface Content {
  readonly sha256: Sha256;
  readonly length: number;
  /** Compared with the bytes when they were stored. */
  readonly checked: readonly string[];
  /** Of algorithms that we do not compute: good for finding, not for believing (C-07). */
  readonly listed: readonly string[];
}

export class TargetNames {
  readonly #contents: Map<TargetPath, Content[]>;
  /** By plain name; undefined where the name alone does not say which content is meant. */
  readonly #plain: ReadonlyMap<TargetPath, Content | undefined>;

  /**
   * @param ever reachable by digest: clients in the middle of an update still ask for what they were told
   * @param current reachable by plain name
   */
  constructor(ever: Iterable<CarriedTarget>, current: Iterable<CarriedTarget>, previous?: TargetNames) {
    // Grows like the versioned names of metadata: names only ever come in addition.
    this.#contents = previous ? previous.#contents : new Map<TargetPath, Content[]>();
    for (const target of ever) addContent(this.#contents, target);
    const plain = new Map<TargetPath, Content | undefined>();
    for (const target of current) {
      const content = addContent(this.#contents, target);
      // Two roles list the path with different content. Only the walk of a client knows which of them counts, and
      // whoever asks by plain name makes no walk: no answer rather than the lower-priority one (D-03).
      const isClear = !plain.has(target.path) || plain.get(target.path)?.sha256 === content.sha256;
      plain.set(target.path, isClear ? content : undefined);
    }
    this.#plain = plain;
  }

  find(name: string): FoundTarget | undefined {
    return this.#findByDigest(name, name.lastIndexOf('/') + 1) ?? this.#findByDigest(name, 0) ?? this.#findPlain(name);
  }

  /** Reads `HASH.` at `start`: at the last segment in the specification’s form, at the first in tough’s. */
  #findByDigest(name: string, start: number): FoundTarget | undefined {
    const split = splitDigest(name, start);
    if (!split) return undefined;
    const { digest } = split;
    const contents = this.#contents.get(targetPath(split.path));
    const checked = contents?.find((content) => content.checked.includes(digest));
    if (checked) return found(checked, 'immutable');
    const listed = contents?.find((content) => content.listed.includes(digest));
    return listed && found(listed, 'revalidated');
  }

  #findPlain(name: string): FoundTarget | undefined {
    const content = this.#plain.get(targetPath(name));
    return content && found(content, 'revalidated');
  }
}

/** The paths that a name may stand for: what `find` looks at. */
export function pathsOf(name: string): string[] {
  const withoutDigest = [name.lastIndexOf('/') + 1, 0].flatMap((start) => splitDigest(name, start)?.path ?? []);
  return [...new Set([name, ...withoutDigest])];
}

/** `HASH.` at `start`, and the path that the name has without it. */
function splitDigest(name: string, start: number): { digest: string; path: string } | undefined {
  const dot = name.indexOf('.', start);
  const digest = name.slice(start, dot);
  if (dot === -1 || !isDigest(digest)) return undefined;
  return { digest, path: name.slice(0, start) + name.slice(dot + 1) };
}

function found({ sha256, length }: Content, caching: Caching): FoundTarget {
  return { kind: 'target', sha256, length, caching };
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{16,}$/.test(text);
}

/** One content per path and digest, under every name that any import gave it. */
function addContent(contents: Map<TargetPath, Content[]>, { path, sha256, length, hashes }: CarriedTarget): Content {
  const atPath = contents.get(path) ?? [];
  const before = atPath.find((content) => content.sha256 === sha256);
  const isComputed = ([algorithm]: [string, string]): boolean => KNOWN_ALGORITHMS.some((known) => known === algorithm);
  const [checked, listed] = [new Set([sha256, ...(before?.checked ?? [])] as string[]), new Set(before?.listed)];
  for (const hash of hashes) (isComputed(hash) ? checked : listed).add(hash[1]);
  const content: Content = { sha256, length, checked: [...checked], listed: [...listed] };
  contents.set(path, [...atPath.filter((other) => other !== before), content]);
  return content;
}
