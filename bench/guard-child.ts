/**
 * One client against a running mirror, in a process of its own: first refreshes from nothing, then refreshes when nothing
 * changed. The guard is measured with a memory in RAM and with one on disk; tuf-js as its users call it.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { folderStore } from '../src/client/doors/folder-store.ts';
import { memoryStore } from '../src/client/doors/memory-store.ts';
import { Guard } from '../src/client/guard.ts';
import { readPin } from '../src/client/pin/pin-file.ts';
import type { Store } from '../src/client/remember/store.ts';
import { answer } from './children.ts';

export interface ClientRounds {
  readonly milliseconds: readonly number[];
  readonly cpuMilliseconds: readonly number[];
  /** Of the last round. */
  readonly requests: number;
}

export interface GuardAnswer {
  readonly first: ClientRounds;
  readonly unchanged: ClientRounds;
}

const [, , contestant = '', url = '', pinText = '', directory = '', rounds = ''] = process.argv;
const pin = readPin(Buffer.from(pinText, 'base64'));
let requests = 0;
const ownFetch = globalThis.fetch;
globalThis.fetch = (...words) => {
  requests++;
  return ownFetch(...words);
};

/** Makes a client with an empty memory; the answer refreshes it. */
function newClient(): () => Promise<unknown> {
  if (contestant === 'tuf-js') {
    const cache = mkdtempSync(join(directory, 'tuf-js-'));
    mkdirSync(join(cache, 'targets'));
    writeFileSync(join(cache, 'root.json'), pin.mirrorRoot ?? '');
    const options = {
      metadataDir: cache,
      metadataBaseUrl: `${url}/metadata`,
      targetDir: join(cache, 'targets'),
      targetBaseUrl: `${url}/targets`,
    };
    return () => new Updater(options).refresh();
  }
  const store: Store =
    contestant === 'guard, on disk' ? folderStore(mkdtempSync(join(directory, 'guard-'))) : memoryStore();
  // A guard made anew over the same memory verifies everything again; one that lives on remembers what it verified.
  const living = new Guard({ pin, store });
  return () => (contestant === 'guard, new each time' ? new Guard({ pin, store }) : living).refresh();
}

async function measure(prepare: () => () => Promise<unknown>): Promise<ClientRounds> {
  const made: { ms: number; cpu: number }[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const refresh = prepare();
    requests = 0;
    const cpu = process.cpuUsage();
    const start = performance.now();
    await refresh();
    const { user, system } = process.cpuUsage(cpu);
    made.push({ ms: performance.now() - start, cpu: (user + system) / 1000 });
  }
  return { milliseconds: made.map(({ ms }) => ms), cpuMilliseconds: made.map(({ cpu }) => cpu), requests };
}

const first = await measure(newClient);
const refresh = newClient();
await refresh();
const unchanged = await measure(() => refresh);
answer({ first, unchanged } satisfies GuardAnswer);
