/**
 * `npm start`: everything from a fresh clone to a running mirror. Installs and builds if needed; then, without words or
 * with options only, serves ./data with a sample upstream in it if ./data is new; with a command, runs that command.
 */
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, build, install, requireNode } from './prepare.mjs';

requireNode();
await install();
await build();
makeKeysPrivate();
const { start } = await import(new URL('../dist/cli/start.js', import.meta.url));
process.exitCode = await start(PROJECT);

/** Git does not record that keys/ is private; as long as it holds nothing but its page, nobody can have looked. */
function makeKeysPrivate() {
  const directory = join(PROJECT, 'keys');
  if (existsSync(directory) && readdirSync(directory).every((name) => name === 'README.md'))
    chmodSync(directory, 0o700);
}
