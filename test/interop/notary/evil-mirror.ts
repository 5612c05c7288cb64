/**
 * A mirror in the hands of a thief, and everybody who reads from it: the unmodified client, an import (as a second mirror
 * behind this one makes it) and the guard. All of them ask the same server, each once with a memory of the honest mirror and
 * once, where that is something else, as somebody new.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { openServerCollection } from '../../../src/acquire/notary/server.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { type Floor, NO_FLOOR } from '../../../src/client/pin/pin.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { type Code, isRefusal } from '../../../src/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { CollectionThief } from '../../client/collections/stolen-keys.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { SERVED } from '../../simulator/collection-mirror.ts';
import { type GuardedCollection, guardedCollection } from '../../simulator/guarded-collection.ts';
import { Looker, published } from '../../verify/notary/looking.ts';
import { Reader } from './reader.ts';

/** The tags that are answered, one that names another image than upstream said with `!`; or a refusal. */
export type Answer = readonly string[] | 'refuses' | Code;

export interface Answers {
  /** One that had read the honest mirror before, and a new one. */
  readonly stock: readonly [knew: Answer, isNew: Answer];
  /** It had accepted the honest mirror before. */
  readonly import: Answer;
  /** The same two, and a new one whose pin has the honest versions as its floor. */
  readonly guard: readonly [knew: Answer, isNew: Answer, hasFloor: Answer];
}

/** As `published` has them, and more. */
const DIGESTS = new Map(
  Object.entries({ v1: '11', v2: '22', 'v1.1': '12', 'v2.1': '23', v3: '33' }).map(([tag, byte]) => [
    tag,
    byte.repeat(32),
  ]),
);
export const HONEST = ['v1', 'v1.1', 'v2', 'v2.1'];
const HONEST_VERSIONS = new Map(['targets', 'targets/releases'].map((role) => [roleName(role), 2]));

/** Real: the client has no other clock. */
const NOW = new Date();
/** As the real server says it. */
const NOT_FOUND = '{"errors":[{"code":"METADATA_NOT_FOUND","message":"no","detail":{}}]}';

export class EvilMirror {
  readonly guarded: GuardedCollection;
  readonly #t: TestContext;
  readonly #url: string;
  readonly #reader: Reader;
  readonly #store = memoryStore();
  #thief: CollectionThief | undefined;
  #looker: Looker | undefined;

  private constructor(t: TestContext, guarded: GuardedCollection, url: string) {
    [this.#t, this.guarded, this.#url] = [t, guarded, url];
    this.#reader = new Reader(t, url);
  }

  /** Version 2 of targets and of releases, each longer than version 1. */
  static async start(t: TestContext): Promise<EvilMirror> {
    const guarded = await guardedCollection(t, published(new SimulatedCollection(undefined, NOW)));
    const mirror = new EvilMirror(t, guarded, (await serveAnswers(t, guarded)).origin);
    return mirror.publish('v1.1', 'v2.1');
  }

  /** What they sign is one after the other, so there is one. */
  get thief(): CollectionThief {
    return (this.#thief ??= new CollectionThief(this.guarded));
  }

  /** A file of upstream’s, as it is now or of another version. */
  file(name: string): Uint8Array {
    return this.guarded.collection.file(name);
  }

  /** Upstream has these as well; those of version 2 in releases. The mirror knows nothing of it. */
  author(...tags: readonly string[]): this {
    const { collection } = this.guarded;
    const roles = tags.map((tag) => (tag.startsWith('v2') ? 'targets/releases' : 'targets'));
    for (const [index, tag] of tags.entries()) collection.add(tag, DIGESTS.get(tag) ?? '', roles[index]);
    collection.publish(...new Set(roles));
    return this;
  }

  /** And the mirror, honestly, brings them in. */
  async publish(...tags: readonly string[]): Promise<this> {
    this.author(...tags);
    await this.guarded.importNow();
    return this;
  }

  /** What all of them make of the mirror as it is now. Those with a memory remember the last time that they were asked. */
  async ask(): Promise<Answers> {
    return {
      stock: [await tagsOf(this.#reader), await tagsOf(new Reader(this.#t, this.#url))],
      import: await this.#import(),
      guard: [
        await this.#guard(this.#store),
        await this.#guard(memoryStore()),
        await this.#guard(memoryStore(), { ...NO_FLOOR, roles: HONEST_VERSIONS }),
      ],
    };
  }

  async #import(): Promise<Answer> {
    this.#looker ??= await this.#open();
    const looker = this.#looker;
    return answered(async () => {
      const { content } = await looker.look();
      return [...content.roles.values()].flatMap(({ bytes }) => listedIn(bytes));
    });
  }

  async #open(): Promise<Looker> {
    const source = await openServerCollection(new URL(this.#url), SERVED, { clock: systemClock });
    this.#t.after(() => source.close());
    return new Looker(source, this.guarded.mirrorRoot, this.guarded.clock.now());
  }

  /** The pin is of the mirror as it was when it was honest. */
  async #guard(store: Store, floor: Floor = NO_FLOOR): Promise<Answer> {
    const location = { base: new URL(this.#url), metadata: undefined, targets: undefined };
    const guard = this.guarded.guard({ pin: this.guarded.pin({ location, floor }), store, fetch: globalThis.fetch });
    return answered(async () => {
      const findings = [];
      for (const tag of DIGESTS.keys()) findings.push((await guard.find(tag)).verdict);
      const found = findings.filter(({ ok }) => ok).map(({ target, sha256 }) => told(target, sha256));
      // No tag has an answer, and not because none is listed.
      return found.length > 0 ? found : (findings[0]?.code as Code);
    });
  }
}

/** Whatever a thief put in the place of the mirror’s files, and the mirror’s own for the rest. */
export async function serveAnswers(t: TestContext, guarded: GuardedCollection): Promise<URL> {
  const server = createServer((request, response) => {
    void guarded.fetch(new URL(request.url ?? '', guarded.url)).then(async (answer) => {
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status).end(answer.status === 404 && bytes.length === 0 ? NOT_FOUND : bytes);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
}

async function tagsOf(reader: Reader): Promise<Answer> {
  const { exitCode, out } = await reader.list(SERVED);
  if (exitCode !== 0) {
    return 'refuses';
  }
  const lines = out.split('\n').map((line) => /^(v\S+)\s+([0-9a-f]{64})\s/.exec(line.trim()));
  return lines.flatMap((line) => (line ? [told(line[1] ?? '', line[2])] : [])).sort();
}

async function answered(ask: () => Promise<string[] | Code>): Promise<Answer> {
  try {
    const answer = await ask();
    return typeof answer === 'string' ? answer : answer.sort();
  } catch (error) {
    assert.ok(isRefusal(error), String(error));
    return error.code;
  }
}

/** Of a file that was verified. */
function listedIn(bytes: Uint8Array): string[] {
  const { signed } = JSON.parse(Buffer.from(bytes).toString()) as {
    signed: { targets: Record<string, { hashes: { sha256: string } }> };
  };
  return Object.entries(signed.targets).map(([tag, { hashes }]) =>
    told(tag, Buffer.from(hashes.sha256, 'base64').toString('hex')),
  );
}

function told(tag: string, digest: string | undefined): string {
  return digest === DIGESTS.get(tag) ? tag : `${tag}!`;
}
