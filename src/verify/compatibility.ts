/**
 * Which stock clients will read this upstream through the mirror, predicted from what upstream signed (the rules of
 * docs/clients/compatibility.md; measured tables in research were the source). The mirror’s own files suit all of them;
 * what differs is the authored roles and the targets keys, which are carried value for value.
 */
import { delegatedRoles, type Delegations } from '../tuf/delegations.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import type { Json } from '../tuf/json.ts';
import type { Key } from '../tuf/keys.ts';
import type { Parsed, Root, Targets } from '../tuf/metadata.ts';
import { type RoleName, TARGETS, printable } from '../tuf/names.ts';
import { countSigners, type RoleKeys } from '../tuf/signatures.ts';

export const CLIENTS = ['python-tuf', 'go-tuf', 'tuf-js', 'tough', 'cosign'] as const;
export type ClientName = (typeof CLIENTS)[number];

export interface Compatibility {
  readonly client: ClientName;
  readonly verdict: 'works' | 'works in part' | 'fails';
  /** Why not, or where not; empty for “works”. */
  readonly reasons: readonly string[];
}

interface Finding {
  readonly clients: readonly ClientName[];
  /** False: only searches that reach this role fail. */
  readonly isFatal: boolean;
  readonly reason: string;
}

export function compatibilityOf(
  root: Parsed<Root>,
  roles: Iterable<[RoleName, Parsed<Targets>]>,
  now: Date,
): Compatibility[] {
  const findings: Finding[] = [];
  const targetsRole = root.payload.roles.get(TARGETS);
  for (const key of targetsRole?.keys ?? []) findings.push(...keyFindings(key, 'the mirror’s root', true));
  for (const [name, role] of roles) findings.push(...roleFindings(name, role, name === TARGETS, targetsRole, now));
  return CLIENTS.map((client) => {
    const found = findings.filter(({ clients }) => clients.includes(client));
    const verdict = found.some(({ isFatal }) => isFatal) ? 'fails' : found.length > 0 ? 'works in part' : 'works';
    return { client, verdict, reasons: [...new Set(found.map(({ reason }) => reason))].slice(0, 20) };
  });
}

const GO: readonly ClientName[] = ['go-tuf', 'cosign'];
/** Loads every delegated role at once, so what spoils one role spoils all. */
const EAGER: readonly ClientName[] = ['tough'];

function keyFindings(key: Key, place: string, isTop: boolean): Finding[] {
  const id = printable(key.id, 8);
  const isHexPoint = key.fingerprint.startsWith('ec:') && !publicText(key).startsWith('-----');
  const found: Finding[] = [];
  const add = (clients: readonly ClientName[], isFatal: boolean, reason: string): void =>
    void found.push({ clients, isFatal, reason });
  if (sha256(canonicalize(key.object)) !== (key.id as string))
    add(EAGER, true, `${place}: key ${id} has an id that is not the hash of the key`);
  if (!key.isSupported)
    add(['python-tuf', ...EAGER], true, `${place}: key ${id} is of a kind that makes the whole file unreadable`);
  if (isHexPoint)
    add(['python-tuf', ...GO], isTop, `${place}: key ${id} is a bare hex point, which never verifies there`);
  if (key.scheme === 'ecdsa-sha2-nistp384') add(['tuf-js', ...EAGER], isTop, `${place}: key ${id} is P-384`);
  if (key.scheme === 'rsa-pkcs1v15-sha256')
    add([...GO, 'tuf-js', ...EAGER], isTop, `${place}: key ${id} signs with RSA PKCS#1 v1.5`);
  return found;
}

function roleFindings(
  name: RoleName,
  role: Parsed<Targets>,
  isTop: boolean,
  keys: RoleKeys | undefined,
  now: Date,
): Finding[] {
  const label = printable(name, 60);
  const found: Finding[] = [];
  const add = (clients: readonly ClientName[], isFatal: boolean, reason: string): void =>
    void found.push({ clients, isFatal, reason: `${label}: ${reason}` });
  const expires = role.envelope.signed.get('expires');
  if (typeof expires === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expires))
    add(['python-tuf', ...GO], isTop, 'its expiry has a fraction or an offset');
  if (role.expires <= now) {
    add(CLIENTS, isTop, `it expired on ${role.expires.toISOString()}`);
    if (!isTop) add(EAGER, true, 'it has expired, and all roles are loaded at once');
  }
  if (hasMissingLength(role.envelope.signed)) add(CLIENTS, isTop, 'a target has no length');
  if ([...role.payload.targets.values()].some(({ hashes }) => !hashes.has('sha256')))
    add(EAGER, true, 'a target has no sha256');
  if (
    isTop &&
    keys &&
    countSigners(
      { ...keys, keys: keys.keys.filter((key) => publicText(key).startsWith('-----') || key.keytype === 'ed25519') },
      role.envelope.message,
      role.envelope.signatures,
    ) < keys.threshold
  ) {
    add(['python-tuf', ...GO], true, 'too few of its signatures are by keys that are readable there');
  }
  if (role.payload.delegations)
    found.push(...delegationFindings(label, role.payload.delegations, role.envelope.signed.get('delegations')));
  return found;
}

function delegationFindings(label: string, delegations: Delegations, object: Json | undefined): Finding[] {
  const found: Finding[] = [];
  const add = (clients: readonly ClientName[], isFatal: boolean, reason: string): void =>
    void found.push({ clients, isFatal, reason: `${label}: ${reason}` });
  for (const key of delegations.keys.values()) found.push(...keyFindings(key, label, false));
  if (delegations.succinct) add(EAGER, true, 'it delegates to bins by succinct_roles');
  if (delegations.roles.some(({ pathHashPrefixes }) => pathHashPrefixes))
    add(GO, false, 'it delegates by path_hash_prefixes, which go-tuf compares wrongly up to 2.4.2');
  const names = [...delegatedRoles({ ...delegations, succinct: undefined })].map(({ name }) => name);
  if (names.length > 32)
    add(
      ['python-tuf', ...GO, 'tuf-js'],
      false,
      `it has ${names.length} delegations, and a search visits at most 32 roles`,
    );
  const integers = names.filter((name) => /^(0|[1-9]\d{0,8})$/.test(name));
  if (
    integers.length > 0 &&
    names.slice(0, integers.length).join() !== [...integers].sort((a, b) => Number(a) - Number(b)).join()
  )
    add(['tuf-js'], true, 'role names that look like integers are reordered there');
  const known = new Set(['keys', 'roles', 'succinct_roles']);
  if (object instanceof Map && [...object.keys()].some((member) => !known.has(member)))
    add(EAGER, true, 'unknown members of delegations are dropped there');
  return found;
}

function hasMissingLength(signed: ReadonlyMap<string, Json>): boolean {
  const targets = signed.get('targets');
  return targets instanceof Map && [...targets.values()].some((entry) => entry instanceof Map && !entry.has('length'));
}

function publicText(key: Key): string {
  const keyval = key.object.get('keyval');
  const text = keyval instanceof Map ? keyval.get('public') : undefined;
  return typeof text === 'string' ? text : '';
}
