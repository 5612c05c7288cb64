/**
 * A whole mirror in a temporary directory: made as `init` makes it, with its root key online, and served by the real
 * read path on loopback. Its clock is the test’s.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../src/acquire/source.ts';
import { closeMirror, createDataDirectory, type DataPaths, openMirror } from '../../src/open.ts';
import { importUpstream, type ImportResult, type Mirror, withWriter } from '../../src/mirror.ts';
import type { LedgerWriter } from '../../src/ledger/writer.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { Disk } from '../../src/platform/disk.ts';
import { randomSecret } from '../../src/platform/random.ts';
import { type RenewalOutcome, renewDue } from '../../src/publish/renew.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId, type RepositoryId } from '../../src/tuf/names.ts';
import { decision, type DecisionKind } from '../../src/verify/decisions.ts';
import { type Loopback, serveOnLoopback } from './loopback.ts';

export interface NamedDecision {
  readonly kind: DecisionKind;
  readonly text: string;
  readonly reason: string;
}

export class ServedMirror {
  readonly directory: string;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly #loopback: Loopback;

  private constructor(directory: string, mirror: Mirror, loopback: Loopback) {
    this.directory = directory;
    this.mirror = mirror;
    this.clock = mirror.clock;
    this.#loopback = loopback;
  }

  static async start(clock: Clock): Promise<ServedMirror> {
    const directory = mkdtempSync(join(tmpdir(), 'countersign-served-'));
    const paths: DataPaths = { data: join(directory, 'data'), keys: join(directory, 'keys') };
    // A replay leaps over months between two events; nobody’s clock is wrong because of that.
    const options = { clock, holder: 'test', maxClockJumpDays: 10_000 };
    await createKeyring(new Disk(), join(directory, 'keys'), randomSecret, { withRootOnline: true });
    await createDataDirectory(paths, options, 'online');
    const mirror = await openMirror(paths, options);
    return new ServedMirror(directory, mirror, await serveOnLoopback(mirror, paths));
  }

  url(repository: RepositoryId): string {
    return this.#loopback.url(repository);
  }

  async enrol(id: string, upstream: string, root: Uint8Array, maxUpstreamAgeDays = 90): Promise<RepositoryId> {
    const repository = repositoryId(id);
    const enrolment = {
      id: repository,
      upstream,
      rootSha256: sha256(root),
      selection: { kind: 'all' } as const,
      maxUpstreamAgeDays,
      limits: DEFAULT_LIMITS,
      enrolledAt: this.clock.now(),
    };
    await withWriter(this.mirror, (writer) => writer.enrol(enrolment, root, {}));
    return repository;
  }

  /** @throws the refusal; in either case what is served is what the record says afterwards */
  async import(
    repository: RepositoryId,
    openSource: () => Promise<Source>,
    decisions: readonly NamedDecision[] = [],
  ): Promise<ImportResult> {
    const made = decisions.map(({ kind, text, reason }) => decision(kind, text, reason));
    try {
      return await importUpstream(this.mirror, { repository, openSource, decisions: made, claim: {} });
    } finally {
      this.#loopback.refresh();
    }
  }

  renew(force = false): Promise<RenewalOutcome[]> {
    return this.change((writer) => renewDue(this.mirror, writer, { force }));
  }

  /** Anything that writes; what is served follows. */
  async change<Result>(work: (writer: LedgerWriter) => Promise<Result>): Promise<Result> {
    try {
      return await withWriter(this.mirror, work);
    } finally {
      this.#loopback.refresh();
    }
  }

  async stop(): Promise<void> {
    await this.#loopback.stop();
    closeMirror(this.mirror);
    rmSync(this.directory, { recursive: true });
  }
}
