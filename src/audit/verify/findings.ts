/** What is wrong, each named by entry or row: collected, so that one verification names everything. */
import { type Code, isRefusal } from '../../errors.ts';

export interface Finding {
  readonly code: Code;
  readonly what: string;
  /** Of the ledger. */
  readonly entry: number | undefined;
  /** `import 3`, `log_node 1/4`, `head.json`. */
  readonly row: string | undefined;
}

/** A ledger that is wrong everywhere is described by its first findings as well as by a million. */
const MOST = 200;

export class Findings {
  readonly #found: Finding[] = [];
  #leftOut = 0;

  get list(): readonly Finding[] {
    return this.#found;
  }

  /** Findings beyond those that are listed. */
  get leftOut(): number {
    return this.#leftOut;
  }

  get count(): number {
    return this.#found.length + this.#leftOut;
  }

  add(code: Code, what: string, place: { readonly entry?: number; readonly row?: string } = {}): void {
    if (this.#found.length < MOST) this.#found.push({ code, what, entry: place.entry, row: place.row });
    else this.#leftOut++;
  }

  /** Runs a check; what it refuses is a finding. @returns undefined when it was refused */
  look<Result>(
    check: () => Result,
    place: { readonly entry?: number; readonly row?: string } = {},
  ): Result | undefined {
    try {
      return check();
    } catch (error) {
      this.#refused(error, place);
      return undefined;
    }
  }

  async lookAt(check: () => Promise<unknown>, row: string): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.#refused(error, { row });
    }
  }

  #refused(error: unknown, place: { readonly entry?: number; readonly row?: string }): void {
    if (!isRefusal(error)) throw error;
    this.add(error.code, error.what, place);
  }
}
