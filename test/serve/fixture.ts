/**
 * A ledger filled by hand and a public listener in front of it. Nothing is signed: serving does not look into files.
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
import type { CarriedTarget } from '../../src/ledger/records.ts';
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
import { roleName, targetPath } from '../../src/tuf/names.ts';
import { HandMadeLedger } from '../simulator/hand-made-ledger.ts';

export { mirrorBytes, upstreamBytes } from '../simulator/hand-made-ledger.ts';

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

export class TestMirror {
  readonly directory: string;
  readonly database: Database;
  readonly ledger: HandMadeLedger;
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
    this.ledger = new HandMadeLedger(database);
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
    const carried: CarriedTarget[] = [];
    for (const target of targets) carried.push(await this.#carry(target));
    this.ledger.publish(id, roles, new Map(Object.entries(bytes)), carried);
  }

  /** One more timestamp over the same snapshot. */
  renew(id = 'demo'): void {
    this.ledger.renew(id);
  }

  /** New online keys, which begin their versions at the first again. */
  rotate(id = 'demo'): void {
    this.ledger.rotate(id);
  }

  /** Sends the path exactly as it stands. */
  async ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> {
    return askRaw(this.listener.address.port, path, headers, method);
  }

  async text(path: string): Promise<string> {
    const { status, body } = await this.ask(path);
    return `${String(status)} ${body.toString()}`;
  }

  async #carry({ path, bytes, hashes }: TestTarget): Promise<CarriedTarget> {
    const content = Buffer.from(bytes);
    const [role, length, own] = [roleName('targets'), content.length, ['sha256', sha256(content)] as const];
    const target = { path: targetPath(path), role, length, hashes: new Map([own, ...(hashes ?? [])]) };
    const digest = await this.blobs.store(target, chunksOf(content));
    return { ...target, sha256: digest, hashes: new Map(hashes ?? [own]) };
  }
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
