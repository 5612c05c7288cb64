/**
 * A Notary collection in memory, as a CollectionSource: change a value, publish, and the next import sees it. Honest until
 * told otherwise: a test can change a part before it is signed, name other signers, or put any bytes under any name.
 * Requests are recorded.
 */
import type { CollectionSource } from '../../src/acquire/notary/collection-source.ts';
import { Refusal } from '../../src/errors.ts';
import { issueRootCertificate } from '../../src/notary/certificate-template.ts';
import { listingOf, notaryRoot, notarySnapshot, notaryTimestamp, signNotary } from '../../src/notary/documents.ts';
import { type NotarySigner, notaryRootSigner, notarySignerFromSeed } from '../../src/notary/signer.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import { type RoleName, roleName } from '../../src/tuf/names.ts';
import { DAY, NOW } from './clock.ts';
import { seedNamed } from './keys.ts';

export const GUN = 'registry.example.com/team/app';

interface SimulatedRole {
  version: number;
  targets: Record<string, string>;
  /** What the publisher says of a target besides. */
  custom: Record<string, Json>;
  signers: readonly NotarySigner[];
  expires: Date;
  /** Names and prefixes, in order. */
  delegations: { readonly name: string; readonly paths: readonly string[] }[];
}

export class SimulatedCollection implements CollectionSource {
  readonly description = 'simulated collection';
  readonly gun: string;
  /** What was asked for, in order. */
  readonly requests: string[] = [];
  readonly now: Date;
  readonly roles = new Map<string, SimulatedRole>();
  /** The root's own keys, and those that sign it beside them: the ones before, when they rotate. */
  rootSigners: readonly NotarySigner[];
  alsoSignedBy: readonly NotarySigner[] = [];
  rootThreshold = 1;
  versions = { root: 0, snapshot: 0, timestamp: 0 };
  timestampExpires: Date;
  /** Roles that the snapshot leaves out. */
  readonly hidden = new Set<string>();
  readonly files = new Map<string, Uint8Array>();
  /** Before a timestamp is answered: a server renews when it is asked. */
  beforeTimestamp: () => void = () => undefined;
  online = { snapshot: 'snapshot', timestamp: 'timestamp' };

  constructor(gun = GUN, now = NOW) {
    this.gun = gun;
    this.now = now;
    this.rootSigners = [this.rootSigner('root')];
    this.timestampExpires = new Date(now.getTime() + 14 * DAY);
    this.roles.set('targets', this.#role('targets'));
  }

  signer(name: string): NotarySigner {
    return notarySignerFromSeed(seedNamed(`${this.gun} ${name}`));
  }

  /** A root key in a certificate for this collection, or for another name. */
  rootSigner(name: string, commonName = this.gun): NotarySigner {
    const scalar = seedNamed(`${this.gun} ${name}`);
    const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
    const serial = seedNamed(`serial ${name} ${commonName}`).subarray(0, 16);
    return notaryRootSigner(scalar, certificateFor(scalar, { commonName, ...validity, serial }));
  }

  role(name = 'targets'): SimulatedRole {
    const role = this.roles.get(name);
    if (!role) throw new TypeError(`no role ${name}`);
    return role;
  }

  add(name: string, digest: string, role = 'targets'): this {
    this.role(role).targets[name] = digest;
    return this;
  }

  /** Names a role below another; it has a file from its first publication on. */
  delegate(name: string, paths: readonly string[] = ['']): this {
    const parent = name.slice(0, name.lastIndexOf('/'));
    this.role(parent).delegations.push({ name, paths });
    this.roles.set(name, this.#role(name));
    return this;
  }

  /** The first root, which people enrol. */
  get firstRoot(): Uint8Array {
    return this.files.get('1.root.json') ?? new Uint8Array();
  }

  publishRoot(): this {
    this.versions.root++;
    const signers = { snapshot: this.signer(this.online.snapshot), timestamp: this.signer(this.online.timestamp) };
    const targets = this.role().signers;
    const listed = [...this.rootSigners, ...targets, signers.snapshot, signers.timestamp];
    const idsOf = (these: readonly NotarySigner[]): NotarySigner['keyId'][] => these.map(({ keyId }) => keyId);
    const root = notaryRoot({
      ...{ version: this.versions.root, expires: new Date(this.now.getTime() + 3650 * DAY) },
      keys: new Map(listed.map(({ keyId, keyObject }) => [keyId, keyObject])),
      roles: {
        root: { keyIds: idsOf(this.rootSigners), threshold: this.rootThreshold },
        targets: { keyIds: idsOf(targets), threshold: targets.length },
        snapshot: { keyIds: [signers.snapshot.keyId], threshold: 1 },
        timestamp: { keyIds: [signers.timestamp.keyId], threshold: 1 },
      },
    });
    this.#put('root', this.versions.root, signNotary(root, [...this.rootSigners, ...this.alsoSignedBy]));
    return this;
  }

  /** New versions of these roles, then a new snapshot and timestamp. */
  publish(...names: readonly string[]): this {
    if (this.versions.root === 0) this.publishRoot();
    for (const name of names.length > 0 ? names : this.roles.keys()) this.#publishRole(name);
    return this.publishSnapshot();
  }

  publishSnapshot(): this {
    this.versions.snapshot++;
    const names = ['root', ...[...this.roles].filter(([, { version }]) => version > 0).map(([name]) => name)];
    const listed = names.filter((name) => !this.hidden.has(name));
    const expires = new Date(this.now.getTime() + 1095 * DAY);
    const roles = new Map(listed.map((name) => [roleName(name), listingOf(this.file(`${name}.json`))]));
    const snapshot = notarySnapshot({ version: this.versions.snapshot, expires, roles });
    this.#put('snapshot', this.versions.snapshot, signNotary(snapshot, [this.signer(this.online.snapshot)]));
    return this.publishTimestamp();
  }

  publishTimestamp(): this {
    this.versions.timestamp++;
    const timestamp = notaryTimestamp({
      ...{ version: this.versions.timestamp, expires: this.timestampExpires },
      snapshot: listingOf(this.file('snapshot.json')),
    });
    this.#put('timestamp', this.versions.timestamp, signNotary(timestamp, [this.signer(this.online.timestamp)]));
    return this;
  }

  file(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (!bytes) throw new Refusal('SOURCE_NOT_FOUND', `${name} is not in the simulated collection.`);
    return bytes;
  }

  current(role: RoleName): Promise<Uint8Array> {
    if (role === 'timestamp') this.beforeTimestamp();
    return this.#answer(`${role}.json`);
  }

  byHash(role: RoleName, digest: string): Promise<Uint8Array> {
    return this.#answer(`${role}.${digest}.json`);
  }

  byVersion(role: RoleName, version: number): Promise<Uint8Array> {
    return this.#answer(`${String(version)}.${role}.json`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(name: string): Promise<Uint8Array> {
    this.requests.push(name);
    await Promise.resolve();
    return this.file(name);
  }

  #role(name: string): SimulatedRole {
    const expires = new Date(this.now.getTime() + 1095 * DAY);
    return { version: 0, targets: {}, custom: {}, signers: [this.signer(name)], expires, delegations: [] };
  }

  #publishRole(name: string): void {
    const role = this.role(name);
    role.version++;
    const targets = Object.entries(role.targets).map(([target, digest]): [string, Json] => {
      const hashes = jsonObject({ sha256: Buffer.from(digest, 'hex').toString('base64') });
      const custom = role.custom[target];
      return [target, jsonObject({ ...(custom === undefined ? {} : { custom }), hashes, length: 1000 })];
    });
    const delegated = role.delegations.map(({ name: below }) => this.role(below).signers);
    const keys = delegated.flat().map(({ keyId, keyObject }): [string, Json] => [keyId, keyObject]);
    const delegations = role.delegations.map(({ name: below, paths }, index) => {
      const signers = delegated[index] ?? [];
      const keyids = signers.map(({ keyId }) => keyId);
      return jsonObject({ keyids, name: below, paths: [...paths], threshold: signers.length });
    });
    const signed: JsonObject = jsonObject({
      ...{ _type: 'Targets', expires: role.expires.toISOString(), version: role.version },
      targets: new Map(targets),
      delegations: jsonObject({ keys: new Map(keys), roles: delegations }),
    });
    this.#put(name, role.version, signNotary(signed, role.signers));
  }

  #put(role: string, version: number, bytes: Uint8Array): void {
    for (const name of [`${role}.json`, `${String(version)}.${role}.json`, `${role}.${sha256(bytes)}.json`])
      this.files.set(name, bytes);
  }
}

const certificates = new Map<string, string>();

/** The same text each time: a root key's id is the digest of its certificate, whose signature is random. */
function certificateFor(scalar: Uint8Array, template: Parameters<typeof issueRootCertificate>[1]): string {
  const name = `${Buffer.from(scalar).toString('hex')} ${template.commonName}`;
  let made = certificates.get(name);
  if (made === undefined) certificates.set(name, (made = issueRootCertificate(scalar, template)));
  return made;
}
