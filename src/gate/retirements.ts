/**
 * Upstreams that will never answer again. People agree to it for exactly the import that is public then: its roles’ versions
 * and digests are final, renewal goes on without upstream’s word, and nothing else of this upstream is imported or published
 * any more: whatever answers under its address now is somebody else’s (N-05, N-08).
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { Publication } from '../ledger/events/statements.ts';
import type { About } from './agreement.ts';
import type { Imports } from './imports.ts';
import type { Agreed, Mark, Retirement } from './records.ts';

type EventOf<Type extends AnyEvent['type']> = Extract<AnyEvent, { type: Type }>;

export class Retirements {
  readonly #imports: Imports;
  readonly #byRepository = new Map<string, Retirement>();

  constructor(imports: Imports) {
    this.#imports = imports;
  }

  of(repository: string): Retirement | undefined {
    return this.#byRepository.get(repository);
  }

  /** Why this cannot be what an honest program appended, whoever agreed; undefined when it can. */
  problemOf({ body: { repository, import: number } }: EventOf<'upstream.retire'>): string | undefined {
    if (this.#byRepository.has(repository)) return 'retires an upstream that was retired before';
    const current = this.#imports.current(repository)?.statement.import_id;
    return current === number ? undefined : 'makes final what is not public';
  }

  /** Why nobody can have claimed this; undefined when somebody can. */
  problemOfClaim({ body: { statement } }: EventOf<'import.claimed'>): string | undefined {
    return this.#byRepository.has(statement.repo_id) ? 'claims an import from a retired upstream' : undefined;
  }

  problemOfPublication({ repo_id, import_id }: Publication): string | undefined {
    const final = this.#byRepository.get(repo_id)?.import;
    return final === undefined || final === import_id ? undefined : 'publishes something else than what is final';
  }

  /** The import that it is about, and the leaf that people sign with it; undefined when there is none. */
  aboutOf({ body: { repository, import: number } }: EventOf<'upstream.retire'>): About | undefined {
    const record = this.#imports.get(number);
    return record && { repository, import: number, leaf: record.observed.hash };
  }

  apply({ body: { repository, import: number } }: EventOf<'upstream.retire'>, agreed: Agreed, mark: Mark): void {
    this.#byRepository.set(repository, { ...mark, repository, import: number, agreed });
  }
}
