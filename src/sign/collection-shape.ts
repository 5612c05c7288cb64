/**
 * What a mirror's root of a Notary collection must be, looked at on its own: the one form that mirrors write, root keys in
 * certificates that clients take for the served name, one Ed25519 key each for snapshot and timestamp, no key twice.
 *
 * The form is judged by writing it anew from what was read: whatever does not come out again was slipped in.
 * Source: the dialect's description, 3.2, 6.1 and 9.
 */
import { Refusal } from '../errors.ts';
import { notaryRoot } from '../notary/documents.ts';
import { keyObjectOf } from '../notary/keys.ts';
import { parseNotaryRoot, type NotaryRoot, type ParsedNotary } from '../notary/metadata.ts';
import { asTufRole } from '../notary/signatures.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { type Json, type JsonObject, jsonObject } from '../tuf/json.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import {
  type KeyId,
  type RepositoryId,
  type RoleName,
  ROOT,
  SNAPSHOT,
  TARGETS,
  TIMESTAMP,
  printable,
} from '../tuf/names.ts';
import { requireCertificateKey } from './root-certificate.ts';
import { type ListedRole, isSameValue, listRole } from './root-pin.ts';
import { requireSeparateKeys } from './root-shape.ts';

/** What a collection's root says of itself in the signed member `x-countersign`. */
export interface CollectionClaim {
  readonly repository: string;
  /** The name that holders read: a certificate for a prefix does not bind it, so the signed part does. */
  readonly servedAs: string;
  readonly upstreamRootVersion: number;
}

const ROLES = [ROOT, SNAPSHOT, TARGETS, TIMESTAMP];

/** The signed part of a collection's root; `expires` is cut to whole seconds. */
export function composeCollectionRoot(members: {
  readonly repository: RepositoryId;
  readonly servedAs: string;
  readonly version: number;
  readonly expires: Date;
  readonly upstreamRootVersion: number;
  readonly roles: ReadonlyMap<RoleName, ListedRole>;
}): JsonObject {
  const { version, expires, repository, servedAs, upstreamRootVersion } = members;
  const role = (name: RoleName): ListedRole => {
    const listed = members.roles.get(name);
    if (!listed) throw new TypeError(`no role ${name}`);
    return listed;
  };
  const keys = new Map<KeyId, JsonObject>(ROLES.flatMap((name) => [...role(name).keys]));
  const roles = { root: role(ROOT), snapshot: role(SNAPSHOT), targets: role(TARGETS), timestamp: role(TIMESTAMP) };
  const signed = notaryRoot({ version, expires, keys, roles });
  signed.set(
    'x-countersign',
    jsonObject({ repository, served_as: servedAs, upstream_root_version: upstreamRootVersion }),
  );
  return signed;
}

/** The signed member of a collection's root, or undefined when it is not exactly that. */
export function readCollectionClaim(signed: JsonObject): CollectionClaim | undefined {
  const claim = signed.get('x-countersign');
  if (!(claim instanceof Map) || claim.size !== 3) return undefined;
  const [repository, servedAs] = [claim.get('repository'), claim.get('served_as')];
  const upstreamRootVersion = claim.get('upstream_root_version');
  if (typeof repository !== 'string' || typeof servedAs !== 'string') return undefined;
  return typeof upstreamRootVersion === 'number' ? { repository, servedAs, upstreamRootVersion } : undefined;
}

/** The drafted root. @throws STATE_ROOT_DRAFT, STATE_KEY or TRUST_* unless it has the form that mirrors issue */
export function readCollectionShape(bytes: Uint8Array): ParsedNotary<NotaryRoot> {
  const root = parseNotaryRoot(bytes, 'The drafted root', DEFAULT_LIMITS);
  requireOneForm(root);
  if (bytes.length > DEFAULT_LIMITS.rootBytes) refuse(`is larger than ${DEFAULT_LIMITS.rootBytes} bytes`);
  for (const name of ['snapshot', 'timestamp'] as const) requireOnlineKey(root, name);
  const { keyIds } = listRole(root, ROOT);
  for (const id of keyIds) requireCertificateKey(id, root.payload.keys.get(id)?.object);
  // Two certificates around one key are one signer that stock clients count as two (N-02, K-02).
  const distinct = new Set(root.payload.roles.root.keys.map(({ fingerprint }) => fingerprint)).size;
  if (distinct !== keyIds.length) refuse('names one key twice in the role root');
  const roles = Object.entries(root.payload.roles);
  requireSeparateKeys(new Map(roles.map(([name, role]) => [name as RoleName, asTufRole(role)])));
  return root;
}

/** Unknown members, keys of no role, further roles and other spellings of a time: none is written again. */
function requireOneForm(root: ParsedNotary<NotaryRoot>): void {
  const { signed } = root.envelope;
  const claim = readCollectionClaim(signed);
  if (!claim) return refuse('does not name repository, served name and upstream root in “x-countersign”');
  const written = composeCollectionRoot({
    ...{ ...claim, repository: claim.repository as RepositoryId, version: root.version, expires: root.expires },
    roles: new Map(ROLES.map((name) => [name, listRole(root, name)])),
  });
  for (const name of new Set([...signed.keys(), ...written.keys()])) {
    if (!isSame(signed.get(name), written.get(name))) {
      refuse(`has not the “${printable(name, 40)}” that mirrors write`);
    }
  }
}

/** A second key beside ours could sign what clients see next; a higher threshold would stop the mirror. */
function requireOnlineKey(root: ParsedNotary<NotaryRoot>, name: 'snapshot' | 'timestamp'): void {
  const { keys, threshold } = root.payload.roles[name];
  const [key] = keys;
  const isOne = listRole(root, name as RoleName).keyIds.length === 1 && threshold === 1;
  if (!key || !isOne || !isSameValue(key.object, keyObjectOf('ed25519', key.publicBytes))) {
    refuse(`does not name exactly one Ed25519 key, in the form that mirrors issue, in the role ${name}`);
  }
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(canonicalize(a), canonicalize(b)) === 0;
}

function refuse(problem: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', `The drafted root ${problem}.`);
}
