/**
 * The root ceremony: draft, sign, merge, accept (Y-03). No clock, no disk, no secrets beyond the Signer passed in.
 *
 * The server drafts; each holder signs on a machine of their own that may never see a network; the server accepts when
 * a threshold of the current root’s keys and of the next root’s own have signed. Each step judges the whole draft anew
 * (draft-rules.ts), so no step relies on the honesty of the one before, or of the courier between them.
 */
import { Refusal } from '../errors.ts';
import { canonicalize } from '../tuf/canonical.ts';
import type { JsonObject } from '../tuf/json.ts';
import { type KeyId, ROOT, type RepositoryId, SNAPSHOT, TARGETS, TIMESTAMP } from '../tuf/names.ts';
import { countSigners } from '../tuf/signatures.ts';
import { type RootDraft, formatRoot } from './draft-document.ts';
import { type JudgedDraft, judgeDraft, requireLifetime } from './draft-rules.ts';
import { type CeremonyRoot, type CollectionNames, dialectOf, type RootKey } from './root-dialect.ts';
import { type ListedRole, listRole, refuseUnlessPinned } from './root-pin.ts';
import type { RootPublic } from './root-public.ts';
import { type Signer, contentKeyId } from './signer.ts';

const YEAR = 365 * 86_400_000;

/** What signs a draft: a holder’s key, under its own id. */
export type RootSigner = Pick<Signer, 'keyId' | 'sign'>;

export interface DraftRequest {
  readonly repository: RepositoryId;
  /** Of a Notary collection. */
  readonly collection?: CollectionNames;
  /** The current root’s file, whole; left out for a first root. */
  readonly previous?: Uint8Array;
  /** The holders of the next root. */
  readonly rootKeys: readonly RootPublic[];
  /** Holders of the current root that are known by name; only for the explanation. */
  readonly previousRootKeys?: readonly RootPublic[];
  /** How many holders of the next root must sign it and its successor. */
  readonly threshold: number;
  readonly onlineKeys: { readonly snapshot: JsonObject; readonly timestamp: JsonObject };
  /** Upstream’s verified root file, whole: its targets role is copied from it, and it travels along as evidence. */
  readonly upstreamRoot: Uint8Array;
  /** When the next root expires; 365 days after `now` unless given, two years at most. */
  readonly expires?: Date;
  readonly now: Date;
}

/**
 * @throws STATE_ROOT_DRAFT when no acceptable root follows from the request, STATE_LIFETIME when it would live too long,
 *   POLICY_PIN when the current root lists other targets keys than this same version of upstream’s root
 */
export function draftRoot(request: DraftRequest): RootDraft {
  const { repository, now, collection, previous: bytes, upstreamRoot } = request;
  const expires = request.expires ?? new Date(now.getTime() + YEAR);
  requireLifetime(expires, now, 0);
  const dialect = dialectOf(collection);
  const previous = bytes && readAs('The current root', () => dialect.own(bytes));
  const upstream = readAs('The upstream root', () => dialect.upstream(upstreamRoot));
  const signed = dialect.compose({
    repository,
    version: previous ? previous.version + 1 : 1,
    expires,
    upstreamRootVersion: upstream.version,
    roles: new Map([
      [ROOT, { ...listKeys(request.rootKeys.map((key) => key.keyObject)), threshold: request.threshold }],
      [SNAPSHOT, listKeys([request.onlineKeys.snapshot])],
      [TARGETS, listRole(upstream, TARGETS)],
      [TIMESTAMP, listKeys([request.onlineKeys.timestamp])],
    ]),
  });
  const holders = nameHolders(request);
  const draft = { repository, collection, previous: bytes, upstreamRoot, holders, signed, signatures: new Map() };
  const judged = judgeDraft(draft, now);
  return { ...draft, holders: withEarlierCertificates(holders, judged) };
}

/**
 * Adds one holder’s signature; signing again changes nothing. In a collection it is one for each certificate around the
 * holder’s key: where a certificate is replaced, clients look for the old one’s and for the new one’s.
 * @param signer the holder’s key for this repository, `keyId` that of the key itself
 * @param now this machine’s time; a holder’s machine may be offline, its clock must be about right
 * @throws STATE_ROOT_DRAFT, POLICY_PIN or STATE_LIFETIME when the draft breaks a rule
 * @throws STATE_ROOT_DRAFT when the signer is a root key neither of the current nor of the next root
 */
export function signDraft(draft: RootDraft, signer: RootSigner, now: Date): RootDraft {
  const signed = signedWhereListed(draft, signer, now);
  if (signed) return signed;
  return refuse(`The key ${signer.keyId.slice(0, 16)} is a root key of ${draft.repository} neither now nor next.`);
}

/** The same; undefined where the signer has nothing to sign. */
export function signedWhereListed(draft: RootDraft, signer: RootSigner, now: Date): RootDraft | undefined {
  const judged = judgeDraft(draft, now);
  const own = rootKeysOf(judged, signer);
  if (own.length === 0) return undefined;
  const signatures = new Map(draft.signatures);
  // An ECDSA signature is another each time; the one that is there fits as well.
  for (const { id } of own) if (!signatures.has(id)) signatures.set(id, signer.sign(judged.next.envelope.message));
  return { ...draft, signatures };
}

function rootKeysOf({ next, previous }: JudgedDraft, { keyId }: RootSigner): RootKey[] {
  const listed = [next, previous].flatMap((root) => root?.rootRole.keys ?? []);
  return listed.filter(({ bareId }) => bareId === keyId);
}

/**
 * Joins copies of one draft that were signed apart from each other.
 * @throws STATE_ROOT_DRAFT when the copies differ in more than their signatures, or when any breaks a rule
 */
export function mergeDrafts(drafts: readonly RootDraft[], now: Date): RootDraft {
  const [first, ...others] = drafts;
  if (!first) return refuse('There is no draft to merge.');
  const signatures = new Map(judgeDraft(first, now).draft.signatures);
  for (const other of others) {
    if (!isSameDraft(first, other)) refuse('The drafts differ in more than their signatures.');
    // Judged one by one, so that a bad copy is refused instead of spoiling the good ones.
    for (const [id, bytes] of judgeDraft(other, now).draft.signatures) signatures.set(id, bytes);
  }
  return { ...first, signatures };
}

/**
 * The last step: from a draft with enough signatures to the root file that clients get.
 *
 * @param current what the server itself knows: the collection’s names, its root file (undefined before the first), and the
 *   newest upstream root it has verified. The copies inside the draft went through other hands and are compared with these.
 * @returns the root file, ready to be published
 * @throws STATE_ROOT_DRAFT when signatures are missing or the draft does not follow from `current.previous`; POLICY_PIN
 *   when its targets role is not upstream’s; STATE_LIFETIME
 */
export function acceptDraft(
  draft: RootDraft,
  current: {
    readonly collection?: CollectionNames | undefined;
    readonly previous: Uint8Array | undefined;
    readonly upstreamRoot: Uint8Array;
    readonly now: Date;
  },
): Uint8Array {
  const judged = judgeDraft(draft, current.now);
  if (!isSameFile(draft.previous, current.previous)) {
    refuse(`The draft was made to follow another root than ${draft.repository}’s current one.`);
  }
  // Another name would be another collection’s root, or one that is read in the other dialect.
  if (!isSameCollection(draft.collection, current.collection)) {
    refuse(`The draft is for another collection than the one that ${draft.repository} is enrolled to.`);
  }
  const dialect = dialectOf(current.collection);
  const upstream = readAs('The upstream root', () => dialect.upstream(current.upstreamRoot));
  requireKnownEvidence(judged.upstream, upstream);
  refuseUnlessPinned('The drafted root', judged.next, upstream);
  for (const { root, signed, threshold, missing } of countSignatures(judged)) {
    if (signed >= threshold) continue;
    const who = missing.map((id) => draft.holders.get(id) ?? id.slice(0, 16));
    refuse(
      `The draft is signed by ${signed} of the ${threshold} holders of the ${root} root who must sign (not yet: ${who.join(', ')}).`,
    );
  }
  return formatRoot(draft);
}

/** How far a draft has come with one of the two roots that must agree. */
export interface Progress {
  readonly root: 'current' | 'next';
  /** Different keys of this root that signed (K-02); counting stops at the threshold. */
  readonly signed: number;
  readonly threshold: number;
  /** Root keys that have not signed. */
  readonly missing: readonly KeyId[];
}

/** An entry for the current root, if there is one, and one for the next (TUF 1.0.34, “Update the root role”). */
export function countSignatures({ draft, next, previous }: JudgedDraft): Progress[] {
  const signatures = [...draft.signatures].map(([keyId, bytes]) => ({ keyId, bytes }));
  const count = (name: Progress['root'], { rootRole }: CeremonyRoot): Progress => {
    const missing = rootRole.keys.map((key) => key.id).filter((id) => !draft.signatures.has(id));
    const signed = countSigners(rootRole, next.envelope.message, signatures);
    return { root: name, signed, threshold: rootRole.threshold, missing };
  };
  return [...(previous ? [count('current', previous)] : []), count('next', next)];
}

/**
 * A forged upstream root with a high version and today’s keys would pass for a pin, and the version that it made us
 * sign would refuse every honest draft after it (F-06).
 */
function requireKnownEvidence(embedded: CeremonyRoot, verified: CeremonyRoot): void {
  const isOther =
    embedded.version === verified.version && embedded.envelope.signedSha256 !== verified.envelope.signedSha256;
  if (embedded.version > verified.version || isOther) {
    refuse(`The draft embeds an upstream root version ${embedded.version} that this server has not verified.`);
  }
}

function listKeys(objects: readonly JsonObject[]): ListedRole {
  const keys = new Map(objects.map((object) => [contentKeyId(object), object]));
  // Not the Map’s keys: a key that is given twice must show as such and be refused (K-02).
  return { keyIds: objects.map(contentKeyId).sort(), keys, threshold: 1 };
}

function nameHolders({ repository, rootKeys, previousRootKeys = [] }: DraftRequest): Map<KeyId, string> {
  const holders = new Map<KeyId, string>();
  for (const { holder, repository: other, keyId } of [...previousRootKeys, ...rootKeys]) {
    if (other !== repository) refuse(`The public file of ${holder} is for ${other}, not for ${repository}.`);
    const known = holders.get(keyId) ?? holder;
    if (known !== holder) refuse(`${known} and ${holder} name the same key as theirs.`);
    holders.set(keyId, holder);
  }
  // Two keys of one person would make a threshold of two people a threshold of one. (A holder may replace a key: then
  // the name stands once in the current root and once in the next.)
  const names = rootKeys.map((key) => key.holder);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) refuse(`The holder ${repeated} is named twice for the next root.`);
  return holders;
}

/** A certificate that another one around the same key replaces is the same holder’s. */
function withEarlierCertificates(
  holders: ReadonlyMap<KeyId, string>,
  { next, previous }: JudgedDraft,
): ReadonlyMap<KeyId, string> {
  const byKey = new Map(next.rootRole.keys.map(({ bareId, id }) => [bareId, holders.get(id)]));
  const earlier = (previous?.rootRole.keys ?? []).flatMap(({ id, bareId }): [KeyId, string][] => {
    const name = byKey.get(bareId);
    return name === undefined ? [] : [[id, name]];
  });
  return new Map([...earlier, ...holders]);
}

function readAs<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Refusal('STATE_ROOT_DRAFT', `${what} is not acceptable: ${cause.what}`, { cause });
  }
}

function isSameDraft(a: RootDraft, b: RootDraft): boolean {
  return (
    isSameCollection(a.collection, b.collection) &&
    isSameFile(a.previous, b.previous) &&
    isSameFile(a.upstreamRoot, b.upstreamRoot) &&
    isSameFile(canonicalize(a.signed), canonicalize(b.signed)) &&
    isSameFile(canonicalize(new Map(a.holders)), canonicalize(new Map(b.holders)))
  );
}

function isSameCollection(a: CollectionNames | undefined, b: CollectionNames | undefined): boolean {
  return a?.name === b?.name && a?.servedAs === b?.servedAs;
}

function isSameFile(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

function refuse(what: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', what);
}
