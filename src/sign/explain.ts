/**
 * What a draft would change, in words, for somebody who is about to sign it and has nothing but the file.
 *
 * Everything said here is computed from the two embedded roots and the signed part. Holders’ names are the drafter’s
 * words, so key fingerprints stand beside them; what only the outside world can confirm (which root the mirror serves,
 * what upstream published) is given as a digest to compare. A draft that breaks a rule is refused, not explained.
 */
import { formatDate } from '../tuf/dates.ts';
import type { JsonObject } from '../tuf/json.ts';
import {
  type KeyId,
  ROOT,
  type RepositoryId,
  type RoleName,
  type Sha256,
  SNAPSHOT,
  TARGETS,
  TIMESTAMP,
  printable,
} from '../tuf/names.ts';
import type { RootDraft } from './draft-document.ts';
import { type JudgedDraft, judgeDraft } from './draft-rules.ts';
import type { CeremonyRoot, RootKey } from './root-dialect.ts';
import { type Progress, countSignatures } from './root-draft.ts';
import { type ListedRole, isSameValue, listRole } from './root-pin.ts';

/** A key as a person sees it: the whole id, and whose it is said to be. */
export interface NamedKey {
  readonly keyid: KeyId;
  readonly holder: string | null;
}

/** How one role changes; with no current root, every key is added. */
export interface RoleChange {
  readonly threshold: number;
  readonly previousThreshold: number | null;
  readonly kept: readonly NamedKey[];
  readonly added: readonly NamedKey[];
  readonly removed: readonly NamedKey[];
}

/** The certificate around a root key of the next root, in a collection. */
export interface CertificateFacts {
  readonly keyid: KeyId;
  /** For which served name: the whole of it, or `prefix/*`. */
  readonly commonName: string;
  readonly notAfter: string;
  /** The key id of the certificate around the same key that it replaces. */
  readonly replaces: KeyId | null;
}

/** The same facts as the lines of text, for `--json`. Times are RFC 3339 UTC. */
export interface DraftFacts {
  readonly repository: RepositoryId;
  /** Of a Notary collection; null for a TUF repository. */
  readonly collection: { readonly gun: string; readonly servedAs: string } | null;
  readonly version: number;
  /** SHA-256 of what is signed: equal for all holders of one ceremony. */
  readonly signedSha256: Sha256;
  readonly expires: string;
  readonly previous: { readonly version: number; readonly sha256: Sha256; readonly expires: string } | null;
  readonly roles: Readonly<Record<'root' | 'snapshot' | 'timestamp' | 'targets', RoleChange>>;
  /** Of the next root’s keys, in a collection; otherwise there are none. */
  readonly certificates: readonly CertificateFacts[];
  readonly upstream: { readonly version: number; readonly sha256: Sha256; readonly targetsAreEqual: true };
  readonly signatures: { readonly by: readonly NamedKey[]; readonly progress: readonly Progress[] };
}

export interface DraftExplanation {
  readonly lines: readonly string[];
  readonly facts: DraftFacts;
}

const DAY = 86_400_000;

/**
 * @param now this machine’s time, for the expiry
 * @throws STATE_ROOT_DRAFT, POLICY_PIN, STATE_LIFETIME when the draft breaks a rule
 */
export function explainDraft(draft: RootDraft, now: Date): DraftExplanation {
  const judged = judgeDraft(draft, now);
  const facts = collectFacts(judged);
  const remaining = judged.next.expires.getTime() - now.getTime();
  return {
    facts,
    lines: [...describeWhole(facts, remaining), ...describeRoles(facts), ...describeSignatures(facts, draft)],
  };
}

function collectFacts(judged: JudgedDraft): DraftFacts {
  const { draft, next, previous, upstream } = judged;
  const change = (role: RoleName) =>
    compareRoles(listRole(next, role), previous && listRole(previous, role), draft.holders);
  return {
    repository: draft.repository,
    collection: draft.collection ? { gun: draft.collection.name, servedAs: draft.collection.servedAs } : null,
    version: next.version,
    signedSha256: next.envelope.signedSha256,
    expires: formatDate(next.expires),
    previous: previous
      ? { version: previous.version, sha256: previous.envelope.fileSha256, expires: formatDate(previous.expires) }
      : null,
    roles: { root: change(ROOT), snapshot: change(SNAPSHOT), timestamp: change(TIMESTAMP), targets: change(TARGETS) },
    certificates: next.rootRole.keys.flatMap((key) => describeCertificate(key, previous)),
    // judgeDraft has refused every draft in which they are not.
    upstream: { version: upstream.version, sha256: upstream.envelope.fileSha256, targetsAreEqual: true },
    signatures: {
      by: [...draft.signatures.keys()].map((keyid) => ({ keyid, holder: draft.holders.get(keyid) ?? null })),
      progress: countSignatures(judged),
    },
  };
}

function describeCertificate(
  { id, bareId, certificate }: RootKey,
  previous: CeremonyRoot | undefined,
): CertificateFacts[] {
  if (!certificate) return [];
  const before = previous?.rootRole.keys.find((key) => key.bareId === bareId && key.id !== id);
  const commonName = printable(certificate.commonName ?? '', 255);
  return [{ keyid: id, commonName, notAfter: formatDate(certificate.notAfter), replaces: before?.id ?? null }];
}

function compareRoles(
  next: ListedRole,
  previous: ListedRole | undefined,
  holders: ReadonlyMap<KeyId, string>,
): RoleChange {
  const before = previous ?? { keyIds: [] as KeyId[], keys: new Map<KeyId, JsonObject>() };
  // Upstream’s ids are opaque: another key under an old id is one key removed and one added, never “kept” (K-04).
  const isKept = (id: KeyId) => before.keyIds.includes(id) && isSameValue(before.keys.get(id), next.keys.get(id));
  const kept = new Set(next.keyIds.filter(isKept));
  const name =
    ({ keys }: { keys: ListedRole['keys'] }) =>
    (keyid: KeyId): NamedKey => {
      // Our holders’ names come from the draft, upstream’s from the member in which tuf-on-ci keeps them.
      const owner = keys.get(keyid)?.get('x-tuf-on-ci-keyowner');
      return { keyid, holder: holders.get(keyid) ?? (typeof owner === 'string' ? printable(owner, 60) : null) };
    };
  return {
    threshold: next.threshold,
    previousThreshold: previous?.threshold ?? null,
    kept: [...kept].map(name(next)),
    added: next.keyIds.filter((id) => !kept.has(id)).map(name(next)),
    removed: before.keyIds.filter((id) => !kept.has(id)).map(name(before)),
  };
}

function describeWhole(facts: DraftFacts, remaining: number): string[] {
  const { previous } = facts;
  const days = Math.floor(remaining / DAY);
  const lines = previous
    ? [
        `Root version ${facts.version} of the mirror repository ${facts.repository}, to follow version ${previous.version}.`,
        `  version ${previous.version} is the file with SHA-256 ${previous.sha256}: compare it with what the mirror serves`,
      ]
    : [
        `Root version 1 of the mirror repository ${facts.repository}: its first root, which clients will be given by hand.`,
      ];
  const { collection } = facts;
  return [
    ...lines,
    ...(collection === null
      ? []
      : [
          `  the collection ${printable(collection.gun, 255)} of upstream, which clients ask for as ${printable(collection.servedAs, 255)}`,
        ]),
    `  what is signed has SHA-256 ${facts.signedSha256}: every holder must see the same`,
    `Expires ${facts.expires}, in ${days} days${previous ? ` (version ${previous.version}: ${previous.expires})` : ''}.`,
  ];
}

function describeRoles({ roles, upstream, certificates }: DraftFacts): string[] {
  const { root } = roles;
  const isAlone = root.threshold === 1;
  return [
    `Root: ${describeThreshold(root)}.${isAlone ? ' One person alone could replace it.' : ''}`,
    ...describeKeys(root),
    ...describeCertificates(certificates),
    ...(['snapshot', 'timestamp'] as const).flatMap((name) => [
      `${name === 'snapshot' ? 'Snapshot' : 'Timestamp'} (signed by the server): ${describeOnline(roles[name])}.`,
      ...describeKeys(roles[name]),
    ]),
    `Targets (signed by upstream): ${describeThreshold(roles.targets)}. The same key ids, keys and threshold as in`,
    `  upstream’s root version ${upstream.version}, SHA-256 ${upstream.sha256}: compare it with what upstream published`,
    ...describeKeys(roles.targets),
  ];
}

function describeCertificates(certificates: readonly CertificateFacts[]): string[] {
  const lines = certificates.map(({ keyid, commonName, notAfter, replaces }) => {
    const renewal = replaces === null ? '' : `; the same key as ${printable(replaces, 16)}, in a new certificate`;
    return `  certificate of ${printable(keyid, 16)}: for ${commonName}, until ${notAfter}${renewal}`;
  });
  const prefixes = new Set(certificates.map(({ commonName }) => commonName).filter((name) => name.endsWith('*')));
  // The dialect’s targets name no collection, so nothing else tells a newcomer which one it was given (N-04).
  return [
    ...lines,
    ...[...prefixes].map(
      (name) => `  a client that has no root yet takes this one for every collection of the prefix ${name}`,
    ),
  ];
}

export function describeThreshold(role: RoleChange): string {
  const total = role.kept.length + role.added.length;
  const isChanged = role.previousThreshold !== null && role.previousThreshold !== role.threshold;
  const before = isChanged ? ` (until now ${role.previousThreshold} of ${role.kept.length + role.removed.length})` : '';
  return `${role.threshold} of ${total} keys must sign${before}`;
}

export function describeOnline(role: RoleChange): string {
  if (role.previousThreshold === null) return 'new key';
  if (role.added.length === 0 && role.removed.length === 0) return 'key unchanged';
  return 'key replaced';
}

function describeKeys(role: RoleChange): string[] {
  const lines = (verb: string, keys: readonly NamedKey[]) => keys.map((key) => `  ${verb} ${describeKey(key)}`);
  return [...lines('removes', role.removed), ...lines('adds   ', role.added), ...lines('keeps  ', role.kept)];
}

/** 16 digits are enough that nobody finds another key with the same ones, and few enough to read out loud. */
function describeKey({ keyid, holder }: NamedKey): string {
  return `${printable(keyid, 16)}${holder === null ? '' : ` ${holder}`}`;
}

function describeSignatures({ signatures, version }: DraftFacts, draft: RootDraft): string[] {
  const by = signatures.by.map((key) => key.holder ?? printable(key.keyid, 16));
  return [
    `Signed so far by ${by.length === 0 ? 'nobody' : by.join(', ')}.`,
    ...signatures.progress.map((side) => {
      const root = `version ${side.root === 'next' ? version : version - 1}`;
      const left = side.threshold - side.signed;
      if (left <= 0) return `  enough for ${root}`;
      const missing = side.missing.map((id) => draft.holders.get(id) ?? printable(id, 16));
      return `  ${left} more needed for ${root}, of ${missing.join(', ')}`;
    }),
  ];
}
