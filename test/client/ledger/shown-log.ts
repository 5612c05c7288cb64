/** A mirror’s log as a guard meets it: entries of timestamps, checkpoints with witnesses, proofs, tiles. */
import { requireLogged, type Logged, type ReadLog } from '../../../src/client/trust/ledger.ts';
import type { LedgerPin } from '../../../src/client/pin/pin.ts';
import { canonicalBytes } from '../../../src/ledger/events/leaf.ts';
import { formatCheckpoint } from '../../../src/tlog/checkpoint.ts';
import { inclusionProof } from '../../../src/tlog/inclusion.ts';
import { formatNote } from '../../../src/tlog/note.ts';
import { formatProof } from '../../../src/tlog/proof.ts';
import { parseTilePath, tileBytes } from '../../../src/tlog/tiles.ts';
import { leafHash } from '../../../src/tlog/tree.ts';
import { parseWitnessPolicy } from '../../../src/tlog/witness-policy.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { GrownTree } from '../../tlog/grown-tree.ts';
import { LOG, logLine, TestWitness } from '../../tlog/test-keys.ts';

export const WITNESSES = ['one', 'two', 'three'].map((name, at) => new TestWitness(`${name}.example/w`, 31 + at));
/** What every entry of a log says. */
export const MIRROR_ID = '3'.repeat(32);
export const AT = '2026-11-23T03:00:00Z';
const SEEN_AT = 1_795_000_000;

export interface Told {
  readonly repository?: string;
  readonly timestamp?: string;
  readonly generation?: number;
  readonly type?: string;
  readonly n?: number;
}

/** The digest of the nth timestamp. */
export function digestOf(timestamp: number): string {
  return timestamp.toString(16).padStart(64, '0');
}

export class ShownLog {
  readonly #tree = new GrownTree();
  readonly #entries: Buffer[] = [];
  readonly #signer;
  /** Paths of tiles that were asked for. */
  readonly asked: string[] = [];

  /** @param beginning entries that this log shares with another one */
  constructor(beginning: readonly Buffer[] = [], signer = LOG) {
    this.#signer = signer;
    for (const entry of beginning) this.#append(entry);
  }

  get size(): number {
    return this.#entries.length;
  }

  get entries(): readonly Buffer[] {
    return this.#entries;
  }

  /** An entry about the nth timestamp, as the mirror writes it. @returns its index */
  timestamp(version: number, told: Told = {}): number {
    const { repository = 'demo', timestamp = digestOf(version), generation = 1, type = 'serve.timestamp' } = told;
    const body = { generation, repository, timestamp: { sha256: timestamp, version } };
    const n = told.n ?? this.size;
    return this.#append(canonicalBytes({ body, n, nonce: version.toString(16), type }));
  }

  /** Any other entry. @returns its index */
  entry(event: { readonly type: string; readonly body: object; readonly mirror_id?: string }): number {
    const envelope = { mirror_id: MIRROR_ID, at: AT, n: this.size, nonce: String(this.size) };
    return this.#append(canonicalBytes({ ...envelope, ...event }));
  }

  /** So many entries about something else. */
  grow(entries: number): this {
    for (let at = 0; at < entries; at++) this.#append(Buffer.from(`{"n":${String(this.size)}}`));
    return this;
  }

  checkpoint(witnesses = WITNESSES.slice(0, 2), size = this.size, time = SEEN_AT): string {
    const body = formatCheckpoint({ origin: this.#signer.key.name, size, root: this.#tree.root(size) });
    return formatNote(body, [logLine(body, this.#signer), ...witnesses.map((witness) => witness.cosign(body, time))]);
  }

  proof(index: number, checkpoint = this.checkpoint(), size = this.size): Buffer {
    const extra = this.#entries[index] ?? Buffer.from('');
    return Buffer.from(formatProof({ index, hashes: inclusionProof(index, size, this.#tree), checkpoint, extra }));
  }

  readonly read: ReadLog = (path) => {
    this.asked.push(path);
    const tile = parseTilePath(path);
    if (!tile || tile.level === 'entries') return Promise.reject(new Error(`no tile: ${path}`));
    return Promise.resolve(tileBytes(tile.level, tile.index, tile.width, this.#tree));
  };

  #append(entry: Buffer): number {
    this.#entries.push(entry);
    this.#tree.append(leafHash(entry));
    return this.size - 1;
  }
}

/** Two of the three witnesses, unless it says otherwise. */
export function ledgerPin(quorum = 2, names = ['one', 'two', 'three']): LedgerPin {
  const lines = [
    `log ${LOG.key.text}`,
    ...WITNESSES.slice(0, names.length).map(({ key }, at) => `witness ${names[at] ?? ''} ${key.text}`),
    ...(quorum === 0 ? ['quorum none'] : [`group all ${String(quorum)} ${names.join(' ')}`, 'quorum all']),
  ];
  const text = `${lines.join('\n')}\n`;
  const witnesses = parseWitnessPolicy(text);
  return { text, log: LOG.key, witnesses, address: undefined, approvals: undefined };
}

export function look(
  log: ShownLog,
  proof: Uint8Array,
  { pin = ledgerPin(), version = 1, generation = 1, remembered, isOffline = false }: Looking = {},
): Promise<Logged> {
  const state = { repository: repositoryId('demo'), generation, timestampSha256: digestOf(version) };
  return requireLogged(pin, state, proof, remembered, isOffline ? undefined : log.read);
}

export interface Looking {
  readonly pin?: LedgerPin;
  readonly version?: number;
  readonly generation?: number;
  readonly remembered?: string;
  readonly isOffline?: boolean;
}
