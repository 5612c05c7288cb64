/**
 * A process that does COUNT times what a guard does: reads the state in FOLDER, writes a file, commits a state that names
 * it and counts one more, and tidies up. It prints a line after each step; `committed N` says that N is durable.
 */
import { writeSync } from 'node:fs';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { pieces } from './arrivals.ts';
import { contentOf, parse } from './counted.ts';

const [folder = '', count = ''] = process.argv.slice(2);
const store = folderStore(folder);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

for (let done = 0; done < Number(count);) {
  const found = await store.state();
  const counter = (found === undefined ? 0 : parse(found).counter) + 1;
  say('read');
  const file = await store.write(pieces(contentOf(counter)));
  say('wrote');
  if (!(await store.commit(found?.number ?? 0, Buffer.from(JSON.stringify({ counter, file }))))) continue;
  say(`committed ${counter}`);
  await store.keepOnly(new Set([file]));
  done++;
}
