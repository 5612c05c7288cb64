/**
 * One `get` under way: its watch, the signal that ends it, and its body, counted as it really arrives.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Refusal } from '../errors.ts';
import type { Clock } from './clock.ts';
import { nameOf, tooLarge } from './http-answer.ts';
import { type Circumstances, explainCutOff } from './http-trouble.ts';
import { DownloadWatch, type Patience } from './http-watch.ts';

export class Download {
  readonly watch: DownloadWatch;
  readonly #file: string;
  readonly #abort = new AbortController();
  readonly #forget: () => void;
  #refuse: (refusal: Refusal) => void = () => undefined;
  /** Rejects with the refusal to report; never resolves. */
  readonly givenUp = new Promise<never>((_resolve, reject) => {
    this.#refuse = reject;
  });

  constructor(url: URL, clock: Clock, patience: Patience, forget: () => void) {
    this.givenUp.catch(() => undefined);
    this.#file = nameOf(url);
    this.#forget = forget;
    this.watch = new DownloadWatch(clock, patience, this.#file, (refusal) => this.#endWith(refusal));
  }

  /** Aborted with the same refusal. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abandon(): void {
    this.#endWith(new Refusal('SOURCE_UNREACHABLE', `${this.#file} was given up because its source was closed.`));
  }

  end(): void {
    this.watch.end();
    this.#forget();
  }

  #endWith(refusal: Refusal): void {
    this.end();
    this.#abort.abort(refusal);
    this.#refuse(refusal);
  }
}

interface Arrival {
  readonly url: URL;
  readonly body: Readable;
  readonly maxBytes: number;
}

/**
 * The bytes of a body. An announced length is a claim and an endless body announces none, so what counts is what arrives;
 * nothing beyond the limit is handed on. That less arrives than was announced, undici notices.
 * @throws SOURCE_TOO_LARGE, SOURCE_TRUNCATED, SOURCE_SLOW, SOURCE_UNREACHABLE.
 */
export async function* readBody(
  { url, body, maxBytes }: Arrival,
  download: Download,
  circumstances: Circumstances,
): AsyncGenerator<Uint8Array, void, void> {
  const { watch } = download;
  let received = 0;
  try {
    watch.receiving();
    watch.waits(true);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      received += chunk.length;
      watch.received(chunk.length);
      if (received > maxBytes) throw tooLarge(url, maxBytes);
      watch.waits(false);
      yield chunk;
      watch.waits(true);
    }
  } catch (error) {
    throw explainCutOff(error, url, received, circumstances);
  } finally {
    download.end();
    body.destroy();
  }
}

type Call<Event extends keyof Dispatcher.DispatchHandler> = Parameters<NonNullable<Dispatcher.DispatchHandler[Event]>>;

/** Passes every event on, and says when the request has its connection: until then time is the connect timeout's. */
export class TellingHandler implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #tell: () => void;

  constructor(inner: Dispatcher.DispatchHandler, tell: () => void) {
    this.#inner = inner;
    this.#tell = tell;
  }

  onRequestStart(...event: Call<'onRequestStart'>): void {
    this.#tell();
    this.#inner.onRequestStart?.(...event);
  }

  onResponseStart(...event: Call<'onResponseStart'>): void {
    this.#inner.onResponseStart?.(...event);
  }

  onResponseData(...event: Call<'onResponseData'>): void {
    this.#inner.onResponseData?.(...event);
  }

  onResponseEnd(...event: Call<'onResponseEnd'>): void {
    this.#inner.onResponseEnd?.(...event);
  }

  onResponseError(...event: Call<'onResponseError'>): void {
    this.#inner.onResponseError?.(...event);
  }
}
