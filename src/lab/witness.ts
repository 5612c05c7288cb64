/**
 * A witness as another department would run it, on loopback: it remembers each log’s largest checkpoint in a file of its
 * own, before it answers, and never goes back. It can be made to lie, which nobody who asks it may notice too late.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Disk } from '../platform/disk.ts';
import { listen, type Listener } from '../platform/listen.ts';
import { signCosignature } from '../tlog/cosignature.ts';
import { COSIGNATURE, formatNote, type NoteKey, noteKey, openNote } from '../tlog/note.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { EMPTY_ROOT } from '../tlog/tree.ts';
import { judgeAddCheckpoint, monitorPath, type WitnessedLog } from '../tlog/witness.ts';
import { publicKeyOf, signEd25519 } from '../tuf/ed25519.ts';
import { parseJson, stringifyJson } from '../tuf/json.ts';

export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface WitnessOptions {
  /** Stands on its lines. */
  readonly name: string;
  /** Seed of its key, 32 bytes. */
  readonly seed: Uint8Array;
  /** Logs that it follows; each key’s name is the log’s origin. */
  readonly logs: readonly NoteKey[];
  /** What it remembers; never put back from a backup. */
  readonly memory: string;
  readonly clock: Clock;
  readonly disk: Disk;
  /** As before, after a restart. */
  readonly port?: number;
  /** What it answers in place of the honest answer, which was decided and remembered. */
  readonly lie?: (honest: WitnessAnswer, request: string) => WitnessAnswer | Promise<WitnessAnswer>;
}

const MOST_BYTES = 65_536;

export class LabWitness {
  readonly key: NoteKey;
  readonly #options: WitnessOptions;
  /** Origin → the newest checkpoint that it cosigned, as a note. */
  readonly #seen: Map<string, string>;
  #listener: Listener | undefined;
  /** One after the other: comparing and remembering are one step. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: WitnessOptions, seen: Map<string, string>) {
    this.#options = options;
    this.#seen = seen;
    this.key = noteKey(options.name, COSIGNATURE, publicKeyOf(options.seed));
  }

  static async start(options: WitnessOptions): Promise<LabWitness> {
    const { disk, memory, clock, port = 0 } = options;
    const witness = new LabWitness(options, await recall(disk, memory));
    const listening = { clock, setting: 'witness', graceMs: 0 };
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void witness.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    witness.#listener = await listen({ host: '127.0.0.1', port }, answer, listening);
    return witness;
  }

  get url(): string {
    return this.#listener?.url ?? '';
  }

  get port(): number {
    return this.#listener?.address.port ?? 0;
  }

  /** The size that it cosigned last. */
  sizeOf(origin: string): number {
    return this.#known(origin).size;
  }

  /** The newest checkpoint that it cosigned, as it shows it to monitors; empty before the first. */
  noteOf(origin: string): string {
    return this.#seen.get(origin) ?? '';
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    await this.#turn;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const { lie } = this.#options;
    let answer: WitnessAnswer = { status: 404, type: 'text/plain', body: 'There is no such thing.\n' };
    if (request.method === 'POST' && path === '/add-checkpoint') {
      const text = await readText(request);
      const turn = this.#turn.then(() => this.#judge(text));
      this.#turn = turn.catch(() => undefined);
      const honest = await turn;
      answer = lie ? await lie(honest, text) : honest;
    } else if (request.method === 'GET') {
      const note = [...this.#seen].find(([origin]) => path === `/${monitorPath(origin)}`)?.[1];
      if (note !== undefined) answer = { status: 200, type: 'text/plain; charset=utf-8', body: note };
    }
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  }

  async #judge(request: string): Promise<WitnessAnswer> {
    const { logs, name, seed, clock } = this.#options;
    const known = new Map(logs.map(({ name: origin }) => [origin, this.#known(origin)]));
    const judgement = judgeAddCheckpoint(request, known);
    if (judgement.status === 409) return { status: 409, type: judgement.contentType, body: judgement.body };
    if (judgement.status !== 200) return { status: judgement.status, type: 'text/plain', body: `${judgement.why}\n` };
    const { checkpoint, logLines } = judgement;
    const time = Math.floor(clock.now().getTime() / 1000);
    const sign = (bytes: Uint8Array): Uint8Array => signEd25519(seed, bytes);
    const line = signCosignature(checkpoint.body, time, name, sign, this.key.publicKey);
    this.#seen.set(checkpoint.origin, formatNote(checkpoint.body, [...logLines, line]));
    // Before it answers: what it has said it must never forget, or it would cosign a fork after a crash.
    await remember(this.#options, this.#seen);
    return { status: 200, type: 'text/plain; charset=utf-8', body: `${line}\n` };
  }

  #known(origin: string): WitnessedLog {
    const key = this.#options.logs.find((one) => one.name === origin);
    if (!key) throw new RangeError(`The log ${origin} is not followed here.`);
    const note = this.#seen.get(origin);
    if (note === undefined) return { key, size: 0, root: EMPTY_ROOT };
    const { size, root } = parseCheckpoint(openNote(note).body);
    return { key, size, root };
  }
}

async function recall(disk: Disk, memory: string): Promise<Map<string, string>> {
  if (!(await disk.exists(memory))) return new Map();
  const value = parseJson(await disk.read(memory, 1_000_000), 'the witness’s memory');
  // Told apart from nothing: a witness that starts over would cosign a fork.
  if (!(value instanceof Map)) throw new Refusal('STATE_DAMAGED', `${memory} is not what a witness remembers.`);
  return new Map([...value].flatMap(([origin, note]) => (typeof note === 'string' ? [[origin, note]] : [])));
}

async function remember({ disk, memory }: WitnessOptions, seen: ReadonlyMap<string, string>): Promise<void> {
  await disk.write(memory, Buffer.from(stringifyJson(new Map(seen))));
}

async function readText(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request) {
    received += chunk.length;
    if (received > MOST_BYTES) throw new Error('The request is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
