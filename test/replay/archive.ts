/**
 * Recorded states of a real repository, in the order in which they were published: `states.jsonl` with one state a line
 * (its date, and the digest of each of its files by path) and `blobs/<sha256>`, in one tar.gz. It lies beside the
 * project and never enters it; COUNTERSIGN_STATES names another archive of the same form.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BESIDE_THE_PROJECT = fileURLToPath(new URL('../../../shared/data/sigstore-states.tar.gz', import.meta.url));

/** Where the archive is; undefined when there is none. */
export function findArchive(): string | undefined {
  const path = process.env['COUNTERSIGN_STATES'] ?? BESIDE_THE_PROJECT;
  return existsSync(path) ? path : undefined;
}

export class RecordedState {
  readonly seq: number;
  /** When it was published: “now” for everything that is done with it. */
  readonly date: Date;
  readonly #files: ReadonlyMap<string, string>;
  readonly #directory: string;

  constructor(line: string, directory: string) {
    const { seq, date, files } = JSON.parse(line) as { seq: number; date: string; files: Record<string, string> };
    this.seq = seq;
    this.date = new Date(date);
    this.#files = new Map(Object.entries(files));
    this.#directory = directory;
  }

  get paths(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** The digest of `metadata/3.root.json`, …; undefined for what the state does not hold. */
  sha256(path: string): string | undefined {
    return this.#files.get(path);
  }

  bytes(path: string): Buffer {
    const digest = this.#files.get(path);
    if (digest === undefined) throw new TypeError(`state ${this.seq} has no ${path}`);
    const bytes = readFileSync(join(this.#directory, 'blobs', digest));
    if (sha256Of(bytes) !== digest) throw new TypeError(`the archive’s ${digest} is damaged`);
    return bytes;
  }

  /** The state as files, as a courier or a web server has them. */
  layOut(directory: string): void {
    for (const [path, digest] of this.#files) {
      const place = join(directory, path);
      mkdirSync(dirname(place), { recursive: true });
      linkSync(join(this.#directory, 'blobs', digest), place);
    }
  }
}

/** Unpacks the archive for the time of a test. */
export class Archive {
  readonly directory = mkdtempSync(join(tmpdir(), 'countersign-replay-'));
  readonly states: readonly RecordedState[];

  constructor(path: string) {
    execFileSync('tar', ['-xzf', path, '-C', this.directory]);
    const lines = readFileSync(join(this.directory, 'states.jsonl'), 'utf8').split('\n');
    this.states = lines
      .filter((line) => line !== '')
      .map((line) => new RecordedState(line, this.directory))
      .sort((a, b) => a.seq - b.seq);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
