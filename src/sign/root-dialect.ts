/**
 * A root as a ceremony looks at it, in either dialect: what it lists, and whose signatures count. Drafting, judging and
 * signing are written once on top of this; what differs is how a root is written, read, and what it states of itself.
 */
import type { Certificate } from '../notary/certificate.ts';
import { writeNotary } from '../notary/documents.ts';
import type { NotaryRoot, ParsedNotary } from '../notary/metadata.ts';
import { keysNamedFor } from '../notary/named-keys.ts';
import { certificateOf } from '../notary/root-certificates.ts';
import type { NotaryRole } from '../notary/signatures.ts';
import { TrustedCollection } from '../notary/trusted-set.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { Envelope } from '../tuf/envelope.ts';
import { type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';
import type { Key } from '../tuf/keys.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type Parsed, parseRoot, type Root } from '../tuf/metadata.ts';
import { type KeyId, type RepositoryId, ROOT, type RoleName } from '../tuf/names.ts';
import { TrustedRoot } from '../tuf/trusted-set.ts';
import { composeCollectionRoot, readCollectionClaim, readCollectionShape } from './collection-shape.ts';
import type { ListedRole, ListingRoot } from './root-pin.ts';
import { composeRoot, readClaim, requireMirrorShape, roleKeys } from './root-shape.ts';

/** A root key; in a collection the key is inside a certificate, and another certificate around it has another id. */
export interface RootKey extends Key {
  /** The id of the key itself, whatever it is wrapped in. */
  readonly bareId: KeyId;
  /** In a collection. */
  readonly certificate: Certificate | undefined;
}

export interface CeremonyRoot extends ListingRoot {
  readonly expires: Date;
  readonly envelope: Pick<Envelope, 'bytes' | 'fileSha256' | 'signedSha256' | 'signed' | 'message'>;
  readonly rootRole: { readonly keys: readonly RootKey[]; readonly threshold: number };
}

/** What a mirror's root states of itself in the signed member `x-countersign`. */
export interface RootStatement {
  readonly repository: string;
  /** In a collection. */
  readonly servedAs: string | undefined;
  readonly upstreamRootVersion: number;
}

export interface RootMembers {
  readonly repository: RepositoryId;
  readonly version: number;
  readonly expires: Date;
  readonly upstreamRootVersion: number;
  readonly roles: ReadonlyMap<RoleName, ListedRole>;
}

export interface RootDialect {
  /** The signed part of a root. */
  compose(members: RootMembers): JsonObject;
  /** The root file, with signatures by key id. */
  write(signed: JsonObject, signatures: ReadonlyMap<KeyId, Uint8Array>): Uint8Array;
  /** One that few or none have signed yet. @throws STATE_ROOT_DRAFT, STATE_KEY, TRUST_* unless it has the shape that mirrors issue */
  drafted(bytes: Uint8Array): CeremonyRoot;
  /** The mirror's, signed by a threshold of its own keys. @throws TRUST_* */
  own(bytes: Uint8Array): CeremonyRoot;
  /** Upstream's, signed by a threshold of its own keys. @throws TRUST_* */
  upstream(bytes: Uint8Array): CeremonyRoot;
  statement(signed: JsonObject): RootStatement | undefined;
}

/** A collection by its two names: upstream's, and the one under which clients ask for it here. */
export interface CollectionNames {
  readonly name: string;
  readonly servedAs: string;
}

export function dialectOf(collection: CollectionNames | undefined): RootDialect {
  return collection ? collectionDialect(collection) : TUF;
}

const DRAFTED = 'The drafted root';

const TUF: RootDialect = {
  compose: composeRoot,
  write(signed, signatures) {
    const entries = inIdOrder(signatures).map(([keyid, bytes]) => jsonObject({ keyid, sig: encodeHex(bytes) }));
    return Buffer.from(stringifyJson(jsonObject({ signatures: entries, signed })), 'utf8');
  },
  drafted(bytes) {
    const root = parseRoot(bytes, DRAFTED, DEFAULT_LIMITS);
    requireMirrorShape(root);
    return tufRoot(root);
  },
  own: (bytes) => tufRoot(TrustedRoot.enrol(bytes, DEFAULT_LIMITS).root),
  upstream: (bytes) => tufRoot(TrustedRoot.enrol(bytes, DEFAULT_LIMITS).root),
  statement(signed) {
    const claim = readClaim(signed);
    return claim && { ...claim, servedAs: undefined };
  },
};

function collectionDialect({ name, servedAs }: CollectionNames): RootDialect {
  const enrol = (bytes: Uint8Array, gun: string): CeremonyRoot => {
    const { root } = TrustedCollection.enrol(bytes, gun, DEFAULT_LIMITS);
    return collectionRoot(root, keysNamedFor(root.payload.roles.root, gun));
  };
  return {
    compose: (members) => composeCollectionRoot({ ...members, servedAs }),
    write: (signed, signatures) =>
      writeNotary(
        signed,
        inIdOrder(signatures).map(([keyId, bytes]) => ({ keyId, method: 'ecdsa', bytes })),
      ),
    drafted(bytes) {
      const root = readCollectionShape(bytes);
      return collectionRoot(root, root.payload.roles.root);
    },
    own: (bytes) => enrol(bytes, servedAs),
    // Only the name in its certificates says that it is this collection's, and not another's of the same server.
    upstream: (bytes) => enrol(bytes, name),
    statement: readCollectionClaim,
  };
}

function tufRoot(root: Parsed<Root>): CeremonyRoot {
  const { keys, threshold } = roleKeys(root, ROOT);
  const asRootKey = (key: Key): RootKey => ({ ...key, bareId: key.id, certificate: undefined });
  return { ...root, rootRole: { keys: keys.map(asRootKey), threshold } };
}

function collectionRoot(root: ParsedNotary<NotaryRoot>, { keys, threshold }: NotaryRole): CeremonyRoot {
  const asRootKey = (key: NotaryRole['keys'][number]): RootKey => {
    const { id, keytype, fingerprint, isSupported, object, canonicalId } = key;
    // The one method of elliptic curves. Keys of other kinds are in no root of ours.
    const verify = key.verifiers.get('ecdsa') ?? (() => false);
    const certificate = certificateOf(key);
    return { id, keytype, scheme: 'ecdsa', fingerprint, isSupported, object, verify, bareId: canonicalId, certificate };
  };
  return { ...root, rootRole: { keys: keys.map(asRootKey), threshold } };
}

function inIdOrder(signatures: ReadonlyMap<KeyId, Uint8Array>): [KeyId, Uint8Array][] {
  return [...signatures].sort(([a], [b]) => (a < b ? -1 : 1));
}
