/**
 * One attempt to bring a state in, as events: what the importer says (the claim), what the server saw (the observation),
 * and upstream’s equivocation where there was one. Refused attempts are told as fully as accepted ones.
 */
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { asOf, type Candidate, type UpstreamFile } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';
import type { EvidenceFile } from '../verify/evidence.ts';
import type { Claimed } from './claims.ts';
import type { ImportObservation, LeafRef, MadeDecision } from './events/statements.ts';
import { carriedList, EMPTY_LIST, filesList, type ListedFile, MOST_UNVERIFIED_BYTES, notesList } from './lists.ts';
import type { CarriedTarget, FileKind } from './records.ts';

export interface NewImport {
  readonly number: number;
  readonly repository: RepositoryId;
  readonly startedAt: Date;
  readonly claimed: Claimed;
  readonly decisions: readonly Decision[];
  readonly outcome:
    | { readonly kind: 'accepted'; readonly candidate: Candidate; readonly targets: readonly CarriedTarget[] }
    | { readonly kind: 'unchanged'; readonly candidate: Candidate; readonly targets: readonly CarriedTarget[] }
    | {
        readonly kind: 'refused';
        readonly code: string;
        /** The refusal’s sentence, or a commitment to it where it may name a place. */
        readonly what: { readonly text: string } | { readonly sealed: string };
        readonly roles: readonly string[];
        readonly evidence: readonly EvidenceFile[];
      };
}

export interface Recording {
  readonly claim: LeafRef;
  readonly previous: LeafRef | null;
  readonly server: ImportObservation['server'];
  readonly now: Date;
  /** Stores bytes under their digest. */
  readonly store: (bytes: Uint8Array) => Sha256;
}

/** What the server states about an import; every list and file that it names is stored first. */
export function observe(made: NewImport, { claim, previous, server, now, store }: Recording): ImportObservation {
  const { outcome, number, repository, startedAt } = made;
  const candidate = outcome.kind === 'refused' ? undefined : outcome.candidate;
  const files =
    outcome.kind === 'refused' ? evidenceFiles(outcome.evidence, store) : topFiles(outcome.candidate, store);
  const authored = candidate ? listed('authored', candidate.content.roles.values(), store) : [];
  const carried = outcome.kind === 'refused' ? [] : distinct(outcome.targets);
  const notes = candidate?.content.notes ?? [];
  const refusal = outcome.kind === 'refused' ? outcome : undefined;
  return {
    schema: 'import-observation/1',
    import_id: number,
    repo_id: repository,
    claim,
    received_at: formatDate(startedAt),
    verified_at: formatDate(now),
    server,
    result: refusal ? 'rejected' : 'verified',
    outcome: outcome.kind,
    reject_codes: refusal ? [refusal.code] : [],
    what: refusal && 'text' in refusal.what ? refusal.what.text.slice(0, 4000) : null,
    what_sealed: refusal && 'sealed' in refusal.what ? refusal.what.sealed : null,
    candidate: candidate?.digest ?? null,
    as_of: candidate ? asOfMember(candidate) : null,
    files_sha256: store(filesList(files)),
    files_count: files.length,
    authored_sha256: store(candidate ? filesList(authored) : EMPTY_LIST),
    authored_count: authored.length,
    targets_root: candidate?.content.targetsTree.root ?? null,
    targets_count: candidate?.content.targetsTree.count ?? 0,
    carried_sha256: store(carriedList(carried)),
    carried_count: carried.length,
    decisions: (candidate?.content.decisions ?? made.decisions).map(asMember),
    notes_sha256: store(notesList(notes)),
    notes_count: notes.length,
    upstream_age: candidate ? Math.floor((now.getTime() - candidate.content.timestamp.expires.getTime()) / 1000) : null,
    previous,
  };
}

function asMember({ kind, role, version, reason }: Decision): MadeDecision {
  return { kind, role, version: version ?? null, reason };
}

function asOfMember(candidate: Candidate): NonNullable<ImportObservation['as_of']> {
  const verified = asOf(candidate);
  return {
    root_version: verified.rootVersion,
    timestamp_version: verified.timestampVersion,
    timestamp_expires: formatDate(verified.timestampExpires),
    timestamp_sha256: verified.timestampSha256,
    snapshot_version: verified.snapshotVersion,
    snapshot_sha256: verified.snapshotSha256,
  };
}

type Store = Recording['store'];

function topFiles({ content }: Candidate, store: Store): ListedFile[] {
  return [
    ...listed('root', content.roots, store),
    ...listed('timestamp', [content.timestamp], store),
    ...listed('snapshot', [content.snapshot], store),
  ];
}

function evidenceFiles(evidence: readonly EvidenceFile[], store: Store): ListedFile[] {
  // One file may be met twice, as what was received and as what was verified.
  const kept = new Map<string, ListedFile>();
  for (const file of evidence) {
    const [one] = listed(
      file.signedSha256 === undefined ? 'refused' : 'evidence',
      [file],
      storeUnlessTooLarge(file, store),
    );
    if (one) kept.set(`${one.kind} ${one.role} ${one.fileSha256}`, one);
  }
  return [...kept.values()];
}

function listed(kind: FileKind, files: Iterable<EvidenceFile | UpstreamFile>, store: Store): ListedFile[] {
  return [...files].map((file) => ({
    kind,
    role: file.role,
    version: file.version,
    fileSha256: store(file.bytes),
    signedSha256: file.signedSha256,
    length: file.bytes.length,
    expires: 'expires' in file ? file.expires : undefined,
  }));
}

/** Several roles may list one target with one content; it is carried once. */
function distinct(targets: readonly CarriedTarget[]): CarriedTarget[] {
  return [...new Map(targets.map((target) => [`${target.path}\n${target.sha256}`, target])).values()];
}

/** What is too large to keep is listed all the same: its digest shows later that it was received. */
function storeUnlessTooLarge({ signedSha256, bytes, fileSha256 }: EvidenceFile, store: Store): Store {
  const isKept = signedSha256 !== undefined || bytes.length <= MOST_UNVERIFIED_BYTES;
  return isKept ? store : () => fileSha256;
}
