/**
 * A process that refreshes COUNT times with the memory in FOLDER and the pin in FILE, at NOW. After each time it prints
 * the snapshot of upstream’s that it saw, and how many times it has done so.
 */
import { readFile } from 'node:fs/promises';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { Guard } from '../../../src/client/guard.ts';
import { readPin } from '../../../src/client/pin/pin-file.ts';

const [folder = '', pin = '', now = '', count = ''] = process.argv.slice(2);
const clock = { now: () => new Date(Number(now)) };
const guard = new Guard({ pin: readPin(await readFile(pin)), store: folderStore(folder), clock });
for (let done = 1; done <= Number(count); done++) {
  const { upstream } = await guard.refresh();
  await guard.get('file');
  process.stdout.write(`refreshed ${String(upstream?.snapshot)} ${String(done)}\n`);
}
