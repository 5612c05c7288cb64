/**
 * How a dialect writes what is compared. Members that are named here have lines of their own; every other one is said by
 * name with its value, so a member that means something in one dialect only is never taken for known in the other.
 */
import { compareUtf8 } from '../../tuf/canonical.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type RoleName, roleName } from '../../tuf/names.ts';
import type { ChangeKind } from './changes.ts';
import type { Side } from './side.ts';
import { listed, shortDigest, shown } from './words.ts';

export interface Dialect {
  /** Of an entry of timestamp or snapshot. */
  readonly listed: ReadonlySet<string>;
  readonly delegations: ReadonlySet<string>;
  readonly delegated: ReadonlySet<string>;
  /** The role that an entry of timestamp or snapshot is about. */
  readonly roleOf: (entry: string) => RoleName;
  /** What roles list, one and many. */
  readonly target: string;
  readonly targets: string;
  /** One target as its role lists it. */
  readonly describe: (entry: TargetEntry) => string;
  /** What it was and is; undefined where it was not, or is not any more. */
  readonly compare: (before: string | undefined, after: string | undefined) => string;
  /** Other headings than TUF's. */
  readonly headings: Partial<Record<ChangeKind, string>>;
}

const TUF: Dialect = {
  listed: new Set(['version', 'length', 'hashes']),
  delegations: new Set(['keys', 'roles', 'succinct_roles']),
  delegated: new Set(['name', 'keyids', 'threshold', 'terminating', 'backtrack', 'paths', 'path_hash_prefixes']),
  roleOf: (entry) => roleName(entry.replace(/\.json$/, '')),
  target: '',
  targets: 'targets',
  describe: ({ length, hashes }) =>
    `${length} bytes, ${digestsOf(hashes, (digest) => ` ${shown(shortDigest(digest), 20)}`)}`,
  compare: (before, after) => [before, after].flatMap((side) => side ?? []).join(' -> '),
  headings: {},
};

const NOTARY: Dialect = {
  listed: new Set(['length', 'hashes']),
  delegations: new Set(['keys', 'roles']),
  delegated: new Set(['name', 'keyids', 'threshold', 'paths']),
  roleOf: roleName,
  target: 'tag ',
  targets: 'tags',
  // People compare an image's digest with what their registry says, so it stands there whole.
  describe: ({ length, hashes }) => `${digestsOf(hashes, (digest) => `:${digest}`)} (${length} bytes)`,
  compare(before, after) {
    if (before === undefined) return `means ${after ?? 'nothing'}`;
    return after === undefined ? `means nothing any more; it was ${before}` : `now means ${after}; it was ${before}`;
  },
  headings: {
    'target-added': 'New tags',
    'target-removed': 'Tags that are gone',
    'target-replaced': 'Tags that mean something else',
    'target-words': 'What roles say of unchanged tags',
  },
};

function digestsOf(hashes: ReadonlyMap<string, string>, show: (digest: string) => string): string {
  const digests = [...hashes]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([algorithm, digest]) => `${shown(algorithm, 20)}${show(digest)}`);
  return listed(digests, 4, (text) => text);
}

export function dialectOf({ dialect }: Pick<Side, 'dialect'>): Dialect {
  return dialect === 'tuf' ? TUF : NOTARY;
}
