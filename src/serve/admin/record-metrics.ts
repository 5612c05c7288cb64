/**
 * Metrics that the record answers: versions, expiries, as-of and imports, read when they are asked for. Labels are
 * repository ids, fixed role names and refusal codes; names that upstream chooses are never labels, or one repository
 * with 16,384 roles would fill the monitoring.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Current, ImportRecord } from '../../ledger/records.ts';
import { TARGETS, type RepositoryId } from '../../tuf/names.ts';

/** What a generation says once and for all. */
interface GenerationFacts {
  readonly generation: number;
  readonly targets: { readonly version: number; readonly expires: Date } | undefined;
  /** The first expiry among delegated roles. */
  readonly firstDelegated: Date | undefined;
  readonly asOf: ImportRecord['asOf'];
}

export class RecordMetrics {
  readonly #reader: LedgerReader;
  readonly #expiry: Gauge;
  readonly #version: Gauge;
  readonly #generation: Gauge;
  readonly #asOfExpiry: Gauge;
  readonly #asOfVersion: Gauge;
  readonly #lastSuccess: Gauge;
  readonly #attempts: Counter;
  readonly #refusals: Counter;
  readonly #ledger: { readonly size: Gauge; readonly released: Gauge; readonly releasedAt: Gauge };
  readonly #facts = new Map<RepositoryId, GenerationFacts>();
  #countedImports = 0;

  constructor(registry: Registry, reader: LedgerReader) {
    this.#reader = reader;
    const gauge = (name: string, help: string, ...more: string[]): Gauge =>
      new Gauge({ name: `countersign_${name}`, help, labelNames: ['repository', ...more], registers: [registry] });
    const counter = (name: string, help: string, ...more: string[]): Counter =>
      new Counter({ name: `countersign_${name}`, help, labelNames: ['repository', ...more], registers: [registry] });
    this.#expiry = gauge(
      'metadata_expiry_timestamp_seconds',
      'When served metadata expires; “delegated” is the first of all delegated roles.',
      'role',
    );
    this.#version = gauge('metadata_version', 'Version of served metadata.', 'role');
    this.#generation = gauge('generation', 'Generation that is served.');
    this.#asOfExpiry = gauge(
      'upstream_timestamp_expiry_timestamp_seconds',
      'When the as-of’s upstream timestamp expires.',
    );
    this.#asOfVersion = gauge('upstream_metadata_version', 'Upstream’s versions of the as-of.', 'role');
    this.#lastSuccess = gauge(
      'import_last_success_timestamp_seconds',
      'When an import was last accepted, or found nothing new.',
    );
    this.#attempts = counter('import_attempts_total', 'Imports, by outcome.', 'outcome');
    this.#refusals = counter('import_refusals_total', 'Refused imports, by code.', 'code');
    const ledger = (name: string, help: string): Gauge =>
      new Gauge({ name: `countersign_ledger_${name}`, help, registers: [registry] });
    this.#ledger = {
      size: ledger('entries', 'Entries of the ledger.'),
      released: ledger('released_entries', 'Entries under the checkpoint that is shown to everybody.'),
      releasedAt: ledger('checkpoint_timestamp_seconds', 'When the checkpoint that is shown was released.'),
    };
  }

  /** Brings every metric up to the record. */
  observe(): void {
    this.#reader.together(() => {
      for (const metric of [this.#expiry, this.#version, this.#generation, this.#asOfExpiry, this.#asOfVersion]) {
        metric.reset();
      }
      for (const current of this.#reader.released()) this.#observeCurrent(current);
      this.#observeLedger();
      // Imports are numbered without gaps, so only those since the last look are read.
      const newest = this.#reader.imports(undefined, 1)[0]?.number ?? 0;
      const unseen =
        newest > this.#countedImports ? this.#reader.imports(undefined, newest - this.#countedImports) : [];
      for (const made of unseen.reverse()) this.#observeImport(made);
      this.#countedImports = newest;
    });
  }

  #observeCurrent(current: Current): void {
    const { repository, onlineEpoch } = current;
    const { targets, firstDelegated, asOf } = this.#factsOf(current);
    this.#generation.set({ repository }, current.generation);
    this.#observeFile(repository, this.#reader.issuedVersion(repository, 'root', current.rootVersion));
    this.#observeFile(
      repository,
      this.#reader.issuedVersion(repository, 'snapshot', current.snapshotVersion, onlineEpoch),
    );
    this.#observeFile(
      repository,
      this.#reader.issuedVersion(repository, 'timestamp', current.timestampVersion, onlineEpoch),
    );
    if (targets) this.#observeFile(repository, { role: TARGETS, ...targets });
    if (firstDelegated) this.#expiry.set({ repository, role: 'delegated' }, seconds(firstDelegated));
    if (!asOf) return;
    this.#asOfExpiry.set({ repository }, seconds(asOf.timestampExpires));
    this.#asOfVersion.set({ repository, role: 'root' }, asOf.rootVersion);
    this.#asOfVersion.set({ repository, role: 'timestamp' }, asOf.timestampVersion);
    this.#asOfVersion.set({ repository, role: 'snapshot' }, asOf.snapshotVersion);
  }

  #observeLedger(): void {
    const { log } = this.#reader;
    const released = log.released();
    this.#ledger.size.set(log.size());
    this.#ledger.released.set(released?.size ?? 0);
    if (released) this.#ledger.releasedAt.set(seconds(released.releasedAt));
  }

  #observeFile(repository: RepositoryId, file: { role: string; version: number; expires: Date }): void {
    this.#expiry.set({ repository, role: file.role }, seconds(file.expires));
    this.#version.set({ repository, role: file.role }, file.version);
  }

  #observeImport({ repository, outcome, code, finishedAt }: ImportRecord): void {
    this.#attempts.inc({ repository, outcome });
    if (outcome === 'refused') this.#refusals.inc({ repository, code: code ?? 'BUG' });
    else this.#lastSuccess.set({ repository }, seconds(finishedAt));
  }

  /** Read once per generation: thousands of roles are not counted again for every scrape. */
  #factsOf({ repository, generation }: Current): GenerationFacts {
    const known = this.#facts.get(repository);
    if (known?.generation === generation) return known;
    const roles = this.#reader.generationRoles(repository, generation).filter(({ reachable }) => reachable);
    const delegated = roles.filter(({ role }) => role !== TARGETS).map(({ expires }) => expires);
    const facts: GenerationFacts = {
      generation,
      targets: roles.find(({ role }) => role === TARGETS),
      firstDelegated: delegated.sort((a, b) => a.getTime() - b.getTime())[0],
      asOf: this.#reader.import(this.#reader.importOfGeneration(repository, generation)).asOf,
    };
    this.#facts.set(repository, facts);
    return facts;
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
