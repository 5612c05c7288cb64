/**
 * What `npm start` and `npm test` need before they can begin, on a fresh clone with nothing installed: the right Node.js,
 * the packages of package-lock.json, and for `start` a build. Plain JavaScript without dependencies. It says what it is
 * doing and how long it has taken, because the first time takes minutes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

export const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the program when this Node.js cannot run it. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major > 22) return;
  fail(`Countersign needs Node.js 20.19 or newer, or 22.14 or newer; this is ${process.versions.node}.`);
}

/** Installs what package-lock.json names, unless it is there already. */
export async function install() {
  if (!isInstalled()) {
    say('Installing the packages of package-lock.json. better-sqlite3 compiles SQLite from source where there is no');
    say('ready-made binary (on Node.js 20 for instance): about a minute, and it needs a C++ compiler and Python.');
    await run('installing', npm(), [...npmWords(), 'ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  if (!databaseLoads()) {
    say('SQLite was compiled for another Node.js; compiling it again, about a minute.');
    await run('compiling SQLite', npm(), [...npmWords(), 'rebuild', 'better-sqlite3']);
  }
}

/** Compiles src into dist, unless dist is newer than everything it is made from. */
export async function build() {
  const done = join(PROJECT, 'dist', '.complete');
  const sources = ['src', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const newest = Math.max(...sources.map((path) => newestChange(join(PROJECT, path))));
  if (existsSync(done) && statSync(done).mtimeMs > newest) return;
  say('Building: a few seconds.');
  // What no longer has a source must not live on as a program.
  rmSync(join(PROJECT, 'dist'), { recursive: true, force: true });
  const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  await run('building', process.execPath, [compiler, '-p', 'tsconfig.build.json']);
  writeFileSync(done, '');
}

/** Whether node_modules has every package of package-lock.json in the same version. */
function isInstalled() {
  const [wanted, present] = ['package-lock.json', 'node_modules/.package-lock.json'].map(readPackages);
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || entry.peer === true || present[path]?.version === entry.version,
  );
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(PROJECT, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Asked in a process of its own: a library for another Node.js can take the process down with it. */
function databaseLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', script], { cwd: PROJECT, stdio: 'ignore' }).status === 0;
}

/** Runs a program out of sight, with a sign of life; shows what it said only when it fails. */
async function run(doing, program, words) {
  const started = Date.now();
  const life = signOfLife(doing, started);
  const child = spawn(program, words, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      said += String(error);
      resolve(-1);
    });
    child.on('close', resolve);
  });
  life.end();
  if (code !== 0) {
    process.stderr.write(`${said.trim()}\n`);
    fail(`${doing} failed, see above.`);
  }
  say(`  done (${doing}, ${seconds(started)}).`);
}

/** One line that is written over on a terminal; elsewhere a line now and then. */
function signOfLife(doing, started) {
  const isTerminal = process.stderr.isTTY === true;
  const timer = setInterval(
    () =>
      process.stderr.write(
        isTerminal ? `\r\u001b[K  ${doing} … ${seconds(started)}` : `  still ${doing} (${seconds(started)})\n`,
      ),
    isTerminal ? 1000 : 15_000,
  );
  return {
    end() {
      clearInterval(timer);
      if (isTerminal) process.stderr.write('\r\u001b[K');
    },
  };
}

function seconds(started) {
  return `${String(Math.round((Date.now() - started) / 1000))} s`;
}

function newestChange(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

/** The npm that started us, so that one installation is not mixed with another’s. */
function npm() {
  return process.env.npm_execpath?.endsWith('.js') ? process.execPath : 'npm';
}

function npmWords() {
  const path = process.env.npm_execpath;
  return path?.endsWith('.js') ? [path] : [];
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function fail(line) {
  say(line);
  process.exit(1);
}

/** A development package’s program, as installed here. */
export function tool(path) {
  return join(PROJECT, 'node_modules', path);
}
