/**
 * Keys of a role, and the people whom upstream names as their holders. Keys are compared by material: upstream may rename
 * an unchanged key, and another key may come under an old id (K-04). Holders are upstream's own words (tuf-on-ci writes
 * them into the key objects), and every line says so: nobody here has met them.
 */
import { certificateOf } from '../../notary/root-certificates.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Changes } from './changes.ts';
import { compareMembers, isSameJson } from './members.ts';
import type { StatedKey, StatedRole } from './stated.ts';
import { instant, listed, quoted, shortDigest, shown } from './words.ts';

/** Whose keys: the role, and how lines begin. */
export interface KeysPlace {
  readonly role: string;
  readonly label: string;
  /** Whether a key counts in this role; without it, every one of a known kind does. */
  readonly isCounted?: (key: StatedKey) => boolean;
}

const OWNER = 'x-tuf-on-ci-keyowner';
const ONLINE = 'x-tuf-on-ci-online-uri';
const SPELLING = new Set(['keytype', 'scheme', 'keyval', 'keyid_hash_algorithms']);

/** `key of "@alice" (so says upstream; ecdsa-sha2-nistp256, id 12ab34cd56ef..., material 98fe…)`. */
export function describeKey(key: StatedKey): string {
  const facts = `${schemeOf(key)}, id ${shortId(key.id)}, material ${shortDigest(materialDigest(key))}`;
  const holder = holderOf(key);
  return holder === undefined ? `key (${facts})` : `${holder} (so says upstream; ${facts})`;
}

/** The same in a list: holder if any, and id. */
export function nameKey(key: StatedKey): string {
  const [owner, online] = [wordOf(key, OWNER), wordOf(key, ONLINE)];
  const name = owner ?? online ?? nameInCertificate(key);
  return name === undefined ? shortId(key.id) : `${quoted(name)} ${shortId(key.id)}`;
}

export function hasHolder(key: StatedKey): boolean {
  return holderOf(key) !== undefined;
}

/** Delegations of collections are mostly to people with certificates, whose names nobody checks. */
export function nameInCertificate(key: StatedKey): string | undefined {
  return 'verifiers' in key ? certificateOf(key)?.commonName : undefined;
}

export function compareKeys(
  changes: Changes,
  place: KeysPlace,
  before: StatedRole | undefined,
  after: StatedRole | undefined,
): void {
  const [old, now] = [byMaterial(before), byMaterial(after)];
  for (const [material, keys] of old) if (!now.has(material)) addKey(changes, place, keys, 'removed');
  for (const [material, keys] of now) {
    const earlier = old.get(material);
    if (!earlier) addKey(changes, place, keys, 'added');
    else compareKept(changes, place, earlier, keys);
  }
  if (after && before?.threshold !== after.threshold) {
    const was = before ? `threshold ${before.threshold} of ${old.size} keys -> ` : 'threshold ';
    const words = {
      text: `${place.label}: ${was}${after.threshold} of ${now.size} keys`,
      ...(before ? { before: `${before.threshold} of ${old.size}` } : {}),
      after: `${after.threshold} of ${now.size}`,
    };
    changes.add('threshold', words, { role: place.role });
  }
}

function addKey(
  changes: Changes,
  { role, label, isCounted = () => true }: KeysPlace,
  keys: readonly StatedKey[],
  what: 'added' | 'removed',
): void {
  const [key] = keys;
  if (!key) return;
  const also = keys.length > 1 ? `, listed ${keys.length} times under other ids` : '';
  const kind = !key.isSupported
    ? ', of a kind that counts for nothing here'
    : keys.some(isCounted)
      ? ''
      : ', whose certificate does not name this collection, so that it counts for nothing';
  const words = describeKey(key);
  const text = `${label}: ${words} ${what}${also}${kind}`;
  const whole = keys.map(({ id, fingerprint, object }) => [id, fingerprint, object]);
  changes.add(
    'keys',
    { text, ...(what === 'removed' ? { before: words } : { after: words }) },
    { role, name: key.id, whole },
  );
}

/** The same material on both sides: under which ids, and with which words. */
function compareKept(
  changes: Changes,
  { role, label }: KeysPlace,
  old: readonly StatedKey[],
  now: readonly StatedKey[],
): void {
  const [oldIds, newIds] = [idsOf(old), idsOf(now)];
  for (const after of now) {
    const before = old.find(({ id }) => id === after.id) ?? old[0];
    if (!before) continue;
    const named = `${label}: ${describeKey(after)}`;
    if (!isSameJson(oldIds, newIds)) {
      const text = `${named} is the key that was listed as ${listed(oldIds, 4, shortId)}`;
      changes.add('key-ids', text, { role, name: after.id, whole: [oldIds, newIds] });
    }
    compareMembers(
      changes,
      { kind: 'key-words', role, name: after.id, label: named, known: SPELLING },
      before.object,
      after.object,
    );
    if ([...SPELLING].every((name) => isSameJson(before.object.get(name), after.object.get(name)))) continue;
    const whole = [before.object, after.object];
    changes.add('key-words', `${named}: the same key is spelled otherwise`, { role, name: after.id, whole });
  }
}

/** One key may stand under several ids (K-02): it is one. */
function byMaterial(role: StatedRole | undefined): Map<string, StatedKey[]> {
  const keys = new Map<string, StatedKey[]>();
  for (const key of role?.keys ?? []) keys.set(key.fingerprint, [...(keys.get(key.fingerprint) ?? []), key]);
  return keys;
}

function idsOf(keys: readonly StatedKey[]): string[] {
  return keys.map(({ id }) => id).sort();
}

function holderOf(key: StatedKey): string | undefined {
  const [owner, online] = [wordOf(key, OWNER), wordOf(key, ONLINE)];
  if (owner === undefined) return online === undefined ? undefined : `online key ${quoted(online)}`;
  return `key of ${quoted(owner)}${online === undefined ? '' : `, online at ${quoted(online)}`}`;
}

function wordOf(key: StatedKey, name: string): string | undefined {
  const value = key.object.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** What the key is; of a key in a certificate also what that says, which nobody here believes but clients compare. */
function schemeOf(key: StatedKey): string {
  const { keytype } = key;
  if ('verifiers' in key) {
    const certificate = certificateOf(key);
    if (!certificate) return shown(keytype, 40);
    const { commonName, notAfter } = certificate;
    const name = commonName === undefined ? 'nothing' : quoted(commonName);
    // docker shows the id of the bare key, and not of the certificate.
    return `${shown(keytype, 40)}, certificate for ${name} until ${instant(notAfter)}, shown by clients as ${shortId(key.canonicalId)}`;
  }
  const { scheme } = key;
  return keytype === scheme || scheme.startsWith(`${keytype}-`)
    ? shown(scheme, 40)
    : `${shown(keytype, 40)} ${shown(scheme, 40)}`;
}

function shortId(id: string): string {
  return id.length <= 12 ? shown(id) : `${shown(id.slice(0, 12))}...`;
}

function materialDigest(key: StatedKey): string {
  return sha256(Buffer.from(key.fingerprint, 'utf8'));
}
