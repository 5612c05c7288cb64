/**
 * What is mirrored, by the trust that it began with: each repository is enrolled once, and a claim is about that
 * enrolment’s root and no other.
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { EventBody } from '../ledger/events/types.ts';
import type { Mark } from './records.ts';

export type EnrolmentEvent = Extract<AnyEvent, { type: 'upstream.enrol' | 'limits.set' }>;

export interface EnrolmentRecord {
  readonly leaf: Mark;
  readonly body: EventBody<'upstream.enrol'>;
  /** As they are now: what was set later stands over what it was enrolled with. */
  readonly limits: Readonly<Record<string, number>>;
}

export function isEnrolmentEvent(event: AnyEvent): event is EnrolmentEvent {
  return event.type === 'upstream.enrol' || event.type === 'limits.set';
}

export class Enrolments {
  readonly #byRepository = new Map<string, EnrolmentRecord>();
  /** Names under which clients ask for collections. */
  readonly #served = new Set<string>();

  get all(): ReadonlyMap<string, EnrolmentRecord> {
    return this.#byRepository;
  }

  /** Why this cannot be what an honest program appended; undefined when it can. */
  problemOf(event: EnrolmentEvent): string | undefined {
    const isEnrolled = this.#byRepository.has(event.body.repository);
    if (event.type === 'upstream.enrol')
      return isEnrolled ? 'enrols a repository that was enrolled before' : this.#problemOfCollection(event.body);
    return isEnrolled ? undefined : 'sets limits of a repository that was never enrolled';
  }

  /** A request names nothing but the collection: two under one name would answer for each other (N-04). */
  #problemOfCollection({ dialect, collection }: EventBody<'upstream.enrol'>): string | undefined {
    if ((collection !== null) !== (dialect === 'notary'))
      return 'enrols a collection in another dialect, or none in its own';
    return collection && this.#served.has(collection.served_as)
      ? 'enrols a second collection under a name that is served already'
      : undefined;
  }

  /** Why nobody can have claimed this; undefined when somebody can. */
  problemOfClaim({ body: { statement } }: Extract<AnyEvent, { type: 'import.claimed' }>): string | undefined {
    const enrolled = this.#byRepository.get(statement.repo_id);
    if (!enrolled) return 'claims an import of a repository that was never enrolled';
    return statement.upstream.enrolled_root_sha256 === enrolled.body.root_sha256
      ? undefined
      : 'claims an import under another root than was enrolled';
  }

  apply(event: EnrolmentEvent, leaf: Mark): void {
    const { repository } = event.body;
    if (event.type === 'upstream.enrol') {
      const { body } = event;
      if (body.collection) this.#served.add(body.collection.served_as);
      this.#byRepository.set(repository, { leaf, body, limits: body.limits });
      return;
    }
    const enrolled = this.#byRepository.get(repository);
    if (!enrolled) return;
    this.#byRepository.set(repository, { ...enrolled, limits: { ...enrolled.limits, ...event.body.limits } });
  }
}
