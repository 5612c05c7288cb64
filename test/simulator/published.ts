/**
 * What a mirror publishes, read back from its record and judged as clients will: by a new one, by one that saw the state
 * before, and as a record (after sunlight’s CheckLog). Run after every step of every test that publishes.
 */
import assert from 'node:assert/strict';
import { Refusal } from '../../src/errors.ts';
import { RULES } from '../../src/gate/fold.ts';
import type { Rules } from '../../src/gate/rules.ts';
import { released, requireOwnCheckpoint } from '../../src/ledger/checkpoints.ts';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import type { Current } from '../../src/ledger/records.ts';
import { replayProblems } from '../../src/ledger/replay.ts';
import { VerifiedLog } from '../../src/ledger/verified-log.ts';
import type { Mirror } from '../../src/mirror.ts';
import type { Database } from '../../src/platform/database.ts';
import { type Json, parseJson } from '../../src/tuf/json.ts';
import { VerificationMemory } from '../../src/tuf/memory.ts';
import { type RepositoryId, type RoleName, metadataFileName, roleName } from '../../src/tuf/names.ts';
import { type ClientResult, type ClientStart, type ClientView, refreshAsClient } from '../../src/verify/as-client.ts';

/** A client between two updates. */
export interface KnownClient {
  readonly start: ClientStart;
  readonly onlineEpoch: number;
}

/** Every metadata file that clients can ask for, by name. */
export function publishedFiles(reader: LedgerReader, repository: RepositoryId): Map<string, Uint8Array> {
  const current = currentOf(reader, repository);
  const files = new Map<string, Uint8Array>();
  for (const role of ['root', 'snapshot'] as const) {
    for (const { version, fileSha256 } of reader.issued(repository, role)) {
      const name = metadataFileName({ role: roleName(role), version });
      assert.ok(!files.has(name), `${name} was issued twice (S-04)`);
      files.set(name, reader.bytes(fileSha256));
    }
  }
  const timestamp = reader.issuedVersion(repository, 'timestamp', current.timestampVersion);
  files.set('timestamp.json', reader.bytes(timestamp.fileSha256));
  for (const { role, version, fileSha256 } of reader.everListed(repository)) {
    files.set(metadataFileName({ role, version }), reader.bytes(fileSha256));
  }
  for (const { role, version, fileSha256 } of reader.generationRoles(repository, current.generation)) {
    files.set(metadataFileName({ role, version }), reader.bytes(fileSha256));
  }
  return files;
}

export function viewOf(files: ReadonlyMap<string, Uint8Array>): ClientView {
  return {
    metadata(file, maxBytes) {
      const bytes = files.get(metadataFileName(file));
      if (!bytes) return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `There is no ${metadataFileName(file)}.`));
      if (bytes.length > maxBytes) return Promise.reject(new Refusal('SOURCE_TOO_LARGE', 'Too large.'));
      return Promise.resolve(bytes);
    },
  };
}

/**
 * @param known a client that saw an earlier state of this repository
 * @returns the same client after its update
 */
export async function checkPublished(
  mirror: Mirror,
  repository: RepositoryId,
  known: KnownClient | undefined,
): Promise<{ readonly client: KnownClient; readonly result: ClientResult }> {
  const { reader, clock } = mirror;
  const current = currentOf(reader, repository);
  const files = publishedFiles(reader, repository);
  const { limits } = reader.enrolment(repository);
  const rules = { now: clock.now(), limits, depth: 'all', excluded: excludedRoles(files, current) } as const;
  const first = files.get('1.root.json') ?? new Uint8Array();
  const view = viewOf(files);
  const result = await refreshAsClient(view, { root: first }, { ...rules, memory: new VerificationMemory() });
  if (known) {
    // Clients forget snapshot and timestamp when their keys change (TUF 1.0.34, “Update the root role”).
    const isReset = known.onlineEpoch !== current.onlineEpoch;
    await refreshAsClient(view, isReset ? { root: known.start.root } : known.start, rules);
  }
  await checkLedger(mirror);
  const { timestampVersion, snapshotVersion, rootVersion, generation, onlineEpoch } = current;
  const roles = new Map(reader.generationRoles(repository, generation).map(({ role, version }) => [role, version]));
  const root = files.get(metadataFileName({ role: roleName('root'), version: rootVersion })) ?? first;
  return { client: { start: { root, previous: { timestampVersion, snapshotVersion, roles } }, onlineEpoch }, result };
}

/** Read from the signed snapshot: an exclusion that is not stated there is a withheld role. */
function excludedRoles(files: ReadonlyMap<string, Uint8Array>, { snapshotVersion }: Current): Set<RoleName> {
  const bytes = files.get(`${String(snapshotVersion)}.snapshot.json`) ?? new Uint8Array();
  const excluded = member(member(member(parseJson(bytes, 'snapshot'), 'signed'), 'x-countersign'), 'excluded');
  const roles = Array.isArray(excluded) ? excluded.map((entry) => member(entry, 'role')) : [];
  return new Set(roles.filter((role) => typeof role === 'string').map(roleName));
}

const REPLAYED_BELOW = 12;

/** How far a record was checked; what was written before is compared by who could change it (stored-state.ts). */
const checked = new WeakMap<Database, VerifiedLog<Rules>>();

/** Every new leaf, the tree, the checkpoint over all of it, and every row from nothing but the leaves. */
async function checkLedger({ database, disk, writerOptions }: Mirror): Promise<void> {
  let log = checked.get(database);
  if (!log) checked.set(database, (log = new VerifiedLog(RULES)));
  log.catchUp(database);
  requireOwnCheckpoint(database, writerOptions.keys.checkpoints, () => log.root());
  assert.equal(released(database)?.size, log.size, 'leaves without a checkpoint');
  // Most of what a test of many publications would cost; what is rare in a row is there after a few of them.
  if (log.size < REPLAYED_BELOW) assert.deepEqual(await replayProblems(database, disk), []);
}

function currentOf(reader: LedgerReader, repository: RepositoryId): Current {
  const current = reader.current(repository);
  assert.ok(current, `nothing is published of ${repository}`);
  return current;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}
