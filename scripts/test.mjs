/**
 * `npm test`: everything that needs no other server, on a fresh clone. `--only slow` and `--only interop` run those
 * folders instead; paths after that narrow the choice: `npm test -- test/cli`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT, install, requireNode, say } from './prepare.mjs';

const APART = ['interop', 'slow'];
/**
 * Folders whose files share a process: starting one, and warming it up, costs as much as a whole file of theirs. The others
 * count what a process does, or kill it, and have one each.
 */
const TOGETHER = [
  ...['acquire', 'audit', 'cli', 'client', 'config', 'gate', 'lab', 'ledger', 'negative', 'notary', 'property'],
  ...['publish', 'replay', 'serve', 'sign', 'sshsig', 'tlog', 'tuf', 'verify', 'witness'],
];
const MOST_TOGETHER = 20;
const ROOM_BYTES = 2 * 2 ** 30;

requireNode();
await install();
const words = process.argv.slice(2);
const only = words[0] === '--only' ? words.splice(0, 2)[1] : undefined;
const files = filesIn(join(PROJECT, 'test'), '.test.ts').filter(isChosen).filter(isNamed);
if (files.length === 0) {
  say('There is no such test.');
  process.exitCode = words.length > 0 ? 1 : 0;
} else {
  const started = Date.now();
  const isGreen = await runTests(files);
  const duration = `${String(files.length)} files, ${String(Math.round((Date.now() - started) / 1000))} s`;
  say(isGreen ? `Everything is green (${duration}).` : `NOT GREEN: see the failures above (${duration}).`);
  process.exitCode = isGreen ? 0 : 1;
}

function filesIn(directory, ending) {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesIn(path, ending) : path.endsWith(ending) ? [path] : []));
}

/** Interop tests lie directly in their folder: below it are the clients’ own programs. */
function isChosen(path) {
  const [, folder, ...rest] = relative(PROJECT, path).split('/');
  if (only === 'interop') return folder === 'interop' && rest.length === 1;
  return only === undefined ? !APART.includes(folder) : folder === only;
}

function isNamed(path) {
  return words.length === 0 || words.some((word) => path.includes(word.replace(/^\.\//, '')));
}

async function runTests(paths) {
  // Not before everything is installed.
  const { bundle, bundleOf } = await import('./test-bundles.mjs');
  const ours = ['cli/main.ts', 'client/index.ts'].map((path) => join(PROJECT, 'src', path));
  const programs = [...ours, ...filesIn(join(PROJECT, 'test'), '-child.ts')];
  const folder = await bundle(paths, programs);
  const inner = ['--enable-source-maps', '--test', '--test-concurrency=3', '--test-reporter=spec'];
  const room = roomInMemory();
  const rooms = room === undefined ? {} : { TMPDIR: room };
  const child = spawn(process.execPath, [...inner, ...inProcesses(paths, (path) => bundleOf(folder, path), folder)], {
    ...{ cwd: PROJECT, stdio: 'inherit', env: { ...process.env, ...rooms, TEST_BUNDLES: folder } },
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      for (const path of [folder, room]) if (path !== undefined) rmSync(path, { recursive: true, force: true });
      resolve(code === 0);
    });
  });
}

/**
 * Thousands of small databases, each written through to its disk: in memory they take a tenth of all time less. Only where
 * there is room, and where programs may be started from (tests play ssh-keygen).
 */
function roomInMemory() {
  const place = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(place);
    if (bavail * bsize < ROOM_BYTES) return undefined;
    const room = mkdtempSync(join(place, 'countersign-tests-'));
    const program = join(room, 'runs');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    if (spawnSync(program).status === 0) return room;
    rmSync(room, { recursive: true });
  } catch {
    // Another system, or nothing of the kind here.
  }
  return undefined;
}

/** One entry per process: the bundle of a test, or a list that imports those of several files of one folder. */
function inProcesses(paths, bundleOf, folder) {
  const directories = new Map();
  for (const path of paths) directories.set(dirname(path), [...(directories.get(dirname(path)) ?? []), path]);
  return [...directories].flatMap(([directory, files]) => {
    const [, room = ''] = relative(PROJECT, directory).split('/');
    const bundles = files.map((path) => bundleOf(path));
    if (!TOGETHER.includes(room)) return bundles;
    const lists = Math.ceil(bundles.length / MOST_TOGETHER);
    return Array.from({ length: lists }, (_, number) => {
      const list = join(folder, `${relative(PROJECT, directory).replaceAll('/', '-')}-${String(number + 1)}.test.mjs`);
      const own = bundles.filter((_path, index) => index % lists === number);
      writeFileSync(list, own.map((path) => `import ${JSON.stringify(pathToFileURL(path).href)};\n`).join(''));
      return list;
    });
  });
}
