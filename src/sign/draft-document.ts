/**
 * The paper of a root ceremony: one JSON file that travels between the server and the holders of root keys.
 *
 * It carries everything a holder needs to judge it without a server or a database: the root it replaces, upstream’s
 * root as evidence, and the signed part word for word. Nothing in it is believed because it is in it; draft-rules.ts
 * judges. Only `signed` ends up in the root. `holders` gives key ids the names that the drafter uses, as an aid.
 */
import { Refusal } from '../errors.ts';
import { decodeBase64, decodeHex, encodeHex } from '../tuf/encoding.ts';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type KeyId, type RepositoryId, printable, repositoryId } from '../tuf/names.ts';
import { type CollectionNames, dialectOf } from './root-dialect.ts';
import { isHolderName } from './root-public.ts';

export interface RootDraft {
  readonly repository: RepositoryId;
  /** Of a Notary collection; undefined for a TUF repository. */
  readonly collection: CollectionNames | undefined;
  /** The current root’s file, whole; undefined for a first root. */
  readonly previous: Uint8Array | undefined;
  /** Upstream’s root file, whole: the evidence for the targets role. */
  readonly upstreamRoot: Uint8Array;
  /** Names of key holders by key id, as the drafter calls them. Not signed. */
  readonly holders: ReadonlyMap<KeyId, string>;
  /** The signed part of the next root. */
  readonly signed: JsonObject;
  /** Signatures collected so far, one per key id (K-01). */
  readonly signatures: ReadonlyMap<KeyId, Uint8Array>;
}

const FORMAT = 'root-draft/v1';
const MEMBERS = new Set([
  ...['countersign', 'repository', 'collection', 'previous', 'upstreamRoot', 'holders', 'signed', 'signatures'],
]);
/** Two embedded roots in base64 and one in the open, each at most as large as clients accept. */
export const MAX_DRAFT_BYTES = 4 * DEFAULT_LIMITS.rootBytes;

/** The draft as JSON text with a final newline. */
export function formatDraft(draft: RootDraft): string {
  return `${stringifyJson(draftMembers(draft))}\n`;
}

export function draftMembers(draft: RootDraft): JsonObject {
  const { repository, collection, previous, upstreamRoot, holders, signed } = draft;
  return jsonObject({
    ...{ countersign: FORMAT, repository },
    collection: collection && jsonObject({ name: collection.name, servedAs: collection.servedAs }),
    previous: previous && encodeBase64(previous),
    upstreamRoot: encodeBase64(upstreamRoot),
    holders: new Map(holders),
    signed,
    signatures: formatSignatures(draft),
  });
}

/** The root file that this draft would become: `signatures` around `signed`. */
export function formatRoot({ collection, signed, signatures }: RootDraft): Uint8Array {
  return dialectOf(collection).write(signed, signatures);
}

/**
 * Shape only: nothing in the result has been judged.
 * @param label the file’s name, for messages
 * @throws STATE_ROOT_DRAFT, and USAGE_REPOSITORY_ID for a repository that cannot be
 */
export function readDraft(document: Json, label: string): RootDraft {
  if (!(document instanceof Map) || document.get('countersign') !== FORMAT)
    refuse(label, `is not a ${FORMAT} document`);
  // A member that this version does not know could matter to the one that wrote it.
  for (const name of document.keys()) {
    if (!MEMBERS.has(name)) refuse(label, `has the unknown member “${printable(name, 40)}”`);
  }
  const repository = document.get('repository');
  const signed = document.get('signed');
  const upstreamRoot = readBase64(document.get('upstreamRoot'));
  const previous = document.has('previous') ? readBase64(document.get('previous')) : undefined;
  if (typeof repository !== 'string') refuse(label, 'names no repository');
  if (!(signed instanceof Map)) refuse(label, 'has no signed part');
  if (!upstreamRoot) refuse(label, 'embeds no upstream root');
  if (document.has('previous') && !previous) refuse(label, 'embeds a current root that is not base64');
  return {
    repository: repositoryId(repository),
    collection: document.has('collection') ? readCollection(document.get('collection'), label) : undefined,
    previous,
    upstreamRoot,
    holders: readHolders(document.get('holders'), label),
    signed,
    signatures: readSignatures(document.get('signatures'), label),
  };
}

function readCollection(value: Json | undefined, label: string): CollectionNames {
  const [name, servedAs] = value instanceof Map ? [value.get('name'), value.get('servedAs')] : [];
  const isWhole = value instanceof Map && value.size === 2;
  if (!isWhole || typeof name !== 'string' || typeof servedAs !== 'string') {
    return refuse(label, 'has a “collection” that is not two names');
  }
  return { name, servedAs };
}

function readHolders(value: Json | undefined, label: string): Map<KeyId, string> {
  const holders = new Map<KeyId, string>();
  if (!(value instanceof Map)) return refuse(label, 'has no “holders”');
  for (const [id, name] of value) {
    // Names reach a terminal in front of somebody about to sign: only the plainest pass.
    if (typeof name !== 'string' || !isHolderName(name)) return refuse(label, 'has a holder without a proper name');
    holders.set(id as KeyId, name);
  }
  return holders;
}

function readSignatures(value: Json | undefined, label: string): Map<KeyId, Uint8Array> {
  const signatures = new Map<KeyId, Uint8Array>();
  if (!Array.isArray(value)) return refuse(label, 'has no “signatures”');
  for (const entry of value) {
    const id = entry instanceof Map ? entry.get('keyid') : undefined;
    const digits = entry instanceof Map ? entry.get('sig') : undefined;
    const bytes = typeof digits === 'string' && digits.length === 128 ? decodeHex(digits) : undefined;
    if (typeof id !== 'string' || !bytes) return refuse(label, 'has a signature that is not one');
    // One holder repeated is how thresholds have been faked (K-01).
    if (signatures.has(id as KeyId)) return refuse(label, `carries two signatures of the key ${printable(id, 16)}`);
    signatures.set(id as KeyId, bytes);
  }
  return signatures;
}

function formatSignatures(draft: RootDraft): Json[] {
  const sorted = [...draft.signatures].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([keyid, bytes]) => jsonObject({ keyid, sig: encodeHex(bytes) }));
}

function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function readBase64(value: Json | undefined): Uint8Array | undefined {
  return typeof value === 'string' && value !== '' ? decodeBase64(value) : undefined;
}

function refuse(label: string, problem: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', `${printable(label)} ${problem}.`);
}
