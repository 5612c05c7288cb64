/**
 * One mirror that imports recorded states in order, each at its own date, and after each is asked over HTTP what it
 * serves: by a plain request per file, by a new tuf-js and by one that has followed since the first state, and by a guard that
 * was enrolled at upstream’s first root and never touched since.
 */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { openHttpSource } from '../../src/acquire/http-source.ts';
import type { Source } from '../../src/acquire/source.ts';
import { isRefusal } from '../../src/errors.ts';
import type { ImportResult } from '../../src/mirror.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import { FakeClock } from '../simulator/clock.ts';
import { type Archive, type RecordedState, sha256Of } from './archive.ts';
import { Classifier, type Reading, type Refusal, type SourceKind } from './classify.ts';
import { GuardFollower, replayPin } from './guard-follower.ts';
import { type NamedDecision, ServedMirror } from './served-mirror.ts';
import { StockTufJs } from './stock-tuf-js.ts';
import { type ListedTarget, listedTargets } from './targets.ts';
import { UpstreamServer } from './upstream-server.ts';

const REASON = 'told by upstream, ticket';

export class Replay {
  readonly served: ServedMirror;
  readonly repository: RepositoryId;
  readonly #clock: FakeClock;
  readonly #archive: Archive;
  readonly #upstream: UpstreamServer;
  readonly #classifier = new Classifier();
  /** Every form in which upstream ever published a root version. */
  readonly #rootForms = new Map<number, Set<string>>();
  #follower: StockTufJs | undefined;
  #guard: GuardFollower | undefined;
  /** Every decision that was made so far, with its reason. */
  readonly #decided = new Set<string>();

  private constructor(
    served: ServedMirror,
    repository: RepositoryId,
    clock: FakeClock,
    archive: Archive,
    upstream: UpstreamServer,
  ) {
    this.served = served;
    this.repository = repository;
    this.#clock = clock;
    this.#archive = archive;
    this.#upstream = upstream;
  }

  /** Enrols the first root of the first state, at its date; from then on Date stands where the states stand. */
  static async start(archive: Archive): Promise<Replay> {
    const [first] = archive.states;
    assert.ok(first, 'the archive holds no state');
    mock.timers.enable({ apis: ['Date'], now: first.date });
    const clock = new FakeClock(first.date);
    const served = await ServedMirror.start(clock);
    const upstream = await UpstreamServer.start();
    const repository = await served.enrol('replay', 'recorded', first.bytes('metadata/1.root.json'));
    return new Replay(served, repository, clock, archive, upstream);
  }

  async stop(): Promise<void> {
    await this.#upstream.stop();
    await this.served.stop();
    mock.timers.reset();
  }

  /** @returns what was refused on the way, and whether the state is served in the end */
  async play(state: RecordedState, source: SourceKind): Promise<{ refusals: Refusal[]; isImported: boolean }> {
    this.#standAt(state.date);
    this.#upstream.state = state;
    this.#noteRoots(state);
    if (this.#follower) for (const { outcome } of await this.served.renew()) assert.notEqual(outcome, 'failed');
    const refusals: Refusal[] = [];
    const decisions: NamedDecision[] = [];
    const decided = { excluded: new Set<string>(), accepted: new Set<string>() };
    for (;;) {
      const reading = this.#classifier.read(state, source, decided);
      if (!reading.refusal) {
        await this.#importAccepted(state, source, reading, decisions);
        return { refusals, isImported: true };
      }
      await this.#importRefused(state, source, reading.refusal, decisions);
      refusals.push(reading.refusal);
      if (reading.refusal.decisions.length === 0) return { refusals, isImported: false };
      for (const { kind, text } of reading.refusal.decisions) {
        decisions.push({ kind, text, reason: `${REASON} ${state.seq}` });
        (kind === 'exclude-role' ? decided.excluded : decided.accepted).add(text);
      }
    }
  }

  /** Over HTTP: every version of upstream’s root, from the first on, in a form that upstream published. */
  async checkRootChain(newest: number): Promise<void> {
    for (let version = 1; version <= newest; version++) {
      const digest = sha256Of(await this.get(`upstream/metadata/${version}.root.json`));
      assert.ok(this.#rootForms.get(version)?.has(digest), `upstream’s root ${version} is served as upstream made it`);
    }
  }

  async get(path: string): Promise<Buffer> {
    const response = await fetch(`${this.served.url(this.repository)}/${path}`);
    assert.equal(response.status, 200, path);
    return Buffer.from(await response.arrayBuffer());
  }

  #standAt(date: Date): void {
    this.#clock.step(date.getTime() - this.#clock.now().getTime());
    mock.timers.setTime(date.getTime());
  }

  #noteRoots(state: RecordedState): void {
    for (const path of state.paths) {
      const version = Number(/^metadata\/(\d+)\.root\.json$/.exec(path)?.[1] ?? 0);
      const forms = this.#rootForms.get(version) ?? new Set<string>();
      if (version > 0) this.#rootForms.set(version, forms.add(state.sha256(path) ?? ''));
    }
  }

  async #import(state: RecordedState, source: SourceKind, decisions: readonly NamedDecision[]): Promise<ImportResult> {
    const open = (): Promise<Source> => {
      if (source === 'http') return openHttpSource(this.#upstream.url, { clock: this.#clock });
      const directory = mkdtempSync(join(this.#archive.directory, `state-${state.seq}-`));
      state.layOut(directory);
      return openDirectorySource(directory);
    };
    return this.served.import(this.repository, open, decisions);
  }

  async #importRefused(
    state: RecordedState,
    source: SourceKind,
    { code, roles, evidence }: Refusal,
    decisions: readonly NamedDecision[],
  ): Promise<void> {
    const { reader } = this.served.mirror;
    const before = await this.#servedNow();
    await assert.rejects(this.#import(state, source, decisions), (error) => {
      assert.ok(isRefusal(error), String(error));
      assert.equal(error.code, code, error.message);
      for (const role of roles) assert.ok(error.message.includes(role), `“${error.message}” names ${role}`);
      if (code === 'TRUST_EQUIVOCATION') assert.deepEqual(error.details['roles'], roles);
      else if (code !== 'SOURCE_NOT_FOUND') assert.equal(error.details['role'], roles[0]);
      return true;
    });
    assert.deepEqual(await this.#servedNow(), before, 'a refusal changes nothing that is served');
    const [record] = reader.imports(this.repository, 1);
    assert.equal(record?.outcome, 'refused');
    assert.equal(record.code, code);
    const files = reader.importFiles(record.number);
    for (const path of evidence) {
      const kept = files.find(({ fileSha256 }) => fileSha256 === state.sha256(path));
      assert.ok(kept, `${path} is kept as evidence`);
      assert.deepEqual(reader.bytes(kept.fileSha256), state.bytes(path));
    }
  }

  async #importAccepted(
    state: RecordedState,
    source: SourceKind,
    reading: Reading,
    decisions: readonly NamedDecision[],
  ): Promise<void> {
    const result = await this.#import(state, source, decisions);
    assert.equal(result.outcome, 'published');
    this.#classifier.remember(reading);
    await this.#checkDecisions(reading, decisions);
    for (const [role, path] of reading.authored) {
      const { version } = (JSON.parse(state.bytes(path).toString()) as { signed: { version: number } }).signed;
      const name = encodeURIComponent(role);
      for (const served of [`metadata/${version}.${name}.json`, `${name}.json`])
        assert.equal(sha256Of(await this.get(served)), state.sha256(path), `${served} is upstream’s`);
    }
    for (const name of ['timestamp', 'snapshot'])
      assert.equal(
        sha256Of(await this.get(`upstream/metadata/${name}.json`)),
        state.sha256(`metadata/${name}.json`),
        `upstream’s ${name} is served as evidence`,
      );
    await this.checkRootChain(reading.rootVersion);
    await this.#fetchAsClients(state, reading);
  }

  /** Every decision that was used is signed into what clients see, with its reason. */
  async #checkDecisions({ excluded }: Reading, decisions: readonly NamedDecision[]): Promise<void> {
    const { signed } = JSON.parse((await this.get('metadata/snapshot.json')).toString('utf8')) as CountersignedSnapshot;
    const said = signed['x-countersign'];
    const stated = [
      ...(said.excluded ?? []).map(({ role, reason }) => `${role} ${reason}`),
      ...(said.decisions ?? []).map(({ role, version, reason }) => `${role}@${version} ${reason}`),
    ];
    const made = decisions.map(({ text, reason }) => `${text} ${reason}`);
    for (const words of made) {
      assert.ok(stated.includes(words), `${words} is stated`);
      this.#decided.add(words);
    }
    // What else is stated was decided before, and is still current.
    assert.deepEqual(
      stated.filter((words) => !this.#decided.has(words)),
      [],
    );
    const withheld = (said.excluded ?? []).map(({ role }) => role);
    assert.deepEqual(withheld, excluded);
  }

  async #fetchAsClients(state: RecordedState, { authored, excluded, rootVersion }: Reading): Promise<void> {
    const listed = listedTargets(state, authored);
    const targets = listed.filter(({ unreadable }) => unreadable === undefined);
    const top = targets.filter(({ role }) => role === 'targets');
    const url = this.served.url(this.repository);
    const root = await this.get('metadata/1.root.json');
    this.#follower ??= new StockTufJs(this.served.directory, root);
    const fresh = new StockTufJs(this.served.directory, root);
    await expectTarget(fresh, url, top[state.seq % top.length], 'a new tuf-js');
    await expectTarget(this.#follower, url, targets[state.seq % targets.length], 'tuf-js since the first state');
    this.#guard ??= await this.#enrolGuard(root);
    const standing = await this.#guard.expect(targets[state.seq % targets.length], excluded);
    assert.equal(standing.upstream?.root, rootVersion, 'the guard follows upstream’s root chain');
    for (const { path, unreadable } of listed.filter((target) => target.unreadable !== undefined))
      await assert.rejects(fresh.fetch(path, url), `tuf-js cannot read ${path}: ${unreadable}`);
  }

  /** Once, at upstream’s first root: from then on it is never touched. */
  async #enrolGuard(mirrorRoot: Buffer): Promise<GuardFollower> {
    const upstreamRoot = await this.get('upstream/metadata/1.root.json');
    return new GuardFollower(this.served, replayPin(this.served, this.repository, { mirrorRoot, upstreamRoot }));
  }

  /** Digests of what clients ask for first. */
  async #servedNow(): Promise<Record<string, string>> {
    if (!this.#follower) return {};
    const names = ['timestamp', 'snapshot', 'root', 'targets'].map((role) => `metadata/${role}.json`);
    const digests: Record<string, string> = {};
    for (const name of [...names, 'upstream/metadata/timestamp.json']) digests[name] = sha256Of(await this.get(name));
    return digests;
  }
}

async function expectTarget(
  client: StockTufJs,
  url: string,
  target: ListedTarget | undefined,
  who: string,
): Promise<void> {
  assert.ok(target, 'the state lists a target');
  const bytes = await client.fetch(target.path, url);
  assert.ok(bytes, `${who} finds ${target.path}`);
  assert.ok(target.isContent(bytes), `${who} gets upstream’s ${target.path}`);
}

interface CountersignedSnapshot {
  readonly signed: {
    readonly 'x-countersign': {
      readonly excluded?: readonly { role: string; reason: string }[];
      readonly decisions?: readonly { role: string; version: number; reason: string }[];
    };
  };
}
