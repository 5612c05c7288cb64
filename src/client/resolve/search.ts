/**
 * Who answers for a target: a pre-order walk over delegations in their delegators’ order (TUF 1.0.34, “Update the targets
 * role”). A terminating delegation ends the whole search, whatever else is pending; a role that cannot be had or
 * verified ends it with an error, and is never passed over (D-02, D-03, M-05); a role is visited once, so cycles end
 * (D-05). Every step is kept, so that an answer can be explained.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { type Examined, examineDelegations } from '../../tuf/delegations.ts';
import type { Limits } from '../../tuf/limits.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type RoleName, type TargetPath, printable } from '../../tuf/names.ts';
import type { RoleReader, Edge } from '../trust/role-reader.ts';

/** One role as the search saw it. */
export interface Visit {
  readonly role: RoleName;
  readonly delegator: RoleName | undefined;
  /** Absent when the role could not be used: then `refusal` says why. */
  readonly version: number | undefined;
  readonly expires: Date | undefined;
  /** Whether it lists the target. */
  readonly lists: boolean;
  readonly refusal: Refusal | undefined;
  /** Its delegations in order; empty when it lists the target itself, or could not be used. */
  readonly looks: readonly Look[];
}

/** One delegation as the search saw it. */
export interface Look extends Pick<Examined, 'name' | 'by' | 'match' | 'terminating' | 'byBacktrack'> {
  /** What came of following it; absent when it was not followed. */
  readonly visit: Visit | undefined;
  /** Why it was not followed. */
  readonly skipped: 'no match' | 'visited before' | 'the search had ended' | undefined;
}

/** How a search ended. */
export type Outcome =
  | { readonly kind: 'found'; readonly role: RoleName; readonly target: TargetEntry }
  /** `endedBy`: the role behind a terminating delegation, where that is what ended it. */
  | { readonly kind: 'not-found'; readonly endedBy: RoleName | undefined }
  | { readonly kind: 'refused' | 'withheld' | 'excluded'; readonly role: RoleName; readonly refusal: Refusal };

export interface Search {
  readonly name: TargetPath;
  readonly outcome: Outcome;
  /** The walk as a tree, from the role where every search starts. */
  readonly visit: Visit;
}

export async function search(reader: RoleReader, start: Edge, name: TargetPath, limits: Limits): Promise<Search> {
  const walk = new Walk(reader, name, limits);
  const visit = await walk.visit(start);
  return { name, outcome: walk.outcome ?? { kind: 'not-found', endedBy: undefined }, visit };
}

class Walk {
  /** Set once: from then on nothing is followed any more. */
  outcome: Outcome | undefined;
  readonly #reader: RoleReader;
  readonly #name: TargetPath;
  readonly #limits: Limits;
  readonly #visited = new Set<RoleName>();

  constructor(reader: RoleReader, name: TargetPath, limits: Limits) {
    this.#reader = reader;
    this.#name = name;
    this.#limits = limits;
  }

  async visit(edge: Edge): Promise<Visit> {
    this.#visited.add(edge.name);
    const { name: role, delegator } = edge;
    const nothing = { role, delegator, version: undefined, expires: undefined, lists: false, looks: [] };
    try {
      this.#refuseEndless(role);
      const { version, expires, payload } = await this.#reader.read(edge);
      const target = payload.targets.get(this.#name);
      if (target) this.outcome = { kind: 'found', role, target };
      const looks = target ? [] : await this.#follow(role, examineDelegations(payload.delegations, this.#name));
      return { role, delegator, version, expires, lists: target !== undefined, refusal: undefined, looks };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.outcome = { kind: kindOf(error), role, refusal: error };
      return { ...nothing, refusal: error };
    }
  }

  async #follow(delegator: RoleName, delegations: readonly Examined[]): Promise<Look[]> {
    const looks: Look[] = [];
    for (const { role: keys, ...seen } of delegations) {
      const skipped = this.#reasonToSkip(seen);
      const visit = skipped === undefined ? await this.visit({ delegator, name: seen.name, keys }) : undefined;
      looks.push({ ...seen, visit, skipped });
      if (seen.match !== undefined && seen.terminating) this.outcome ??= { kind: 'not-found', endedBy: seen.name };
    }
    return looks;
  }

  #reasonToSkip({ name, match }: Omit<Examined, 'role'>): Look['skipped'] {
    if (match === undefined) return 'no match';
    if (this.outcome) return 'the search had ended';
    return this.#visited.has(name) ? 'visited before' : undefined;
  }

  #refuseEndless(role: RoleName): void {
    if (this.#visited.size <= this.#limits.visitedRoles) return;
    const { visitedRoles } = this.#limits;
    throw new Refusal('TRUST_LIMIT', `The search came to ${printable(role)} after ${visitedRoles} other roles.`, {
      details: { role, limit: 'visitedRoles' },
      next: 'If upstream really delegates that deeply, raise the limit visitedRoles where the guard is made.',
    });
  }
}

function kindOf({ code }: Refusal): 'refused' | 'withheld' | 'excluded' {
  if (code === 'POLICY_ROLE_EXCLUDED') return 'excluded';
  return code === 'TRUST_ROLE_WITHHELD' ? 'withheld' : 'refused';
}
