/**
 * Records that the last version without a ledger wrote (test/vectors/plain-record), laid out as data directories, and what
 * that version said of them.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mirror } from '../../src/mirror.ts';
import { type DataPaths, openMirror } from '../../src/open.ts';
import { Database } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { jsonObject, parseJson } from '../../src/tuf/json.ts';
import { FakeClock } from '../simulator/clock.ts';
import { editBehindTriggers } from '../simulator/edited.ts';
import { drawFrom } from '../simulator/keys.ts';

const VECTORS = new URL('../vectors/plain-record/', import.meta.url);

export type PlainName = 'trial' | 'offline';

/** JSON as it was written: dates are text, and members without a value are not there. */
export interface Expected {
  readonly now: string;
  readonly rootKeys: 'online' | 'offline';
  readonly events: readonly {
    readonly idx: number;
    readonly at: string;
    readonly kind: string;
    readonly repository: string | null;
  }[];
  readonly imports: readonly (Readonly<Record<string, unknown>> & {
    readonly number: number;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly source: string;
    readonly claim: Readonly<Record<string, string>>;
    readonly files: readonly object[];
    readonly targets: readonly unknown[];
  })[];
  readonly repositories: readonly {
    readonly id: string;
    readonly enrolment: unknown;
    readonly published: Readonly<Record<string, string>>;
    readonly current: object | null;
    readonly generations: readonly { readonly number: number }[];
    readonly issued: unknown;
    readonly roles: unknown;
    readonly everImported: readonly object[];
    readonly everCarried: unknown;
    readonly reserved: unknown;
  }[];
  readonly status: unknown;
  readonly blobs: Readonly<Record<string, string>>;
}

export class PlainRecord {
  readonly paths: DataPaths;
  readonly expected: Expected;
  readonly clock: FakeClock;
  readonly #room: string;

  private constructor(room: string, expected: Expected) {
    this.#room = room;
    this.paths = { data: join(room, 'mirror'), keys: join(room, 'keys') };
    this.expected = expected;
    this.clock = new FakeClock(new Date(expected.now));
  }

  static async lay(name: PlainName): Promise<PlainRecord> {
    const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, VECTORS), 'utf8');
    const plain = new PlainRecord(
      mkdtempSync(join(tmpdir(), 'countersign-plain-')),
      JSON.parse(read('expected.json')) as Expected,
    );
    const { data } = plain.paths;
    for (const directory of [data, join(data, 'locks'), join(data, 'blobs')]) mkdirSync(directory, { mode: 0o700 });
    await createKeyring(new Disk(), plain.paths.keys ?? '', drawFrom(`plain ${name}`), {
      withRootOnline: plain.expected.rootKeys === 'online',
    });
    writeFileSync(plain.record, '', { mode: 0o600 });
    plain.withRecord((database) => {
      database.script(read('record.sql'));
    });
    plain.writeHead(read('head.json'));
    for (const [file, text] of Object.entries(plain.expected.blobs)) {
      mkdirSync(dirname(join(data, 'blobs', file)), { recursive: true, mode: 0o700 });
      writeFileSync(join(data, 'blobs', file), text, { mode: 0o600 });
    }
    return plain;
  }

  get record(): string {
    return join(this.paths.data, 'record.sqlite');
  }

  get head(): string {
    return join(this.paths.data, 'head.json');
  }

  writeHead(text: string): void {
    writeFileSync(this.head, text, { mode: 0o600 });
  }

  removeHead(): void {
    rmSync(this.head);
  }

  withRecord<Result>(work: (database: Database) => Result): Result {
    const database = new Database(this.record);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  edit(sql: string): void {
    const changed = editBehindTriggers(this.record, (database) => database.run(sql));
    if (changed === 0) throw new Error(`changes nothing: ${sql}`);
  }

  open(before?: (operation: string) => void): Promise<Mirror> {
    return openMirror(this.paths, { clock: this.clock, holder: 'test', waitMs: 0, before });
  }

  /** One more event, chained as that version did it, and the head file with it. */
  append(kind: string, repository: string, body: object): void {
    this.withRecord((database) => {
      const last = database.one('SELECT idx, at, sha256 FROM event ORDER BY idx DESC LIMIT 1') ?? {};
      const [idx, at, text] = [Number(last['idx']) + 1, String(last['at']), JSON.stringify(body)];
      const previous = String(last['sha256']);
      const parsed = parseJson(Buffer.from(text), 'an event');
      const digest = sha256(canonicalize(jsonObject({ idx, at, kind, repository, body: parsed, previous })));
      const insert = 'INSERT INTO event (idx, at, kind, repository, body, sha256) VALUES (?, ?, ?, ?, ?, ?)';
      database.run(insert, idx, at, kind, repository, text, digest);
      const head = JSON.parse(readFileSync(this.head, 'utf8')) as object;
      this.writeHead(JSON.stringify({ ...head, events: idx + 1, sha256: digest }));
    });
  }

  remove(): void {
    rmSync(this.#room, { recursive: true });
  }
}
