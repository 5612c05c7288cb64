/**
 * Which policy is in force for a repository, now and at any point before. The repository’s own wins over `*`; where
 * neither was ever set it is SOLO. A policy is replaced and never removed, so its history is a list of beginnings.
 */
import { type Policy, SOLO } from '../ledger/events/policy.ts';
import { statementDigest } from '../ledger/events/leaf.ts';
import { NOW } from './people.ts';
import { isBy, type Mark, type Moment, type PolicyInForce } from './records.ts';

export const EVERYWHERE = '*';
const NOBODY_SET: PolicyInForce = {
  scope: EVERYWHERE,
  sha256: statementDigest(SOLO),
  policy: SOLO,
  set: undefined,
};

export class Policies {
  readonly #byScope = new Map<string, PolicyInForce[]>();

  inForce(repository: string, moment: Moment = NOW): PolicyInForce {
    return this.#of(repository, moment) ?? this.#of(EVERYWHERE, moment) ?? NOBODY_SET;
  }

  /** Of exactly this scope, if one was ever set there. */
  ofScope(scope: string): PolicyInForce | undefined {
    return this.#of(scope, NOW);
  }

  /** Every policy that governs something now. */
  governing(): PolicyInForce[] {
    const set = [...this.#byScope.values()].map((history) => history.at(-1)).filter((entry) => entry !== undefined);
    return this.#byScope.has(EVERYWHERE) ? set : [NOBODY_SET, ...set];
  }

  /** What was in force for a repository before its nth leaf, under this digest; undefined when it never was. */
  everInForce(repository: string, sha256: string, before: number): Policy | undefined {
    const own = this.#byScope.get(repository)?.filter(({ set }) => set && isBy(set, before)) ?? [];
    const common = this.#byScope.get(EVERYWHERE)?.filter(({ set }) => set && isBy(set, before)) ?? [];
    const firstOwn = own[0]?.set?.index ?? NOW;
    // What was set everywhere governs a repository only until it gets its own.
    const governed = common.filter(({ set }) => set && set.index < firstOwn);
    return [NOBODY_SET, ...governed, ...own].find((entry) => entry.sha256 === sha256)?.policy;
  }

  history(): PolicyInForce[] {
    return [...this.#byScope.values()].flat();
  }

  apply(scope: string, policy: Policy, sha256: string, set: Mark): void {
    const history = this.#byScope.get(scope);
    const entry = { scope, sha256, policy, set };
    if (history) history.push(entry);
    else this.#byScope.set(scope, [entry]);
  }

  #of(scope: string, moment: Moment): PolicyInForce | undefined {
    return this.#byScope.get(scope)?.findLast(({ set }) => set && isBy(set, moment));
  }
}
