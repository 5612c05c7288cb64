/**
 * Publications on another ground than approvals of the import: emergencies, and going back to what was public before.
 * Both rest on people's signatures under a change, name exactly one import, and stay marked for ever.
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { LeafRef, Publication } from '../ledger/events/statements.ts';
import type { About } from './agreement.ts';
import { type Imports, isSame } from './imports.ts';
import type { Policies } from './policies.ts';
import type { Agreed, Emergency, Mark, Withdrawal } from './records.ts';
import { DAY_MS, timeOf } from './times.ts';

export type ExceptionEvent = Extract<
  AnyEvent,
  { type: 'withdraw.generation' | 'breakglass.open' | 'breakglass.review' }
>;

export class Exceptions {
  readonly #imports: Imports;
  readonly #policies: Policies;
  readonly #emergencies: Emergency[] = [];
  readonly #withdrawals: Withdrawal[] = [];

  constructor(imports: Imports, policies: Policies) {
    this.#imports = imports;
    this.#policies = policies;
  }

  emergencies(): readonly Emergency[] {
    return this.#emergencies;
  }

  withdrawals(): readonly Withdrawal[] {
    return this.#withdrawals;
  }

  /** The emergency for exactly this import, reviewed or not; the latest, if there were several. */
  emergencyFor(repository: string, number: number): Emergency | undefined {
    return this.#emergencies.findLast((one) => one.repository === repository && one.import === number);
  }

  /** The decision to go back to this import, while nothing was published since. */
  withdrawalTo(repository: string, number: number): Withdrawal | undefined {
    const last = this.#withdrawals.findLast((one) => one.repository === repository);
    if (last?.toImport !== number) return undefined;
    return (this.#imports.current(repository)?.index ?? -1) < last.index ? last : undefined;
  }

  /** Why this cannot be what an honest program appended, whoever agreed; undefined when it can. */
  problemOf({ type, body, at }: ExceptionEvent): string | undefined {
    switch (type) {
      case 'withdraw.generation':
        if (!this.#isVerified(body.repository, body.to_import)) return 'goes back to what was never verified';
        // Else it would be a way in: neither is the importer asked to stay out of it, nor the team, nor the wait.
        return this.#imports.get(body.to_import)?.published.length === 0
          ? 'goes back to what was never public'
          : undefined;
      case 'breakglass.open': {
        if (!this.#isVerified(body.repository, body.import)) return 'opens an emergency for what was never verified';
        const days = this.#policies.inForce(body.repository).policy.break_glass?.review_within_days ?? 0;
        // Written so that a date that is none is refused, too.
        if (timeOf(body.review_by) <= at.getTime() + days * DAY_MS) return undefined;
        return 'leaves more time for the review than the policy does';
      }
      case 'breakglass.review': {
        const opened = this.#emergencies.find((one) => isSame(one, body.opened));
        if (!opened) return 'reviews an emergency that does not exist';
        return opened.reviewed && 'reviews an emergency that was reviewed';
      }
    }
  }

  /** Why a publication cannot rest on what it names; undefined when it can. */
  problemOfGround({ break_glass, withdrawal, repo_id, import_id }: Publication): string | undefined {
    const emergency = break_glass && this.#emergencies.find((one) => isSame(one, break_glass));
    if (break_glass && (emergency?.repository !== repo_id || emergency.import !== import_id)) {
      return 'names an emergency of something else';
    }
    const back = withdrawal && this.#withdrawals.find((one) => isSame(one, withdrawal));
    if (withdrawal && (back?.repository !== repo_id || back.toImport !== import_id)) {
      return 'names a withdrawal of something else';
    }
    return undefined;
  }

  /** The import that it is about, and the leaf that people sign with it; undefined when there is none. */
  aboutOf({ type, body }: ExceptionEvent): About | undefined {
    if (type === 'breakglass.review') return this.#aboutEmergency(body.opened);
    const number = type === 'withdraw.generation' ? body.to_import : body.import;
    const record = this.#imports.get(number);
    return record && { repository: body.repository, import: number, leaf: record.observed.hash };
  }

  apply({ type, body }: ExceptionEvent, agreed: Agreed, mark: Mark): void {
    if (type === 'breakglass.open') {
      const { repository, import: number, review_by } = body;
      const reviewBy = new Date(timeOf(review_by));
      this.#emergencies.push({ ...mark, repository, import: number, reviewBy, agreed, reviewed: undefined });
    } else if (type === 'breakglass.review') {
      const opened = this.#emergencies.find((one) => isSame(one, body.opened));
      if (opened) opened.reviewed = mark;
    } else {
      const { repository, generation, to_import: toImport } = body;
      this.#withdrawals.push({ ...mark, repository, generation, toImport, agreed });
      this.#imports.takeBack(repository, generation, mark);
    }
  }

  #aboutEmergency(ref: LeafRef): About | undefined {
    const opened = this.#emergencies.find((one) => isSame(one, ref));
    return opened && { repository: opened.repository, import: opened.import, leaf: opened.hash };
  }

  #isVerified(repository: string, number: number): boolean {
    const record = this.#imports.get(number);
    return record?.repository === repository && record.observation.result === 'verified';
  }
}
