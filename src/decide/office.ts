/**
 * Whom things wait for, as the ledger tells it now: imports for people, changes for further signatures, emergencies for
 * their review, leaves for witnesses. Nothing here decides anything.
 */
import { isRefusal, type Refusal } from '../errors.ts';
import { isActive } from '../gate/people.ts';
import type { PolicyInForce } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import { releasedSize } from '../ledger/checkpoints.ts';
import { logSize } from '../ledger/log-rows.ts';
import { type Mirror, rulesOf } from '../mirror.ts';
import { type Asking, authorise, requireAutomatic } from '../publish/authority.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { isSolo } from './people.ts';
import { pendingChanges, type Pending } from './pending-words.ts';

export interface Office {
  /** Until somebody is recorded, the account of this machine imports and publishes. */
  readonly mode: 'solo' | 'people';
  readonly people: { readonly operators: number; readonly approvers: number; readonly importers: number };
  readonly policyOf: (repository: RepositoryId) => PolicyInForce;
  /** The newest import of each repository that is verified and not public. */
  readonly waiting: ReadonlyMap<RepositoryId, Waiting>;
  readonly emergencies: readonly Unreviewed[];
  readonly changes: readonly Pending[];
  readonly ledger: { readonly size: number; readonly released: number };
}

export interface Waiting {
  readonly import: number;
  /** What it waits for; undefined when nothing keeps it but a root, or a command. */
  readonly refusal: Refusal | undefined;
  /** Whether people have agreed to it, and somebody must say when. */
  readonly needsCommand: boolean;
  /** Whether it is to bring back what was public before. */
  readonly isGoingBack: boolean;
}

export interface Unreviewed {
  readonly repository: string;
  readonly import: number;
  readonly openedAt: Date;
  readonly reviewBy: Date;
}

/** @param now as if it were this time. @throws STATE_LEDGER */
export function officeOf(mirror: Mirror, now: Date): Office {
  const rules = rulesOf(mirror);
  const asking = { ...mirror, clock: { now: () => now } };
  const people = [...rules.people.all()].filter((person) => isActive(person));
  const enrolled = mirror.reader.enrolments().map(({ id }) => id);
  return {
    mode: isSolo(rules) ? 'solo' : 'people',
    people: {
      operators: people.length,
      approvers: rules.people.approvers().length,
      importers: people.filter(({ roles }) => roles.includes('importer')).length,
    },
    policyOf: (repository) => rules.policies.inForce(repository),
    waiting: new Map(
      enrolled.flatMap((id): [RepositoryId, Waiting][] => {
        const waiting = waitingIn(asking, rules, id);
        return waiting ? [[id, waiting]] : [];
      }),
    ),
    emergencies: rules.exceptions
      .emergencies()
      .filter(({ reviewed }) => !reviewed)
      .map(({ repository, import: number, at, reviewBy }) => ({ repository, import: number, openedAt: at, reviewBy })),
    changes: pendingChanges(asking, rules),
    ledger: { size: logSize(mirror.database), released: releasedSize(mirror.database) },
  };
}

function waitingIn(asking: Asking, rules: Rules, repository: RepositoryId): Waiting | undefined {
  // What had not become public when its upstream was retired never will.
  if (rules.retirements.of(repository)) return undefined;
  const current = rules.imports.current(repository);
  const taken = rules.exceptions.withdrawals().findLast((one) => one.repository === repository);
  const isGoingBack = taken !== undefined && taken.index > (current?.index ?? -1);
  const newest = asking.reader.lastAccepted(repository)?.number;
  const number = isGoingBack ? taken.toImport : newest;
  if (number === undefined || (!isGoingBack && number <= (current?.statement.import_id ?? 0))) return undefined;
  const unapproved = refusalOf(() => authorise(asking, repository, number));
  const unasked = unapproved || isGoingBack ? undefined : refusalOf(() => requireAutomatic(asking, repository, number));
  return { import: number, refusal: unapproved ?? unasked, needsCommand: unasked !== undefined, isGoingBack };
}

function refusalOf(ask: () => unknown): Refusal | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}
