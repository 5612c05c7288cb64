/**
 * What a mirror root must be, looked at on its own: the shape that every TUF client reads the same way (design: trust
 * 4.1; docs/clients/compatibility.md), Ed25519 keys under their content ids, and no key in two roles.
 */
import { Refusal } from '../errors.ts';
import { formatDate } from '../tuf/dates.ts';
import { type JsonObject, jsonObject } from '../tuf/json.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import type { Parsed, Root } from '../tuf/metadata.ts';
import {
  type KeyId,
  type RepositoryId,
  ROOT,
  type RoleName,
  SNAPSHOT,
  TARGETS,
  TIMESTAMP,
  printable,
  SPEC_VERSION,
} from '../tuf/names.ts';
import type { RoleKeys } from '../tuf/signatures.ts';
import { type ListedRole, listRole } from './root-pin.ts';
import { requireMirrorKey } from './root-public.ts';

/** What a mirror root says of itself in the signed member `x-countersign`. */
export interface RootClaim {
  readonly repository: string;
  readonly upstreamRootVersion: number;
}

/** The roles that a mirror fills with keys of its own. */
const OWN_ROLES: readonly RoleName[] = [ROOT, SNAPSHOT, TIMESTAMP];

const SIGNED = '_type,consistent_snapshot,expires,keys,roles,spec_version,version,x-countersign';

/** The signed part of a mirror root. Keys are listed once each, sorted by id; `expires` is cut to whole seconds. */
export function composeRoot(members: {
  readonly repository: RepositoryId;
  readonly version: number;
  readonly expires: Date;
  readonly upstreamRootVersion: number;
  readonly roles: ReadonlyMap<RoleName, ListedRole>;
}): JsonObject {
  const keys = new Map<string, JsonObject>();
  const roles: JsonObject = new Map();
  for (const [name, role] of members.roles) {
    for (const [id, key] of role.keys) keys.set(id, key);
    roles.set(name, jsonObject({ keyids: [...role.keyIds], threshold: role.threshold }));
  }
  return jsonObject({
    _type: 'root',
    consistent_snapshot: true,
    expires: formatDate(members.expires),
    keys: new Map([...keys].sort(([a], [b]) => (a < b ? -1 : 1))),
    roles,
    spec_version: SPEC_VERSION,
    version: members.version,
    'x-countersign': jsonObject({
      repository: members.repository,
      upstream_root_version: members.upstreamRootVersion,
    }),
  });
}

/** The signed member of a mirror root, or undefined when it is not exactly that. */
export function readClaim(signed: JsonObject): RootClaim | undefined {
  const claim = signed.get('x-countersign');
  if (!(claim instanceof Map) || claim.size !== 2) return undefined;
  const repository = claim.get('repository');
  const upstreamRootVersion = claim.get('upstream_root_version');
  if (typeof repository !== 'string' || typeof upstreamRootVersion !== 'number') return undefined;
  return { repository, upstreamRootVersion };
}

/** The keys of one of the four top-level roles; parseRoot has made sure that they are there. */
export function roleKeys(root: Parsed<Root>, name: RoleName): RoleKeys {
  const role = root.payload.roles.get(name);
  if (!role) throw new TypeError(`no top-level role ${name}`);
  return role;
}

/**
 * Nothing that clients could read differently, and nothing that a stranger could have slipped in.
 * @throws STATE_ROOT_DRAFT, or STATE_KEY for a key of a form that mirrors do not issue
 */
export function requireMirrorShape(root: Parsed<Root>): void {
  const { signed, bytes } = root.envelope;
  const members = [...signed.keys()].sort().join();
  if (members !== SIGNED) refuse(`does not have exactly the members ${SIGNED}`);
  if (!root.payload.consistentSnapshot) refuse('switches consistent snapshots off');
  const specification = signed.get('spec_version');
  if (typeof specification !== 'string' || !/^1\.\d+\.\d+$/.test(specification)) {
    refuse('has a spec_version without three parts');
  }
  if (signed.get('expires') !== formatDate(root.expires)) refuse('has an expiry that is not whole seconds with “Z”');
  if (bytes.length > DEFAULT_LIMITS.rootBytes) refuse(`is larger than ${DEFAULT_LIMITS.rootBytes} bytes`);
  if (root.payload.roles.size !== 4) refuse('defines more than the four top-level roles');
  requireKnownKeys(root);
  requireSeparateKeys(new Map([...OWN_ROLES, TARGETS].map((name) => [name, roleKeys(root, name)])));
}

function requireKnownKeys(root: Parsed<Root>): void {
  const used = new Set<KeyId>();
  for (const name of root.payload.roles.keys()) {
    for (const id of listRole(root, name).keyIds) used.add(id);
  }
  for (const id of root.payload.keys.keys()) {
    // A key of no role is of no use, and one strange key makes python-tuf and tough refuse the whole root.
    if (!used.has(id)) refuse(`lists the key ${show(id)}, which no role uses`);
  }
  for (const name of OWN_ROLES) {
    const { keyIds, keys } = listRole(root, name);
    for (const id of keyIds) {
      const key = keys.get(id);
      if (!key) return refuse(`names the key ${show(id)} in the role ${name} and does not list it`);
      requireMirrorKey(id, key);
    }
    if (keys.size !== keyIds.length) refuse(`names one key twice in the role ${name}`);
  }
}

/**
 * Targets keys among themselves are upstream’s business and copied as they are (POLICY_DUPLICATE_KEY).
 * @throws STATE_ROOT_DRAFT when a key of one role stands in another
 */
export function requireSeparateKeys(roles: ReadonlyMap<RoleName, RoleKeys>): void {
  const owners = new Map<string, RoleName>();
  for (const [name, { keys }] of roles) {
    for (const key of keys) {
      const owner = owners.get(key.fingerprint) ?? name;
      // By material: an upstream that lists our own root key as its targets key must not go unnoticed (Y-05, K-02).
      if (owner !== name) refuse(`has the key ${show(key.id)} in the role ${owner} and again in ${name}`);
      owners.set(key.fingerprint, name);
    }
  }
}

function show(id: KeyId): string {
  return printable(id, 16);
}

function refuse(problem: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', `The drafted root ${problem}.`);
}
