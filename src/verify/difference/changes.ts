/**
 * Changes as they are found: the first of each kind in words, and of all of them the number and one digest. A repository
 * of a million targets gives a page that can be read, and nothing hides behind “and 12,345 more”: whoever has the same
 * two sides computes the same digest.
 */
import { type Hash, createHash } from 'node:crypto';
import { canonicalize } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Json } from '../../tuf/json.ts';
import { type Sha256, printable } from '../../tuf/names.ts';

/** Every kind, the gravest first: so are they listed. */
export const HEADINGS = {
  keys: 'Keys that come and go',
  threshold: 'How many must sign',
  'key-ids': 'Unchanged keys under other ids',
  'key-words': 'What upstream says of an unchanged key',
  signers: 'Who signed',
  'role-added': 'New roles',
  'role-removed': 'Roles that are gone',
  delegation: 'Delegations',
  content: 'What target files say',
  tag: 'What docker takes for a tag',
  'target-added': 'New target files',
  'target-removed': 'Target files that are gone',
  'target-replaced': 'Target files with other content',
  'target-words': 'What roles say of unchanged target files',
  version: 'Versions',
  expiry: 'Expiry',
  'spec-version': 'Specification versions',
  statement: 'Other statements',
  listing: 'What snapshot and timestamp list',
  rewritten: 'The same version with other content',
  're-signed': 'The same content in another file',
  other: 'Differences without a line of their own',
} as const;

export type ChangeKind = keyof typeof HEADINGS;

/** In the order of the headings. */
export const KINDS = Object.keys(HEADINGS) as readonly ChangeKind[];

export interface Change {
  readonly kind: ChangeKind;
  /** The role it is about: of a delegation, the delegated one. */
  readonly role: string;
  /** What of the role: a target's path, a key id, a member. */
  readonly name?: string;
  readonly before?: string;
  readonly after?: string;
  /** One line, ASCII. */
  readonly text: string;
}

/** How many changes of one kind there are; the first of them are listed, the digest covers all. */
export interface ChangeCount {
  readonly kind: ChangeKind;
  readonly total: number;
  readonly listed: number;
  readonly sha256: Sha256;
}

/** Listed changes of each kind. */
export const MOST_LISTED = 200;
/** Longest line; the command line would cut what is much longer, and so show another text than is signed. */
const LONGEST_LINE = 2000;

export interface Found {
  readonly role: string;
  readonly name?: string;
  /** The values in full, for the digest: words show them shortened. */
  readonly whole?: Json;
}

export type Words = Pick<Change, 'text' | 'before' | 'after'>;

export class Changes {
  readonly #listed = new Map<ChangeKind, Change[]>();
  readonly #totals = new Map<ChangeKind, number>();
  readonly #digests = new Map<ChangeKind, Hash>();

  /**
   * @param words where they are made only when they are listed, the values say it all and are what the digest covers:
   * a million targets need no million sentences
   */
  add(kind: ChangeKind, words: Words | string | (() => Words), { role, name, whole }: Found): void {
    const digest = this.#digests.get(kind) ?? createHash('sha256');
    this.#digests.set(kind, digest);
    const text = typeof words === 'function' ? null : typeof words === 'string' ? words : words.text;
    digest.update(canonicalize([kind, role, name ?? null, whole ?? null, text])).update('\n');
    const total = this.#totals.get(kind) ?? 0;
    this.#totals.set(kind, total + 1);
    if (total >= MOST_LISTED) return;
    const made = typeof words === 'function' ? words() : typeof words === 'string' ? { text: words } : words;
    this.#list({
      kind,
      role: printable(role),
      ...(name === undefined ? {} : { name: printable(name) }),
      ...made,
      text: shortened(made.text),
    });
  }

  /** How many there are of these kinds, of all without one. */
  total(...kinds: readonly ChangeKind[]): number {
    return (kinds.length === 0 ? KINDS : kinds).reduce((sum, kind) => sum + (this.#totals.get(kind) ?? 0), 0);
  }

  /** The listed ones, by kind and in the order in which they were found. */
  get listed(): readonly Change[] {
    return KINDS.flatMap((kind) => this.#listed.get(kind) ?? []);
  }

  get counts(): readonly ChangeCount[] {
    return KINDS.flatMap((kind) => {
      const digest = this.#digests.get(kind);
      if (!digest) return [];
      const sha256 = digest.copy().digest('hex') as Sha256;
      return [{ kind, total: this.total(kind), listed: this.#listed.get(kind)?.length ?? 0, sha256 }];
    });
  }

  #list(change: Change): void {
    const changes = this.#listed.get(change.kind);
    if (changes) changes.push(change);
    else this.#listed.set(change.kind, [change]);
  }
}

/** Over the digests of all kinds: every change in full. */
export function digestOfAll(counts: readonly ChangeCount[]): Sha256 {
  return sha256(canonicalize(counts.map(({ kind, total, sha256 }) => [kind, total, sha256])));
}

function shortened(text: string): string {
  if (text.length <= LONGEST_LINE) return text;
  return `${text.slice(0, LONGEST_LINE)}... [cut; sha256 of the whole line ${sha256(Buffer.from(text, 'utf8'))}]`;
}
