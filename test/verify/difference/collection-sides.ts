/** States of a Notary collection to compare, from what a simulated one has published last. */
import {
  parseNotaryRoot,
  parseNotarySnapshot,
  parseNotaryTargets,
  parseNotaryTimestamp,
} from '../../../src/notary/metadata.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { type RepositoryId, type RoleName, roleName } from '../../../src/tuf/names.ts';
import type { CollectionSide } from '../../../src/verify/difference/side.ts';
import { type Summary, summarise } from '../../../src/verify/difference/summary.ts';
import { GUN, type SimulatedCollection } from '../../simulator/collection.ts';
import { CANDIDATE } from './sides.ts';

/** `root`, `timestamp`, `snapshot`, and every authored role, by name. */
export type CollectionFiles = ReadonlyMap<string, Uint8Array>;

const OURS = new Set(['root', 'timestamp', 'snapshot']);

export function collectionFiles(collection: SimulatedCollection): CollectionFiles {
  const names = [...OURS, ...[...collection.roles].filter(([, { version }]) => version > 0).map(([name]) => name)];
  return new Map(names.map((name) => [name, collection.file(`${name}.json`)]));
}

export function collectionSide(label: string, files: CollectionFiles): CollectionSide {
  const file = (name: string): Uint8Array => files.get(name) ?? new Uint8Array();
  const role = (name: RoleName) => parseNotaryTargets(file(name), name, DEFAULT_LIMITS);
  const authored = [...files.keys()].filter((name) => !OURS.has(name)).map(roleName);
  return {
    ...{ dialect: 'notary', label, role, collection: { name: GUN, servedAs: 'mirror.example/team/app' } },
    root: parseNotaryRoot(file('root'), 'root', DEFAULT_LIMITS),
    timestamp: parseNotaryTimestamp(file('timestamp'), 'timestamp', DEFAULT_LIMITS),
    snapshot: parseNotarySnapshot(file('snapshot'), 'snapshot', DEFAULT_LIMITS),
    authored: new Map(
      authored.map((name) => [name, { version: role(name).version, fileSha256: sha256(file(name)) }] as const),
    ),
  };
}

export function collectionSummary(from: CollectionFiles | undefined, to: CollectionFiles): Summary {
  return summarise({
    ...{ repository: 'app' as RepositoryId, import: from ? 2 : 1, candidate: CANDIDATE },
    from: from && collectionSide('import 1', from),
    to: collectionSide(from ? 'import 2' : 'import 1', to),
    targets: { from: () => undefined, to: () => undefined },
  });
}
