/**
 * A record filled by hand and a public listener in front of it. Nothing is signed: serving does not look into files.
 * `publish` makes a generation, as an import by another process would; `renew` a timestamp.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { migrate } from '../../src/ledger/migrate.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Database } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { listen, type Listener } from '../../src/platform/listen.ts';
import { type Log, openLog } from '../../src/platform/log.ts';
import { BlobStore } from '../../src/publish/blobs.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { PublicAnswers } from '../../src/serve/public.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { repositoryId, roleName, type Sha256, targetPath } from '../../src/tuf/names.ts';

export interface TestTarget {
  readonly path: string;
  readonly bytes: string;
  /** What upstream lists; default its SHA-256. */
  readonly hashes?: readonly (readonly [algorithm: string, digest: string])[];
}

export interface TestGeneration {
  readonly id?: string;
  /** Versions of authored roles; bytes follow from name and version unless given. */
  readonly roles?: Readonly<Record<string, number>>;
  readonly bytes?: Readonly<Record<string, string>>;
  readonly targets?: readonly TestTarget[];
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export const SNAPSHOT_EXPIRES = '2026-03-01T00:00:00Z';
export const TIMESTAMP_EXPIRES = '2026-02-01T00:00:00Z';

export class TestMirror {
  readonly directory: string;
  readonly database: Database;
  readonly reader: LedgerReader;
  readonly blobs: BlobStore;
  readonly trees: PublishedTrees;
  readonly answers: PublicAnswers;
  readonly counts = new RequestCounts();
  /** What was logged, one JSON line each. */
  readonly logged: string[] = [];
  listener!: Listener;

  private constructor(directory: string, database: Database) {
    this.directory = directory;
    this.database = database;
    this.reader = new LedgerReader(new Database(join(directory, 'record.sqlite')));
    this.blobs = new BlobStore(join(directory, 'blobs'), new Disk());
    const log: Log = openLog({ clock: systemClock, out: { write: (line: string) => this.logged.push(line) } });
    const bodies = new RecordBodies(this.reader);
    this.trees = new PublishedTrees({ reader: this.reader, bodies, clock: systemClock, log });
    const { trees, blobs, counts } = this;
    this.answers = new PublicAnswers({ trees, bodies, blobs, counts, log });
  }

  /** A mirror that is ready; `generations` are published before it looks for the first time. */
  static async open(t: TestContext, ...generations: TestGeneration[]): Promise<TestMirror> {
    const directory = mkdtempSync(join(tmpdir(), 'countersign-serve-'));
    const database = new Database(join(directory, 'record.sqlite'), { mustExist: false });
    await migrate(database, new Disk());
    const mirror = new TestMirror(directory, database);
    for (const generation of generations) await mirror.publish(generation);
    mirror.trees.refresh();
    mirror.answers.setReady();
    mirror.listener = await listen({ host: '127.0.0.1', port: 0 }, mirror.answers.answer, {
      clock: systemClock,
      setting: '--listen',
      graceMs: 0,
    });
    t.after(async () => {
      await mirror.listener.close();
      mirror.reader.close();
      database.close();
      rmSync(directory, { recursive: true });
    });
    return mirror;
  }

  /** Publishes one more generation of a repository, enrolling it first where needed. */
  async publish({ id = 'demo', roles = { targets: 1 }, bytes = {}, targets = [] }: TestGeneration): Promise<void> {
    const given = new Map(Object.entries(bytes));
    const digests = new Map<TestTarget, Sha256>();
    for (const target of targets) digests.set(target, await this.#storeBlob(target));
    this.database.transaction(() => {
      this.#enrol(id);
      const current = this.reader.current(repositoryId(id));
      const generation = (current?.generation ?? 0) + 1;
      const number = this.#count('import') + 1;
      this.#insert('import', {
        number,
        repository: id,
        source: 'test',
        started_at: '2026-01-01T00:00:00Z',
        finished_at: '2026-01-01T00:00:01Z',
        outcome: 'accepted',
        as_of: JSON.stringify({
          rootVersion: 2,
          timestampVersion: generation,
          snapshotVersion: generation,
          timestampExpires: '2026-02-02T00:00:00Z',
        }),
        decisions: '[]',
        notes: '[]',
        claim: '{}',
      });
      for (const version of [1, 2]) this.#importFile(number, id, 'root', 'root', version);
      this.#importFile(number, id, 'timestamp', 'timestamp', generation);
      this.#importFile(number, id, 'snapshot', 'snapshot', generation);
      for (const [role, version] of Object.entries(roles)) {
        this.#importFile(number, id, 'authored', role, version, given.get(role));
      }
      for (const [target, digest] of digests) {
        const { path, hashes = [['sha256', digest]] } = target;
        const length = Buffer.byteLength(target.bytes);
        this.#insert('import_target', {
          import: number,
          path,
          role: 'targets',
          length,
          sha256: digest,
          hashes: JSON.stringify(hashes),
        });
      }
      this.#insert('generation', {
        repository: id,
        number: generation,
        import: number,
        created_at: '2026-01-01T00:00:02Z',
      });
      for (const [role, version] of Object.entries(roles)) {
        const body = given.get(role) ?? upstreamBytes(role, version);
        this.#insert('generation_role', {
          repository: id,
          generation,
          role,
          version,
          length: Buffer.byteLength(body),
          file_sha256: sha256(Buffer.from(body)),
          expires: '2026-06-01T00:00:00.000Z',
          reachable: 1,
        });
      }
      if (!current) this.#issue(id, 'root', 1, generation);
      this.#issue(id, 'snapshot', (current?.snapshotVersion ?? 100) + 1, generation);
      this.#issue(id, 'timestamp', (current?.timestampVersion ?? 200) + 1, generation);
      this.#move(id, generation);
    });
  }

  /** One more timestamp over the same snapshot. */
  renew(id = 'demo'): void {
    this.database.transaction(() => {
      const current = this.reader.current(repositoryId(id));
      this.#issue(id, 'timestamp', (current?.timestampVersion ?? 200) + 1, current?.generation ?? 1);
      this.#move(id, current?.generation ?? 1);
    });
  }

  /** New online keys, which begin their versions at the first again. */
  rotate(id = 'demo'): void {
    this.database.transaction(() => {
      const generation = this.reader.current(repositoryId(id))?.generation ?? 1;
      this.#issue(id, 'root', 2, generation);
      this.#issue(id, 'snapshot', 101, generation, 2);
      this.#issue(id, 'timestamp', 201, generation, 2);
      this.#move(id, generation, 2);
    });
  }

  /** Sends the path exactly as it stands. */
  async ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> {
    return askRaw(this.listener.address.port, path, headers, method);
  }

  async text(path: string): Promise<string> {
    const { status, body } = await this.ask(path);
    return `${String(status)} ${body.toString()}`;
  }

  async #storeBlob({ path, bytes, hashes = [] }: TestTarget): Promise<Sha256> {
    const content = Buffer.from(bytes);
    const target = {
      path: targetPath(path),
      role: roleName('targets'),
      length: content.length,
      hashes: new Map([['sha256', sha256(content)], ...hashes]),
    };
    return this.blobs.store(target, chunksOf(content));
  }

  #enrol(id: string): void {
    if (this.database.one('SELECT 1 FROM repository WHERE id = ?', id)) return;
    this.#insert('repository', {
      id,
      dialect: 'tuf',
      upstream: 'test',
      root_sha256: this.#file(upstreamBytes('root', 1)),
      selection: '{"kind":"all"}',
      max_upstream_age_days: 90,
      limits: '{}',
      enrolled_at: '2026-01-01T00:00:00Z',
    });
  }

  #importFile(number: number, id: string, kind: string, role: string, version: number, bytes?: string): void {
    const digest = this.#file(bytes ?? upstreamBytes(role, version));
    this.#insert('import_file', {
      import: number,
      repository: id,
      kind,
      role,
      version,
      file_sha256: digest,
      signed_sha256: digest,
    });
  }

  #issue(id: string, role: 'root' | 'snapshot' | 'timestamp', version: number, generation: number, epoch = 1): void {
    this.#insert('issued', {
      repository: id,
      role,
      epoch,
      version,
      generation,
      file_sha256: this.#file(mirrorBytes(id, role, version, epoch)),
      expires: role === 'timestamp' ? TIMESTAMP_EXPIRES : SNAPSHOT_EXPIRES,
      at: '2026-01-01T00:00:02Z',
    });
  }

  #move(id: string, generation: number, epoch = 1): void {
    const sql = 'SELECT MAX(version) AS v FROM issued WHERE repository = ? AND role = ? AND epoch = ?';
    const newest = (role: string): number =>
      Number(this.database.one(sql, id, role, role === 'root' ? 1 : epoch)?.['v']);
    this.database.run('DELETE FROM current WHERE repository = ?', id);
    this.#insert('current', {
      repository: id,
      generation,
      root_version: newest('root'),
      snapshot_version: newest('snapshot'),
      timestamp_version: newest('timestamp'),
      online_epoch: epoch,
    });
  }

  #file(body: string): Sha256 {
    const bytes = Buffer.from(body);
    const digest = sha256(bytes);
    if (!this.database.one('SELECT 1 FROM file WHERE sha256 = ?', digest))
      this.#insert('file', { sha256: digest, length: bytes.length, bytes });
    return digest;
  }

  #insert(table: string, row: Record<string, string | number | Buffer>): void {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?').join(', ');
    this.database.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, ...Object.values(row));
  }

  #count(table: string): number {
    return Number(this.database.one(`SELECT COUNT(*) AS n FROM ${table}`)?.['n']);
  }
}

export function upstreamBytes(role: string, version: number): string {
  return `{"upstream ${role}":${String(version)}}`;
}

export function mirrorBytes(id: string, role: string, version: number, epoch = 1): string {
  return `{"${id} ${role}${epoch === 1 ? '' : ` of epoch ${String(epoch)}`}":${String(version)}}`;
}

export function digestOf(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** One request on a connection of its own, its path not touched by any URL parser. */
export async function askRaw(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({ status: response.statusCode ?? 0, headers: new Map(named), body: Buffer.concat(chunks) });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
