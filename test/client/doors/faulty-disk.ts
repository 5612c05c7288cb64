/**
 * The disk under a store, with a hand on it: what is done to it is written down, and one operation can fail, be the last
 * of its process, or have something happen just before it. Only what goes through `node:fs/promises` is seen.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import type { TestContext } from 'node:test';

type Operation = (...parameters: unknown[]) => Promise<unknown>;

/** Called before an operation, with its name and what it is done to; may throw in its place. */
export type Before = (operation: string, path: string) => unknown;

const OPERATIONS = ['link', 'lstat', 'mkdir', 'open', 'readdir', 'rename', 'unlink'] as const;
const OF_HANDLES = ['writeFile', 'sync', 'read', 'readFile'] as const;

/** What the process dies of in place of an operation; nothing it does after that reaches the disk. */
export class Killed extends Error {}

export class FaultyDisk {
  /** `operation name`, in order; temporary files are all called `tmp`. */
  readonly done: string[] = [];
  /** Not called for what it does itself. */
  before: Before = () => undefined;
  #isInside = false;

  constructor(t: TestContext) {
    const target = fs as unknown as Record<string, Operation>;
    for (const name of OPERATIONS) {
      const real = target[name] as Operation;
      target[name] = async (...parameters) => {
        await this.#passing(name, String(parameters[0]));
        const result = await real(...parameters);
        if (name === 'open') this.#watch(result as FileHandle, String(parameters[0]));
        return result;
      };
      t.after(() => {
        target[name] = real;
        syncBuiltinESMExports();
      });
    }
    syncBuiltinESMExports();
  }

  /** From the `at`-th of these operations on (counted from 0) nothing reaches the disk any more. */
  killAt(at: number): void {
    let count = 0;
    this.before = () => {
      if (count++ >= at) throw new Killed('killed');
    };
  }

  /** The `at`-th operation, and only that, fails with this error code. */
  failAt(at: number, code: string): void {
    let count = 0;
    this.before = () => {
      if (count++ === at) throw Object.assign(new Error(code), { code });
    };
  }

  /** Once, just before (or after looking, for `lstat` and `readdir`: before the next operation) `operation` on `path`. */
  once(operation: string, path: RegExp, act: () => Promise<unknown>): void {
    let isArmed = true;
    this.before = async (name, at) => {
      if (!isArmed || name !== operation || !path.test(at)) return;
      isArmed = false;
      await act();
    };
  }

  /** As it was. */
  heal(): void {
    this.before = () => undefined;
    this.done.length = 0;
  }

  #watch(handle: FileHandle, path: string): void {
    const target = handle as unknown as Record<string, Operation>;
    for (const name of OF_HANDLES) {
      const real = (target[name] as Operation).bind(handle);
      target[name] = async (...parameters) => {
        await this.#passing(name, path);
        return real(...parameters);
      };
    }
  }

  async #passing(operation: string, path: string): Promise<void> {
    if (this.#isInside) return;
    const name = basename(path);
    this.done.push(`${operation} ${name.endsWith('.tmp') ? 'tmp' : name}`);
    this.#isInside = true;
    try {
      await this.before(operation, path);
    } finally {
      this.#isInside = false;
    }
  }
}
