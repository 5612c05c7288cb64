/**
 * What is wrong with a recorded state, by a plain reading of its files: JSON.parse and SHA-256, and nothing of the
 * product’s. No expectation of the replay is written by hand; each follows from the data by these rules:
 *
 *   timestamp carries no signature under enough of root’s key ids       TRUST_SIGNATURES     no way around
 *   the snapshot is not the one that timestamp names                    TRUST_TORN           no way around
 *   targets is not the one that snapshot lists, or is not there         TRUST_TORN, or SOURCE_NOT_FOUND over HTTP
 *   a delegated role is not the one that snapshot lists                 TRUST_ROLE_MISMATCH  --exclude-role
 *   a role and version were seen before with another signed part        TRUST_EQUIVOCATION   --accept-equivocation
 *
 * An equivocation is named before anything else that is wrong, and all that can be seen of it at once.
 */
import { createHash } from 'node:crypto';
import { type RecordedState, sha256Of } from './archive.ts';

export type SourceKind = 'directory' | 'http';

export interface Refusal {
  readonly code: string;
  /** `targets`, or for an equivocation every `role@version`. */
  readonly roles: readonly string[];
  /** The decisions that lead past it, as the command line writes them; none when nothing does. */
  readonly decisions: readonly { readonly kind: 'exclude-role' | 'accept-equivocation'; readonly text: string }[];
  /** Paths of files that must be in the record as evidence. */
  readonly evidence: readonly string[];
}

export interface Decided {
  readonly excluded: ReadonlySet<string>;
  /** `role@version`. */
  readonly accepted: ReadonlySet<string>;
}

interface Listing {
  readonly version: number;
  readonly length?: number;
  readonly hashes?: Readonly<Record<string, string>>;
}

interface Signed {
  readonly version: number;
  readonly consistent_snapshot?: boolean;
  readonly roles?: Readonly<Record<string, { readonly keyids: readonly string[]; readonly threshold: number }>>;
  readonly meta?: Readonly<Record<string, Listing>>;
  readonly delegations?: { readonly roles: readonly { readonly name: string }[] };
  readonly targets?: Readonly<Record<string, { readonly hashes: Readonly<Record<string, string>> }>>;
}

interface File {
  readonly path: string;
  readonly bytes: Buffer;
  readonly signed: Signed;
  readonly signers: readonly string[];
}

/** One verified file, by role and version. */
export interface Seen {
  readonly label: string;
  readonly signedPart: string;
}

export interface Reading {
  readonly refusal: Refusal | undefined;
  readonly seen: readonly Seen[];
  /** The newest root’s version, and the path of every authored role that is carried. */
  readonly rootVersion: number;
  readonly authored: ReadonlyMap<string, string>;
  readonly excluded: readonly string[];
}

/** A reader of states in order: what it saw in imported ones decides about equivocation. */
export class Classifier {
  /** Signed parts by role@version, of states that were imported. */
  readonly #history = new Map<string, Set<string>>();
  /** The signed part that was imported last, by role@version: going back to an older one is a change of mind again. */
  readonly #newest = new Map<string, string>();

  remember({ seen }: Reading): void {
    for (const { label, signedPart } of seen) {
      const parts = this.#history.get(label) ?? new Set();
      this.#history.set(label, parts.add(signedPart));
      this.#newest.set(label, signedPart);
    }
  }

  read(state: RecordedState, source: SourceKind, decided: Decided): Reading {
    const seen: (Seen & { path: string })[] = [];
    const see = (role: string, file: File): void => {
      const label = `${role}@${file.signed.version}`;
      seen.push({ label, signedPart: digestOf(file.signed), path: file.path });
    };
    const rootVersion = newestRoot(state);
    const root = open(state, `metadata/${rootVersion}.root.json`);
    const authored = new Map<string, string>();
    const excluded: string[] = [];
    const refusal = walk(state, source, decided, root, { see, authored, excluded });
    const found = seen.filter(({ label, signedPart }) => {
      const isContradicted = [...(this.#history.get(label) ?? [])].some((earlier) => earlier !== signedPart);
      return isContradicted && this.#newest.get(label) !== signedPart && !decided.accepted.has(label);
    });
    const graver: Refusal | undefined =
      found.length === 0
        ? undefined
        : {
            code: 'TRUST_EQUIVOCATION',
            roles: found.map(({ label }) => label),
            decisions: found.map(({ label }) => ({ kind: 'accept-equivocation', text: label })),
            evidence: found.map(({ path }) => path),
          };
    return { refusal: graver ?? refusal, seen, rootVersion, authored, excluded };
  }
}

interface Walk {
  readonly see: (role: string, file: File) => void;
  readonly authored: Map<string, string>;
  readonly excluded: string[];
}

function walk(
  state: RecordedState,
  source: SourceKind,
  { excluded }: Decided,
  root: File,
  found: Walk,
): Refusal | undefined {
  const isConsistent = root.signed.consistent_snapshot === true;
  const find = (role: string, version: number): File | undefined => {
    const names = isConsistent
      ? [`${version}.${role}.json`, ...(source === 'directory' ? [`${role}.json`] : [])]
      : [`${role}.json`];
    const path = names.map((name) => `metadata/${name}`).find((one) => state.sha256(one) !== undefined);
    return path === undefined ? undefined : open(state, path);
  };
  const timestamp = open(state, 'metadata/timestamp.json');
  const { keyids, threshold } = root.signed.roles?.['timestamp'] ?? { keyids: [], threshold: 1 };
  if (timestamp.signers.filter((id) => keyids.includes(id)).length < threshold)
    return refused('TRUST_SIGNATURES', 'timestamp', timestamp.path);
  found.see('timestamp', timestamp);

  const named = timestamp.signed.meta?.['snapshot.json'];
  const snapshot = named && find('snapshot', named.version);
  if (!snapshot) return refused('SOURCE_NOT_FOUND', 'snapshot', timestamp.path);
  if (!isListed(snapshot, named)) return refused('TRUST_TORN', 'snapshot', snapshot.path);
  found.see('snapshot', snapshot);

  const queue = ['targets'];
  for (const role of queue) {
    if (excluded.has(role)) {
      found.excluded.push(role);
      continue;
    }
    const listing = snapshot.signed.meta?.[`${role}.json`];
    if (!listing) return refused('TRUST_ROLE_UNLISTED', role, snapshot.path);
    const file = find(role, listing.version);
    if (!file) return refused('SOURCE_NOT_FOUND', role, snapshot.path);
    if (!isListed(file, listing))
      return role === 'targets'
        ? refused('TRUST_TORN', role, file.path)
        : refused('TRUST_ROLE_MISMATCH', role, file.path, role);
    found.see(role, file);
    found.authored.set(role, file.path);
    for (const { name } of file.signed.delegations?.roles ?? []) if (!queue.includes(name)) queue.push(name);
  }
  return undefined;
}

function refused(code: string, role: string, evidence: string, excludable?: string): Refusal {
  const decisions = excludable === undefined ? [] : [{ kind: 'exclude-role' as const, text: excludable }];
  return { code, roles: [role], decisions, evidence: [evidence] };
}

function isListed({ bytes, signed }: File, { version, length, hashes = {} }: Listing): boolean {
  if (signed.version !== version || (length !== undefined && length !== bytes.length)) return false;
  return Object.entries(hashes).every(
    ([algorithm, digest]) => createHash(algorithm).update(bytes).digest('hex') === digest,
  );
}

function newestRoot(state: RecordedState): number {
  const versions = [...state.paths].flatMap((path) => /^metadata\/(\d+)\.root\.json$/.exec(path)?.[1] ?? []);
  return Math.max(...versions.map(Number));
}

function open(state: RecordedState, path: string): File {
  const bytes = state.bytes(path);
  const document = JSON.parse(bytes.toString('utf8')) as {
    signed: Signed;
    signatures: readonly { keyid: string; sig: string }[];
  };
  const signers = document.signatures.filter(({ sig }) => sig !== '').map(({ keyid }) => keyid);
  return { path, bytes, signed: document.signed, signers: [...new Set(signers)] };
}

/** Of the signed part alone, whatever stands around it and however it is spaced. */
function digestOf(signed: unknown): string {
  return sha256Of(Buffer.from(JSON.stringify(sorted(signed))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
