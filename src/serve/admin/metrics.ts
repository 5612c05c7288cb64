/** The metrics page, in a registry of its own. Observing costs the read path nothing: it counts plain numbers. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { LedgerReader } from '../../ledger/reader.ts';
import { NODE_VERSION } from '../../platform/process.ts';
import type { RequestCounts } from '../request-counts.ts';
import { RecordMetrics } from './record-metrics.ts';

export interface MetricsOptions {
  readonly reader: LedgerReader;
  readonly version: string;
  readonly counts: { readonly public: RequestCounts; readonly admin: RequestCounts };
  /** Free bytes where blobs lie. */
  readonly freeBytes: () => Promise<number>;
  /** Renewals of this process, by outcome. */
  readonly renewals: () => { readonly succeeded: number; readonly failed: number };
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #observe: () => Promise<void>;

  constructor({ reader, version, counts, freeBytes, renewals }: MetricsOptions) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'countersign_' });
    const record = new RecordMetrics(this.#registry, reader);
    new Gauge({
      name: 'countersign_build_info',
      help: 'What runs here.',
      labelNames: ['version', 'node'],
      registers,
    }).set({ version, node: NODE_VERSION }, 1);
    const requests = new Counter({
      name: 'countersign_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['listener', 'route', 'code'],
      registers,
    });
    const renewed = new Counter({
      name: 'countersign_renewals_total',
      help: 'Renewals since the start, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    const free = new Gauge({
      name: 'countersign_blob_store_free_bytes',
      help: 'Free bytes where blobs lie.',
      registers,
    });
    this.#observe = async () => {
      record.observe();
      requests.reset();
      for (const listener of ['public', 'admin'] as const) {
        for (const { route, code, count } of counts[listener].all()) requests.inc({ listener, route, code }, count);
      }
      renewed.reset();
      for (const [outcome, count] of Object.entries(renewals())) renewed.inc({ outcome }, count);
      free.set(await freeBytes());
    };
  }

  /** The page in Prometheus’ text format, with its content type. */
  async page(): Promise<{ type: string; text: string }> {
    await this.#observe();
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
