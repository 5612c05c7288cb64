/**
 * The server’s side of a root ceremony: what the next root must say, and what happens when enough holders signed it.
 * A root may come together with a generation that waited for it, or with new online keys, or alone.
 */
import { Refusal } from '../errors.ts';
import type { Current, Enrolment } from '../ledger/records.ts';
import type { SignedFile } from '../ledger/record-publication.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import type { Database } from '../platform/database.ts';
import { type RootDraft } from '../sign/draft-document.ts';
import { acceptDraft, mergeDrafts } from '../sign/root-draft.ts';
import { dialectOf } from '../sign/root-dialect.ts';
import { isForCollection, type RootPublic } from '../sign/root-public.ts';
import { VerificationMemory } from '../tuf/memory.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { excludedRoles } from '../verify/decisions.ts';
import { requireAsPublished } from './authority.ts';
import {
  asSignedRoot,
  composeGeneration,
  held,
  issuedRoots,
  issueOnline,
  publishedBefore,
  type Composer,
} from './generation.ts';
import { issuingOf } from './issuing.ts';
import { planGeneration } from './plan.ts';
import { importForRoot } from './next.ts';
import { newestUpstreamRoot } from './renew.ts';
import { reverifyImport } from './reverify.ts';
import { canSignRoot, draftFor, makeOnlineRoot } from './root.ts';
import { requireOwnKeys } from './own-keys.ts';
import { checkAsClients } from './self-check.ts';
import { standingDecisions } from './standing-decisions.ts';

export interface DraftOptions {
  readonly repository: RepositoryId;
  /** Holders of the next root; those of the current root when left out. */
  readonly rootKeys?: readonly RootPublic[];
  readonly threshold?: number;
  /** List new online keys in the next root. */
  readonly rotateOnline?: boolean;
  /** The import that the root is to come with, where it is not the one that waits for it. */
  readonly import?: number;
}

/** @throws STATE_NOTHING_PUBLISHED before the first import, STATE_ROOT_DRAFT when a first root has no holders named */
export async function draftNextRoot(
  composer: Composer & { readonly database: Database },
  { repository, rootKeys, threshold, rotateOnline = false, import: wanted }: DraftOptions,
): Promise<RootDraft> {
  const { reader, clock, log, database } = composer;
  // No writer was opened: what waits, and what is public, is asked of the ledger as it is now.
  log.catchUp(database);
  const enrolment = reader.enrolment(repository);
  const number = importForRoot(composer, repository, wanted);
  const { candidate } = await reverifyImport(composer, enrolment, number);
  const before = publishedBefore(reader, repository);
  const role = before && dialectOf(enrolment.collection).own(before.root).rootRole;
  const holders =
    rootKeys ??
    role?.keys.map((key, index) => ({
      holder: `holder-${String(index + 1)}`,
      repository,
      keyId: key.id,
      keyObject: key.object,
    }));
  if (!holders)
    throw new Refusal('STATE_ROOT_DRAFT', `${repository} has no root yet, so its holders must be named.`, {
      next: 'Name each holder’s public file: --root-key FILE.',
    });
  requireDialect(holders, enrolment);
  const plan = planGeneration(candidate, before, enrolment, clock.now());
  const onlineEpoch = rotateOnline ? (before?.current.onlineEpoch ?? 0) + 1 : plan.onlineEpoch;
  const request = {
    repository,
    upstreamRoot: newestUpstreamRoot(composer, number),
    previous: before?.root,
    onlineEpoch,
    now: clock.now(),
  };
  return draftFor(
    composer,
    enrolment,
    request,
    holders,
    threshold ?? (rootKeys ? rootKeys.length : (role?.threshold ?? 1)),
  );
}

/** @throws STATE_ROOT_DRAFT for the public file of a key that clients of the other dialect would not take */
function requireDialect(holders: readonly RootPublic[], { collection }: Enrolment): void {
  const other = holders.find((holder) => isForCollection(holder) !== (collection !== undefined));
  if (!other) return;
  const option = collection ? ` --served-as ${collection.servedAs}` : '';
  throw new Refusal(
    'STATE_ROOT_DRAFT',
    `The public file of ${other.holder} is for a ${collection ? 'TUF repository' : 'Notary collection'}, and ${other.repository} is none.`,
    { next: `Ask for another: countersign keys public ${other.holder} ${other.repository}${option}.` },
  );
}

/** Publishes the root that the drafts agree on, with the generation that waits for it if there is one. */
export async function acceptRoot(
  composer: Composer,
  writer: LedgerWriter,
  repository: RepositoryId,
  drafts: readonly RootDraft[],
  wanted?: number,
): Promise<Current> {
  const { reader, clock } = composer;
  const enrolment = reader.enrolment(repository);
  const number = importForRoot(composer, repository, wanted);
  const { candidate, memory } = await reverifyImport(composer, enrolment, number);
  const before = publishedBefore(reader, repository);
  const upstreamRoot = newestUpstreamRoot(composer, number);
  const bytes = acceptDraft(mergeDrafts(drafts, clock.now()), {
    collection: enrolment.collection,
    previous: before?.root,
    upstreamRoot,
    now: clock.now(),
  });
  const root = asSignedRoot(bytes, enrolment);
  const isWaiting = !before || reader.importOfGeneration(repository, before.current.generation) !== number;
  const onlineEpoch = epochOf(composer, enrolment, root, before?.current.onlineEpoch ?? 1);
  if (!isWaiting) return publishRoot(composer, writer, enrolment, root, onlineEpoch);
  const composed = await composeGeneration(composer, writer, {
    enrolment,
    candidate,
    import: number,
    memory,
    acceptedRoot: { file: root, onlineEpoch },
  });
  if (!composed.publication) throw new TypeError('a generation with an accepted root was not composed');
  await writer.commit({ publications: [composed.publication] });
  return composed.publication.next;
}

/** New online keys at once, where the root key is online; otherwise a ceremony must be held. @throws STATE_NEEDS_ROOT */
export async function rotateOnlineKeys(
  composer: Composer,
  writer: LedgerWriter,
  repository: RepositoryId,
): Promise<Current> {
  const enrolment = composer.reader.enrolment(repository);
  const before = publishedBefore(composer.reader, repository);
  if (!before) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published.`);
  if (!canSignRoot(composer, enrolment, before.root)) {
    throw new Refusal(
      'STATE_NEEDS_ROOT',
      `New online keys of ${repository} need a new root, and its key is not on this machine.`,
      {
        next: `Hold the ceremony: countersign root draft ${repository} --rotate-online, root sign, root accept ${repository}.`,
      },
    );
  }
  const onlineEpoch = before.current.onlineEpoch + 1;
  const upstreamRoot = newestUpstreamRoot(
    composer,
    composer.reader.importOfGeneration(repository, before.current.generation),
  );
  const made = makeOnlineRoot(composer, enrolment, {
    repository,
    upstreamRoot,
    previous: before.root,
    onlineEpoch,
    now: composer.clock.now(),
  });
  return publishRoot(
    composer,
    writer,
    enrolment,
    { role: 'root', version: before.current.rootVersion + 1, ...made },
    onlineEpoch,
  );
}

/** A new root over the generation that is published already, with snapshot and timestamp under its keys. */
async function publishRoot(
  composer: Composer,
  writer: LedgerWriter,
  enrolment: Enrolment,
  root: SignedFile,
  onlineEpoch: number,
): Promise<Current> {
  const { reader } = composer;
  const before = publishedBefore(reader, enrolment.id);
  const current = before?.current;
  if (!current) throw new Refusal('STATE_NOTHING_PUBLISHED', `${enrolment.id} has nothing published.`);
  const served = reader.current(enrolment.id);
  if (!served) throw new Refusal('STATE_NOTHING_PUBLISHED', `${enrolment.id} has nothing published.`);
  const { import: number, asOf, decisions } = requireAsPublished(composer, served, true);
  const roles = reader.generationRoles(enrolment.id, current.generation);
  const own = { repository: enrolment.id, import: number, asOf, decisions };
  const standing = standingDecisions(reader, { ...own, roles });
  const statement = { ...own, generation: current.generation, decisions: standing };
  const { snapshot, timestamp } = await issueOnline(composer, writer, {
    roles,
    statement,
    enrolment,
    root: root.bytes,
    onlineEpoch,
    now: composer.clock.now(),
  });
  const next: Current = {
    ...current,
    rootVersion: root.version,
    snapshotVersion: snapshot.version,
    timestampVersion: timestamp.version,
    onlineEpoch,
  };
  await checkAsClients(
    {
      roots: [...issuedRoots(reader, enrolment.id), root.bytes],
      snapshot,
      timestamp,
      roles,
      excluded: excludedRoles(decisions),
      bytes: (digest) => reader.bytes(digest),
      before: {
        root: before.root,
        previous: onlineEpoch === current.onlineEpoch ? held(current, roles) : {},
      },
    },
    composer.clock.now(),
    enrolment,
    new VerificationMemory(),
  );
  await writer.commit({ publications: [{ expected: current, next, issued: [root, snapshot, timestamp] }] });
  return next;
}

/** Which epoch’s online keys a signed root lists: the current ones or the next. */
function epochOf({ keyring }: Composer, enrolment: Enrolment, root: SignedFile, currentEpoch: number): number {
  for (const epoch of [currentEpoch, currentEpoch + 1]) {
    try {
      requireOwnKeys(root.bytes, enrolment, issuingOf(keyring, enrolment, epoch).keys);
      return epoch;
    } catch (error) {
      if (epoch > currentEpoch) throw error;
    }
  }
  return currentEpoch;
}
