/**
 * A mirror whose log is watched, over real sockets on loopback, and the departments that watch it. The clock stands still
 * until a test moves it.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Refusal } from '../../src/errors.ts';
import { LabWitness, type WitnessOptions } from '../../src/lab/witness.ts';
import { subjectDigest } from '../../src/gate/changes.ts';
import { released } from '../../src/ledger/checkpoints.ts';
import type { LedgerWriter } from '../../src/ledger/writer.ts';
import { type Mirror, rulesOf, withWriter } from '../../src/mirror.ts';
import { closeMirror, createDataDirectory, openMirror, type DataPaths } from '../../src/open.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { Disk } from '../../src/platform/disk.ts';
import type { NoteKey } from '../../src/tlog/note.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { settingWitnesses, unasked } from '../../src/witness/set-witnesses.ts';
import { COSIGNATURE, noteKey } from '../../src/tlog/note.ts';
import { publicKeyOf } from '../../src/tuf/ed25519.ts';
import { FakeClock } from '../simulator/clock.ts';
import { drawFrom } from '../simulator/keys.ts';
import type { Scope, TestMirror } from '../simulator/mirror.ts';

export type Lie = NonNullable<WitnessOptions['lie']>;

/** Where a witness would be that nobody runs: the discard port, where nothing listens. */
const NOBODY = 'http://127.0.0.1:9/';

// As the program itself sets it: some versions of Node give copied directories the default mode.
process.umask(0o077);

const room = mkdtempSync(join(tmpdir(), 'countersign-model-'));
after(() => rmSync(room, { recursive: true, force: true }));
let model: Promise<string> | undefined;

async function makeModel(): Promise<string> {
  const data = join(room, 'mirror');
  await createKeyring(new Disk(), join(data, 'keys'), drawFrom('watched'), { withRootOnline: true });
  await createDataDirectory({ data }, { clock: new FakeClock(), holder: 'test' }, 'online');
  return data;
}

export class WatchedSite {
  readonly clock: FakeClock;
  readonly #scope: Scope;
  readonly #disk = new Disk();
  readonly #room: string;
  readonly #witnesses = new Map<string, LabWitness>();
  #mirror: Mirror;

  private constructor(scope: Scope, mirror: Mirror, clock: FakeClock) {
    this.#scope = scope;
    this.#mirror = mirror;
    this.clock = clock;
    this.#room = mkdtempSync(join(tmpdir(), 'countersign-witness-'));
    scope.after(async () => {
      for (const witness of this.#witnesses.values()) await witness.stop();
      rmSync(this.#room, { recursive: true, force: true });
    });
  }

  /** A mirror without repositories, copied from one that was made once: each site has the same log, as far as it goes. */
  static async open(scope: Scope): Promise<WatchedSite> {
    model ??= makeModel();
    const directory = mkdtempSync(join(tmpdir(), 'countersign-watched-'));
    const data = join(directory, 'mirror');
    cpSync(await model, data, { recursive: true });
    const clock = new FakeClock();
    const mirror = await openMirror({ data }, { clock, holder: 'test' });
    scope.after(() => {
      closeMirror(mirror);
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    });
    return new WatchedSite(scope, mirror, clock);
  }

  static around(scope: Scope, { mirror, clock }: TestMirror): WatchedSite {
    return new WatchedSite(scope, mirror, clock);
  }

  get mirror(): Mirror {
    return this.#mirror;
  }

  get paths(): DataPaths {
    return { data: this.#mirror.dataDirectory };
  }

  get logKey(): NoteKey {
    const { log, database, writerOptions } = this.#mirror;
    log.catchUp(database);
    return writerOptions.keys.checkpoints(log.facts.origin).key;
  }

  /** The same data directory in a new process: nothing is remembered but what is on the disk. */
  async restart(before?: (operation: string) => void, clock: Clock = this.clock): Promise<Mirror> {
    const options = { clock, holder: 'test', waitMs: 0, before };
    const mirror = await openMirror(this.paths, options);
    this.#scope.after(() => {
      closeMirror(mirror);
      return Promise.resolve();
    });
    this.#mirror = mirror;
    return mirror;
  }

  /** Starts a department’s witness, or starts it again where it was. */
  async watch(name: string, lie?: Lie): Promise<LabWitness> {
    const port = this.#witnesses.get(name)?.port;
    const witness = await LabWitness.start({
      ...{ name: `${name}.example`, seed: seedOf(name), logs: [this.logKey], clock: this.clock, disk: this.#disk },
      memory: join(this.#room, `${name}.json`),
      ...(port === undefined ? {} : { port }),
      ...(lie === undefined ? {} : { lie }),
    });
    this.#witnesses.set(name, witness);
    return witness;
  }

  witness(name: string): LabWitness {
    const witness = this.#witnesses.get(name);
    if (!witness) throw new Error(`nobody called ${name} watches`);
    return witness;
  }

  /** A policy that asks so many of these witnesses, wherever they were started; or where somebody else answers for them. */
  policy(names: readonly string[], least = names.length, elsewhere: Readonly<Record<string, string>> = {}): string {
    const told = names.map((name) => {
      const url = elsewhere[name] ?? this.#witnesses.get(name)?.url;
      return `witness ${name} ${keyOf(name).text} ${url ?? NOBODY}`;
    });
    return [...told, `group all-of-them ${String(least)} ${names.join(' ')}`, 'quorum all-of-them', ''].join('\n');
  }

  /** As one writer does it, where nobody can sign yet. @returns why the new witnesses have not seen it */
  async setRule(
    text: string,
    withoutQuorum: 'wait' | 'publish' = 'wait',
    isUnasked = false,
  ): Promise<Refusal | undefined> {
    const mirror = isUnasked ? unasked(this.#mirror) : this.#mirror;
    const { log, keys } = mirror.writerOptions;
    const trouble = await withWriter(mirror, async (writer) => {
      const change = settingWitnesses({ log, keys }, { text, withoutQuorum })(rulesOf(mirror));
      const subject = change.make();
      const agreed = { subject_sha256: subjectDigest(subject), signatures: [] };
      await writer.commit({ events: change.effects(subject, () => agreed, 'local') });
      return writer.witnessTrouble;
    });
    return isUnasked ? withWriter(this.#mirror, (writer) => Promise.resolve(writer.witnessTrouble)) : trouble;
  }

  /** Something happens; @returns why it is not shown yet */
  async grow(mirror = this.#mirror): Promise<string | undefined> {
    return withWriter(mirror, async (writer) => {
      await happen(writer);
      return writer.witnessTrouble?.what;
    });
  }

  /** A writer that does nothing: it asks, and shows what waits. */
  async look(mirror = this.#mirror): Promise<string | undefined> {
    return withWriter(mirror, (writer) => Promise.resolve(writer.witnessTrouble?.what));
  }

  get shown(): { readonly size: number; readonly note: string } {
    return released(this.#mirror.database) ?? { size: 0, note: '' };
  }

  /** Who cosigned what is shown, by the names on the lines. */
  get cosigners(): string[] {
    return this.shown.note
      .split('\n')
      .flatMap((line) => /^\u2014 (\S+)\.example /.exec(line)?.[1] ?? [])
      .sort();
  }

  get size(): number {
    return Number(this.#mirror.database.one('SELECT COUNT(*) AS n FROM log_entry')?.['n']);
  }

  /** Events of a type, oldest first. */
  events(type: string): unknown[] {
    return this.#mirror.database
      .all('SELECT body FROM log_entry WHERE type = ? ORDER BY idx', type)
      .map(({ body }) => (JSON.parse(String(body)) as { body: unknown }).body);
  }
}

/** The site’s clock, seen by one process: how many of its tasks wait. */
export class SeenClock implements Clock {
  readonly #clock: Clock;
  waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): Date {
    return this.#clock.now();
  }

  after(milliseconds: number, task: () => void): () => void {
    let isWaiting = true;
    const settle = (): void => {
      if (isWaiting) this.waiting--;
      isWaiting = false;
    };
    this.waiting++;
    const cancel = this.#clock.after(milliseconds, () => {
      settle();
      task();
    });
    return () => {
      settle();
      cancel();
    };
  }
}

/** Resolves once it is so; sockets take a few turns of the loop. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

export async function happen(writer: LedgerWriter): Promise<void> {
  const body = { kind: 'test', from: 0, to: 0, sha256: '0'.repeat(64) };
  await writer.commit({ events: [{ type: 'export', actor: 'local', body }] });
}

export function seedOf(name: string): Uint8Array {
  return new Uint8Array(32).fill(name.codePointAt(0) ?? 0);
}

export function keyOf(name: string): NoteKey {
  return noteKey(`${name}.example`, COSIGNATURE, publicKeyOf(seedOf(name)));
}

/** Anything that answers HTTP, for the time of a test. @returns its address */
export async function serve(scope: Scope, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}
