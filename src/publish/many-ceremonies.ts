/** Ceremonies for many repositories: one that cannot be held keeps none of the others from it, and is told with its reason. */
import { isRefusal, type Refusal } from '../errors.ts';
import type { Current } from '../ledger/records.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import type { Database } from '../platform/database.ts';
import type { RootDraft } from '../sign/draft-document.ts';
import { byRepository } from '../sign/many-drafts.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { acceptRoot, type DraftOptions, draftNextRoot } from './ceremony.ts';
import { type Composer, planNext } from './generation.ts';
import { importForRoot } from './next.ts';
import { reverifyImport } from './reverify.ts';

export interface NotHeld {
  readonly repository: RepositoryId;
  readonly refusal: Refusal;
}

export interface Drafted {
  readonly drafts: readonly RootDraft[];
  readonly refused: readonly NotHeld[];
}

export interface Accepted {
  readonly accepted: readonly Current[];
  readonly refused: readonly NotHeld[];
}

type Drafting = Composer & { readonly database: Database };

export async function draftEach(composer: Drafting, requests: readonly DraftOptions[]): Promise<Drafted> {
  const { done, refused } = await forEach(requests, (request) => draftNextRoot(composer, request));
  return { drafts: done, refused };
}

export interface Waiting {
  readonly waiting: readonly RepositoryId[];
  readonly refused: readonly NotHeld[];
}

/** Every repository whose newest import cannot be published without a new root of the mirror's. */
export async function waitingForRoot(composer: Drafting): Promise<Waiting> {
  const { reader, log, database } = composer;
  log.catchUp(database);
  const imported = reader.enrolments().filter(({ id }) => reader.lastAccepted(id) !== undefined);
  const asked = imported.map((enrolment) => ({ repository: enrolment.id, enrolment }));
  const { done, refused } = await forEach(asked, async ({ repository, enrolment }) => {
    const { candidate } = await reverifyImport(composer, enrolment, importForRoot(composer, repository));
    return planNext(composer, enrolment, candidate).plan.rootChange === undefined ? [] : [repository];
  });
  return { waiting: done.flat(), refused };
}

/** Publishes the root of each repository that is drafted, with whatever waits for it. */
export async function acceptEach(
  composer: Composer,
  writer: LedgerWriter,
  drafts: readonly RootDraft[],
): Promise<Accepted> {
  const copies = [...byRepository(drafts)].map(([repository, own]) => ({ repository, own }));
  const { done, refused } = await forEach(copies, ({ repository, own }) =>
    acceptRoot(composer, writer, repository, own),
  );
  return { accepted: done, refused };
}

async function forEach<Request extends { readonly repository: RepositoryId }, Result>(
  requests: readonly Request[],
  work: (request: Request) => Promise<Result>,
): Promise<{ readonly done: readonly Result[]; readonly refused: readonly NotHeld[] }> {
  const done: Result[] = [];
  const refused: NotHeld[] = [];
  for (const request of requests) {
    try {
      done.push(await work(request));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push({ repository: request.repository, refusal: error });
    }
  }
  return { done, refused };
}
