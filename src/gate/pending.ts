/**
 * Signatures under changes that have not taken effect, by what they are under. With its effect a change spends every
 * signature under it, named or not: what somebody agreed to once cannot be done again later (replay).
 */
import type { ChangeStatement, ChangeSubject, LeafRef } from '../ledger/events/statements.ts';
import type { Mark, Signed, SignedChange } from './records.ts';

export interface PendingChange {
  readonly subject: ChangeSubject;
  readonly sha256: string;
  /** In the order of the ledger. */
  readonly signatures: SignedChange[];
}

/** A person’s first key, agreed to together with the person. */
interface FirstKey {
  readonly actor: string;
  readonly key: string;
}

export class PendingChanges {
  readonly #pending = new Map<string, PendingChange>();
  readonly #ids = new Set<string>();
  /** Changes that took effect, and cannot a second time: a signature that arrives late is none. */
  readonly #done = new Set<string>();
  readonly #firstKeys = new Map<string, FirstKey>();

  all(): IterableIterator<PendingChange> {
    return this.#pending.values();
  }

  get(subjectSha256: string): PendingChange | undefined {
    return this.#pending.get(subjectSha256);
  }

  /** Whether a statement with this id was recorded: a copy of it would count again. */
  hasId(changeId: string): boolean {
    return this.#ids.has(changeId);
  }

  add(statement: ChangeStatement, subjectSha256: string, signature: Signed | null, mark: Mark): void {
    this.#ids.add(statement.change_id);
    if (this.#done.has(subjectSha256)) return;
    const pending = this.#pending.get(subjectSha256) ?? {
      subject: statement.subject,
      sha256: subjectSha256,
      signatures: [],
    };
    pending.signatures.push({ ...mark, statement, signature });
    this.#pending.set(subjectSha256, pending);
  }

  /** Remembers the id of a signature that can never be used. */
  addSpent({ change_id }: ChangeStatement): void {
    this.#ids.add(change_id);
  }

  /** The signatures that an event names; undefined when one is not there, is spent, or is under something else. */
  named(subjectSha256: string, refs: readonly LeafRef[]): SignedChange[] | undefined {
    const there = this.#pending.get(subjectSha256)?.signatures ?? [];
    const found = refs.map((ref) => there.find(({ index, hash }) => index === ref.index && hash === ref.hash));
    return found.every((one) => one !== undefined) ? found : undefined;
  }

  /** @param isFinal whether the same change can never be made again; a policy can */
  spend(subjectSha256: string, isFinal: boolean): void {
    this.#pending.delete(subjectSha256);
    if (isFinal) this.#done.add(subjectSha256);
  }

  /** Whether this key was agreed to when its person was. */
  isFirstKey(subjectSha256: string, actor: string, key: string): boolean {
    const agreed = this.#firstKeys.get(subjectSha256);
    return agreed?.actor === actor && agreed.key === key;
  }

  /** Needs no spending: a key is added once, whoever agreed to it. */
  expectFirstKey(subjectSha256: string, first: FirstKey): void {
    this.#firstKeys.set(subjectSha256, first);
  }
}
