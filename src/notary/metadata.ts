/**
 * The four payloads of the Notary dialect as typed values. Shape only: who signed is `signatures.ts`, which certificates a
 * client takes is `root-certificates.ts`, and what is older or expired is for whoever has a memory and a clock.
 * Unknown members are kept in `envelope.signed`, and nothing here is ever written back (J-01).
 * Source: the dialect’s description, 3.2.
 */
import { Refusal } from '../errors.ts';
import type { Json } from '../tuf/json.ts';
import type { Limits } from '../tuf/limits.ts';
import { ROOT, type KeyId, type RoleName, SNAPSHOT, TARGETS, type TargetPath } from '../tuf/names.ts';
import { printable, roleName, targetPath } from '../tuf/names.ts';
import { refuseShape, Shape } from '../tuf/shape.ts';
import { type NotaryDelegations, readNotaryDelegations } from './delegations.ts';
import { type NotaryEnvelope, type NotaryType, openNotaryEnvelope } from './envelope.ts';
import { type NotaryListing, readListing, readTarget } from './hashes.ts';
import type { NotaryKey } from './keys.ts';
import { isListedName } from './names.ts';
import { readKeys, readRole } from './role-keys.ts';
import type { NotaryRole } from './signatures.ts';
import { parseTime } from './times.ts';

/** A file whose envelope and payload have the right shape. Nothing is verified yet. */
export interface ParsedNotary<Payload> {
  readonly envelope: NotaryEnvelope;
  readonly version: number;
  readonly expires: Date;
  readonly payload: Payload;
}

export type TopLevelRole = 'root' | 'snapshot' | 'targets' | 'timestamp';

export interface NotaryRoot {
  /** Everything listed, also keys of earlier roots that no role names: who may sign is in `roles` only. */
  readonly keys: ReadonlyMap<KeyId, NotaryKey>;
  readonly roles: Readonly<Record<TopLevelRole, NotaryRole>>;
}

export interface NotaryTargets {
  readonly targets: ReadonlyMap<TargetPath, NotaryListing & { readonly custom: Json | undefined }>;
  readonly delegations: NotaryDelegations | undefined;
}

export interface NotarySnapshot {
  /** `root`, `targets` and delegated roles; entries of other names lead nowhere and are left out. */
  readonly roles: ReadonlyMap<RoleName, NotaryListing>;
}

export interface NotaryTimestamp {
  readonly snapshot: NotaryListing;
}

const ROLE = new Set(['keyids', 'threshold']);

/** @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_LIMIT, TRUST_KEY, TRUST_THRESHOLD_VALUE */
export function parseNotaryRoot(bytes: Uint8Array, label: string, limits: Limits): ParsedNotary<NotaryRoot> {
  return parse(bytes, label, 'Root', limits, (signed) => {
    const keys = readKeys(signed.map('keys'), label, limits);
    const listed = signed.map('roles');
    const role = (name: TopLevelRole): NotaryRole => {
      if (!listed.has(name)) refuseShape(label, `does not define the role ${name}`);
      // A root that locks itself could never be followed; one that locks another role is still the newest root.
      return readRole(
        new Shape(listed.get(name), `${label} role ${name}`, ROLE),
        keys,
        name === ROOT ? 'refused' : 'kept',
      );
    };
    // `consistent_snapshot` and further roles have no meaning in this dialect.
    const [root, snapshot, targets, timestamp] = [role('root'), role('snapshot'), role('targets'), role('timestamp')];
    return { keys, roles: { root, snapshot, targets, timestamp } };
  });
}

/**
 * Targets, or a delegated role: both are of type `Targets`, and only `role` says what they may delegate to.
 * @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_LIMIT, TRUST_KEY, TRUST_THRESHOLD_VALUE, TRUST_ROLE_NAME
 */
export function parseNotaryTargets(bytes: Uint8Array, role: RoleName, limits: Limits): ParsedNotary<NotaryTargets> {
  return parse(bytes, role, 'Targets', limits, (signed) => {
    const targets: NotaryTargets['targets'] = new Map(
      [...signed.map('targets')].map(([name, value]) => [
        targetPath(name),
        readTarget(value, `${role} target ${printable(name, 60)}`),
      ]),
    );
    return { targets, delegations: readNotaryDelegations(signed.object.get('delegations'), role, limits) };
  });
}

/** @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_LIMIT */
export function parseNotarySnapshot(bytes: Uint8Array, label: string, limits: Limits): ParsedNotary<NotarySnapshot> {
  return parse(bytes, label, 'Snapshot', limits, (signed) => {
    const meta = signed.map('meta');
    if (meta.size > limits.roles) {
      throw new Refusal(
        'TRUST_LIMIT',
        `${printable(label)} lists ${String(meta.size)} roles, more than ${String(limits.roles)}.`,
        { details: { file: label, limit: 'roles' } },
      );
    }
    const roles = new Map(
      [...meta.keys()].filter(isListedName).map((name) => [roleName(name), readEntry(meta.get(name), label, name)]),
    );
    // Stock clients refuse a snapshot without these two; the root here is how they notice a new root.
    for (const name of [ROOT, TARGETS]) if (!roles.has(name)) refuseShape(label, `does not list ${name}`);
    return { roles };
  });
}

/** @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_LIMIT */
export function parseNotaryTimestamp(bytes: Uint8Array, label: string, limits: Limits): ParsedNotary<NotaryTimestamp> {
  return parse(bytes, label, 'Timestamp', limits, (signed) => ({
    snapshot: readEntry(signed.map('meta').get(SNAPSHOT), label, SNAPSHOT),
  }));
}

function readEntry(value: Json | undefined, label: string, name: string): NotaryListing {
  return readListing(value, `${label} entry ${name}`);
}

function parse<Payload>(
  bytes: Uint8Array,
  label: string,
  type: NotaryType,
  limits: Limits,
  read: (signed: Shape) => Payload,
): ParsedNotary<Payload> {
  const { envelope, signed } = openNotaryEnvelope(bytes, label, type, limits);
  const expires = parseTime(signed.string('expires'));
  if (!expires) return refuseShape(label, 'has an expiry that is not an RFC 3339 time');
  return { envelope, version: signed.version(), expires, payload: read(signed) };
}
