/**
 * What came in and what became of it: claims, observations, approvals in their order, publications. Each statement that a
 * person signed is taken once: a copy of it, appended again later, would revive what the person has taken back (replay).
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { ImportObservation, LeafRef } from '../ledger/events/statements.ts';
import type { ClaimRecord, ImportRecord, Mark, PublicationRecord } from './records.ts';
import { timeOf } from './times.ts';

export type ImportEvent = Extract<
  AnyEvent,
  { type: 'import.claimed' | 'import.verified' | 'import.rejected' | 'approval' | 'publish' }
>;

const TYPES: ReadonlySet<string> = new Set([
  ...['import.claimed', 'import.verified', 'import.rejected', 'approval', 'publish'],
]);

export function isImportEvent(event: AnyEvent): event is ImportEvent {
  return TYPES.has(event.type);
}

export class Imports {
  readonly #claims = new Map<number, ClaimRecord>();
  /** Claims that nothing was observed for yet, or never: by the leaf. */
  readonly #open = new Map<number, ClaimRecord>();
  readonly #imports = new Map<number, ImportRecord>();
  readonly #ids = new Set<string>();
  /** Imports that somebody rejected, by repository and authored files. */
  readonly #rejected = new Map<string, Set<ImportRecord>>();
  readonly #publications = new Map<string, Map<number, PublicationRecord>>();
  readonly #current = new Map<string, PublicationRecord>();

  get(number: number): ImportRecord | undefined {
    return this.#imports.get(number);
  }

  all(): IterableIterator<ImportRecord> {
    return this.#imports.values();
  }

  /** Claims without an observation: the import is under way, or was interrupted. */
  openClaims(): IterableIterator<ClaimRecord> {
    return this.#open.values();
  }

  /** Generations of a repository by number. */
  publications(repository: string): ReadonlyMap<number, PublicationRecord> {
    return this.#publications.get(repository) ?? new Map<number, PublicationRecord>();
  }

  /** The generation that is public now. */
  current(repository: string): PublicationRecord | undefined {
    return this.#current.get(repository);
  }

  /** Imports of this repository with these authored files that somebody has rejected, perhaps not any more. */
  rejectedWith({ repository, observation }: ImportRecord): Iterable<ImportRecord> {
    return this.#rejected.get(contentOf(repository, observation)) ?? [];
  }

  /** Why this cannot be what an honest program appended; undefined when it can. */
  problemOf(event: ImportEvent, mirrorId: string): string | undefined {
    switch (event.type) {
      case 'import.claimed': {
        const { claim_id, mirror_id } = event.body.statement;
        if (mirror_id !== mirrorId) return 'is a claim for another mirror';
        return this.#ids.has(claim_id) ? 'repeats a claim' : undefined;
      }
      case 'import.verified':
      case 'import.rejected':
        return this.#problemOfObservation(event);
      case 'approval': {
        const { approval_id, import_id, observation, repo_id, mirror_id } = event.body.statement;
        if (mirror_id !== mirrorId) return 'is an approval for another mirror';
        if (this.#ids.has(approval_id)) return 'repeats an approval';
        const record = this.#imports.get(import_id);
        if (record?.observation.result !== 'verified') return 'approves an import that was never verified';
        if (record.repository !== repo_id) return 'approves an import of another repository';
        return isSame(record.observed, observation) ? undefined : 'approves what was not observed';
      }
      case 'publish':
        return this.#problemOfPublication(event.body.statement);
    }
  }

  apply(event: ImportEvent, mark: Mark): void {
    switch (event.type) {
      case 'import.claimed': {
        const record = { ...mark, ...event.body, by: event.actor };
        this.#ids.add(event.body.statement.claim_id);
        this.#claims.set(mark.index, record);
        this.#open.set(mark.index, record);
        return;
      }
      case 'import.verified':
      case 'import.rejected':
        this.#observe(event, mark);
        return;
      case 'approval':
        this.#decide(event, mark);
        return;
      case 'publish':
        this.#publish(event, mark);
    }
  }

  /** A generation was taken back: what was agreed to before does not bring its import out again. */
  takeBack(repository: string, generation: number, mark: Mark): void {
    const taken = this.publications(repository).get(generation);
    const record = taken && this.#imports.get(taken.statement.import_id);
    if (record) record.withdrawn = mark;
  }

  #problemOfObservation({
    type,
    body: { statement },
  }: EventOf<'import.verified' | 'import.rejected'>): string | undefined {
    const { import_id, claim: ref, repo_id, result, candidate, targets_root } = statement;
    if (result !== (type === 'import.verified' ? 'verified' : 'rejected')) return 'contradicts its own type';
    if (result === 'verified' && (candidate === null || targets_root === null))
      return 'verified nothing that can be named';
    if (Number.isNaN(timeOf(statement.verified_at))) return 'was verified at no time';
    if (this.#imports.has(import_id)) return 'uses the number of another import';
    const claim = this.#claims.get(ref.index);
    if (!claim || !isSame(claim, ref)) return 'observes what nobody claimed';
    // Else one person’s claim would cover what somebody else brought in, and exclude the wrong one from approving it.
    if (!this.#open.has(ref.index)) return 'uses a claim that another import rests on';
    return claim.statement.repo_id === repo_id ? undefined : 'observes another repository than was claimed';
  }

  #problemOfPublication(statement: EventOf<'publish'>['body']['statement']): string | undefined {
    const { import_id, repo_id, observation, approvals, generation } = statement;
    const record = this.#imports.get(import_id);
    if (record?.repository !== repo_id) return 'publishes an import that does not exist';
    if (!isSame(record.observed, observation)) return 'publishes what was not observed';
    if (record.observation.result !== 'verified') return 'publishes what was refused';
    if (this.publications(repo_id).has(generation)) return 'uses the number of another generation';
    const isTheirs = (ref: LeafRef): boolean => record.approvals.some((approval) => isSame(approval, ref));
    return approvals.every(isTheirs) ? undefined : 'names approvals of something else';
  }

  #observe({ body: { statement } }: EventOf<'import.verified' | 'import.rejected'>, mark: Mark): void {
    const { import_id: number, repo_id: repository, claim: ref } = statement;
    const claim = this.#claims.get(ref.index);
    if (!claim) return;
    this.#open.delete(ref.index);
    this.#imports.set(number, {
      ...{ number, repository, observed: mark, observation: statement, claim },
      ...{ approvals: [], published: [], withdrawn: undefined },
    });
  }

  #decide({ body }: EventOf<'approval'>, mark: Mark): void {
    const record = this.#imports.get(body.statement.import_id);
    if (!record) return;
    const approval = { ...mark, ...body };
    this.#ids.add(body.statement.approval_id);
    record.approvals.push(approval);
    if (body.statement.decision !== 'reject') return;
    const content = contentOf(record.repository, record.observation);
    const rejected = this.#rejected.get(content) ?? new Set();
    this.#rejected.set(content, rejected.add(record));
  }

  #publish({ body: { statement } }: EventOf<'publish'>, mark: Mark): void {
    const publication = { ...mark, statement };
    const ofRepository = this.#publications.get(statement.repo_id) ?? new Map<number, PublicationRecord>();
    this.#publications.set(statement.repo_id, ofRepository.set(statement.generation, publication));
    this.#current.set(statement.repo_id, publication);
    this.#imports.get(statement.import_id)?.published.push(publication);
  }
}

/** Targets and delegated roles alone: upstream’s timestamp and snapshot are new every day, and what was rejected is not. */
function contentOf(repository: string, { authored_sha256 }: ImportObservation): string {
  return `${repository} ${authored_sha256}`;
}

type EventOf<Type extends AnyEvent['type']> = Extract<AnyEvent, { type: Type }>;

export function isSame(one: LeafRef, other: LeafRef): boolean {
  return one.index === other.index && one.hash === other.hash;
}
