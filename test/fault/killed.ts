/** A step in a process that is killed before one of its operations, then the aftermath in this one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closeMirror } from '../../src/open.ts';
import { FakeClock } from '../simulator/clock.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { StockTufJs } from '../replay/stock-tuf-js.ts';
import { recover } from './aftermath.ts';
import type { Prepared } from './failing-operation.ts';
import { LATER, open, pathsOf, type Places, REPOSITORY } from './place.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { nodeWords } from '../simulator/programs.ts';

const CHILD = fileURLToPath(new URL('killed-child.ts', import.meta.url));

/**
 * @param clients `with tuf-js` needs the global Date to stand at LATER
 * @returns whether the step had taken effect before the process died
 */
export async function killAt(
  places: Places,
  scenario: Scenario,
  { step, before }: Prepared,
  at: number,
  clients: 'with tuf-js' | 'our own only',
): Promise<boolean> {
  const directory = await places.copy(scenario.place);
  const fetchFrom = clients === 'with tuf-js' ? await knowingTufJs(directory) : undefined;
  const words = [directory, String(SCENARIOS.indexOf(scenario)), String(at)];
  const child = spawn(process.execPath, [...nodeWords(CHILD), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const signal = await new Promise((resolve) => child.on('exit', (_code, by) => resolve(by)));
  assert.equal(signal, 'SIGKILL');
  const found = fetchFrom && (await fetchFrom());
  assert.ok(!found || found.text === 'two' || found.text === 'two again');
  const hadHappened = await recover(directory, before, step);
  const after = fetchFrom && (await fetchFrom());
  assert.equal(after?.text, after?.expected);
  rmSync(directory, { recursive: true });
  return hadHappened;
}

interface Fetched {
  readonly text: string | undefined;
  /** What the record says that the place publishes. */
  readonly expected: string;
}

/** A tuf-js that knows the state before; each call starts a server, as after a restart, and updates the client. */
async function knowingTufJs(directory: string): Promise<() => Promise<Fetched>> {
  let client: StockTufJs | undefined;
  const update = async (): Promise<Fetched> => {
    const mirror = await open(directory, new FakeClock(LATER));
    const loopback = await serveOnLoopback(mirror, pathsOf(directory));
    try {
      const url = loopback.url(REPOSITORY);
      client ??= new StockTufJs(directory, await rootAt(url));
      const bytes = await client.fetch('team/two.txt', url);
      const generation = mirror.reader.current(REPOSITORY)?.generation;
      return { text: bytes?.toString(), expected: generation === 1 ? 'two' : 'two again' };
    } finally {
      await loopback.stop();
      closeMirror(mirror);
    }
  };
  await update();
  return update;
}

async function rootAt(url: string): Promise<Uint8Array> {
  const response = await fetch(`${url}/metadata/1.root.json`);
  return new Uint8Array(await response.arrayBuffer());
}
