/**
 * The public half of a holder’s root key for one repository: the small file that a holder sends to whoever drafts. For a
 * collection the key is in its certificate, which is made once (root-certificate.ts): this file is where it is kept until
 * the first root lists it.
 *
 * It holds no secret, but it decides whom the mirror’s root will trust. Its key id is recomputed here, and people
 * compare it over another channel before they sign (`explain.ts` prints it).
 */
import { Refusal } from '../errors.ts';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';
import { decodeKey } from '../tuf/keys.ts';
import { type KeyId, type RepositoryId, printable, repositoryId } from '../tuf/names.ts';
import { CERTIFICATE_KEYTYPE, requireCertificateKey } from './root-certificate.ts';
import { contentKeyId } from './signer.ts';

export interface RootPublic {
  readonly holder: string;
  readonly repository: RepositoryId;
  readonly keyId: KeyId;
  readonly keyObject: JsonObject;
}

const FORMAT = 'root-public/v1';
const MEMBERS = 5;

/** A holder’s name, as it stands in file names: 1 to 32 of a–z, 0–9 and “-”. */
export function isHolderName(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text);
}

/** The document as JSON text with a final newline. */
export function formatRootPublic(document: RootPublic): string {
  return `${stringifyJson(publicMembers(document))}\n`;
}

export function publicMembers({ holder, repository, keyObject, keyId }: RootPublic): JsonObject {
  return jsonObject({ countersign: FORMAT, holder, repository, key: keyObject, keyid: keyId });
}

/**
 * @param label the file’s name, for messages
 * @throws STATE_KEY when it is not such a document, or its key is not one that mirror roots list
 */
export function readRootPublic(value: Json, label: string): RootPublic {
  const document = value instanceof Map && value.size === MEMBERS ? readMembers(value) : undefined;
  if (document) return document;
  throw new Refusal('STATE_KEY', `${printable(label)} is not a root holder’s public file.`);
}

/** @throws STATE_KEY unless this is a key object as mirror roots list them: Ed25519, sound, no extra members */
export function requireMirrorKey(keyId: KeyId, keyObject: Json | undefined): JsonObject {
  const keyval = keyObject instanceof Map ? keyObject.get('keyval') : undefined;
  const text = keyval instanceof Map && keyval.size === 1 ? keyval.get('public') : undefined;
  if (
    !(keyObject instanceof Map) ||
    keyObject.size !== 3 ||
    keyObject.get('keytype') !== 'ed25519' ||
    keyObject.get('scheme') !== 'ed25519' ||
    typeof text !== 'string' ||
    !/^[0-9a-f]{64}$/.test(text)
  ) {
    throw new Refusal('STATE_KEY', `Key ${printable(keyId, 12)} is not an Ed25519 key in the form that mirrors issue.`);
  }
  // An id that is not the key’s own digest could stand for another key in the same file (K-04).
  if (contentKeyId(keyObject) !== keyId) {
    throw new Refusal('STATE_KEY', `Key ${printable(keyId, 12)} does not have the digest of its key as its id.`);
  }
  // Refuses small-order points, under which anybody can sign anything (C-02).
  decodeKey(keyId, 'ed25519', 'ed25519', text, keyObject);
  return keyObject;
}

function readMembers(members: JsonObject): RootPublic | undefined {
  const holder = members.get('holder');
  const repository = members.get('repository');
  const id = members.get('keyid');
  if (members.get('countersign') !== FORMAT) return undefined;
  if (typeof holder !== 'string' || typeof repository !== 'string' || typeof id !== 'string') return undefined;
  if (!isHolderName(holder)) return undefined;
  const keyId = id as KeyId;
  return {
    holder,
    repository: repositoryId(repository),
    keyId,
    keyObject: requireEitherKey(keyId, members.get('key')),
  };
}

/** Whether the key is in a certificate: of use in a collection’s root, and there only. */
export function isForCollection({ keyObject }: Pick<RootPublic, 'keyObject'>): boolean {
  return keyObject.get('keytype') === CERTIFICATE_KEYTYPE;
}

function requireEitherKey(keyId: KeyId, keyObject: Json | undefined): JsonObject {
  const isCertified = keyObject instanceof Map && isForCollection({ keyObject });
  return isCertified ? requireCertificateKey(keyId, keyObject).key.object : requireMirrorKey(keyId, keyObject);
}
