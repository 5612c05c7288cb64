/**
 * A process that refreshes once and gets a target, with the memory in FOLDER and the pin in FILE, at NOW. Before the
 * operation POINT on the store (`write 3`: the third write) it says so and stops for good, to be killed; with POINT `none`
 * it names every operation that changes the store, and ends.
 */
import { readFile } from 'node:fs/promises';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { Guard } from '../../../src/client/guard.ts';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import type { Store } from '../../../src/client/remember/store.ts';

const [folder = '', pin = '', now = '', point = ''] = process.argv.slice(2);
const store = folderStore(folder);
const counts = new Map<string, number>();

/** Does not return at the point that was asked for. */
async function passing(operation: string): Promise<void> {
  const count = (counts.get(operation) ?? 0) + 1;
  counts.set(operation, count);
  const name = `${operation} ${String(count)}`;
  if (point !== 'none' && name !== point) return;
  process.stdout.write(`${name}\n`);
  if (point === 'none') return;
  // Kept alive by a timer, as the promise alone would let the process end.
  setInterval(() => undefined, 60_000);
  await new Promise(() => undefined);
}

const watched: Store = {
  description: store.description,
  state: () => store.state(),
  read: (digest) => store.read(digest),
  async write(content) {
    await passing('write');
    return store.write(content);
  },
  async commit(previous, bytes) {
    await passing('commit');
    return store.commit(previous, bytes);
  },
  async keepOnly(digests) {
    await passing('keep');
    await store.keepOnly(digests);
    await passing('kept');
  },
};

const clock = { now: () => new Date(Number(now)) };
const guard = new Guard({ pin: readPin(await readFile(pin)), store: watched, clock });
await guard.refresh({ everyRole: true });
await guard.get('file');
