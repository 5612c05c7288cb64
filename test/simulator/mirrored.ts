/** One repository of a test’s mirror: imports that must succeed, imports that must not, and the checks that follow each. */
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../src/acquire/source.ts';
import { type Code, Refusal, isRefusal } from '../../src/errors.ts';
import type { ImportRecord } from '../../src/ledger/records.ts';
import { type ImportResult, type Mirror, importUpstream } from '../../src/mirror.ts';
import type { Row } from '../../src/platform/database.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import type { ClientResult } from '../../src/verify/as-client.ts';
import { type Decision, type DecisionKind, decision } from '../../src/verify/decisions.ts';
import type { NoteKind } from '../../src/verify/notes.ts';
import type { FakeClock } from './clock.ts';
import { type KnownClient, checkPublished, publishedFiles } from './published.ts';
import { assertOnlyRefusalRecorded, storedState } from './stored-state.ts';
import { SimulatedUpstream } from './upstream.ts';

type Published = Extract<ImportResult, { outcome: 'published' }>;

export class MirroredRepository {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  readonly id: RepositoryId;
  /** Where the next import reads; the simulated upstream that was enrolled, unless a test says otherwise. */
  source: Source;
  /** Evidence that the last refusal left: rows of `import_file`. */
  evidence: readonly Row[] = [];
  #client: KnownClient | undefined;

  constructor(mirror: Mirror, clock: FakeClock, id: RepositoryId, source: Source) {
    this.mirror = mirror;
    this.clock = clock;
    this.id = id;
    this.source = source;
  }

  /** Imports, must publish a new generation, and checks it. */
  async importNow(...decisions: readonly Decision[]): Promise<Published> {
    const result = await this.importExpecting('published', ...decisions);
    assert.ok(result.outcome === 'published');
    await this.checkPublished();
    return result;
  }

  /** Imports and must end so; checks nothing else. */
  async importExpecting(outcome: ImportResult['outcome'], ...decisions: readonly Decision[]): Promise<ImportResult> {
    try {
      const result = await this.#import(decisions);
      assert.equal(result.outcome, outcome);
      return result;
    } catch (error) {
      throw await this.#withDump(error);
    }
  }

  /** Imports, must be refused with this code, and nothing but the refusal’s record may have changed. */
  async importRefused(code: Code, ...decisions: readonly Decision[]): Promise<Refusal> {
    const before = await storedState(this.mirror);
    const refusal = await this.#refusal(decisions);
    if (refusal.code !== code) throw await this.#withDump(refusal);
    this.evidence = assertOnlyRefusalRecorded(before, await storedState(this.mirror), code);
    if (this.mirror.reader.current(this.id)) await this.checkPublished();
    return refusal;
  }

  /** Verifies and plans, and must change nothing whatever. */
  async rehearse(): Promise<void> {
    const before = await storedState(this.mirror);
    try {
      await this.#import([], true);
    } finally {
      const after = await storedState(this.mirror);
      for (const table of before.tables.keys())
        if (table !== 'writer') assert.deepEqual(after.tables.get(table), before.tables.get(table));
      assert.deepEqual(after.files, before.files);
      assert.deepEqual(after.sealed, before.sealed);
    }
  }

  /** A new client and the one of the last check both accept what is published, and the record holds together. */
  async checkPublished(): Promise<ClientResult> {
    const { client, result } = await checkPublished(this.mirror, this.id, this.#client);
    this.#client = client;
    return result;
  }

  get lastImport(): ImportRecord {
    const [last] = this.mirror.reader.imports(this.id, 1);
    assert.ok(last);
    return last;
  }

  get generation(): number {
    return this.mirror.reader.current(this.id)?.generation ?? 0;
  }

  /** Metadata that clients can ask for. */
  published(): Map<string, Uint8Array> {
    return publishedFiles(this.mirror.reader, this.id);
  }

  async #import(decisions: readonly Decision[], isRehearsal = false): Promise<ImportResult> {
    const openSource = (): Promise<Source> => Promise.resolve(this.source);
    return importUpstream(this.mirror, { repository: this.id, openSource, decisions, claim: {}, isRehearsal });
  }

  async #refusal(decisions: readonly Decision[]): Promise<Refusal> {
    try {
      await this.#import(decisions);
    } catch (error) {
      if (isRefusal(error)) return error;
      throw await this.#withDump(error);
    }
    throw await this.#withDump(new assert.AssertionError({ message: 'the import was not refused' }));
  }

  /** What upstream said lies on disk afterwards, for whoever looks into the failure. */
  async #withDump(error: unknown): Promise<unknown> {
    if (!(this.source instanceof SimulatedUpstream) || !(error instanceof Error)) return error;
    const directory = await mkdtemp(join(tmpdir(), 'countersign-upstream-'));
    await this.source.dumpTo(directory);
    error.message += ` (upstream’s files are in ${directory})`;
    return error;
  }
}

/** An operator’s decision with a reason. */
export function decide(kind: DecisionKind, text: string): Decision {
  return decision(kind, text, 'asked upstream');
}

export function noteKinds({ candidate }: { readonly candidate: Published['candidate'] }): NoteKind[] {
  return candidate.content.notes.map(({ kind }) => kind);
}
