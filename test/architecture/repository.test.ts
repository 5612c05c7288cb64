/** What every checkout must be: free of this or that machine, and installable by anybody from any registry. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REFUSALS } from '../../src/refusals.ts';
import { PROJECT } from './sources.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const manifest = parse('package.json') as {
  readonly engines: { readonly node: string };
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const lock = parse('package-lock.json') as { readonly packages: Readonly<Record<string, LockedPackage>> };

// Written in pieces, so that this file does not hold what it looks for.
const REGISTRY_HOSTS = [
  ['registry', 'npmjs'],
  ['registry', 'yarnpkg'],
  ['py' + 'pi', 'org'],
  ['hosted', 'org'],
  ['crates', 'io'],
  ['proxy', 'golang'],
  ['sum', 'golang'],
  ['repo1', 'maven'],
  ['maven', 'apache'],
  ['deb', 'debian'],
].map((words) => words.join('.'));
const MACHINE_PATH = new RegExp(`(^|[\\s"'\`(=:])/(${['root', 'home', 'work', 'Users'].join('|')})/[A-Za-z.]`, 'm');

test('no file names a package registry’s host', () => {
  const guilty = trackedFiles().filter((path) => {
    const text = read(path);
    return REGISTRY_HOSTS.some((host) => text.includes(host));
  });
  assert.deepEqual(guilty, []);
});

test('no file holds a path of the machine it was written on', () => {
  assert.deepEqual(
    trackedFiles().filter((path) => MACHINE_PATH.test(read(path))),
    [],
  );
});

test('the lock file names versions and digests, and no host', () => {
  const resolved = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
  assert.deepEqual(
    resolved.map(([name]) => name),
    [],
  );
});

test('the Node versions of package.json are the ones that are documented and guarded', () => {
  assert.equal(manifest.engines.node, '^20.19.0 || >=22.14.0');
  assert.match(manifest.devDependencies['@types/node'] ?? '', /^\^20\./);
});

test('every package that runs a script when installed is allowed by name, and nothing else is', () => {
  const running = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const allowed = Object.keys(manifest.allowScripts);
  assert.deepEqual(
    [...new Set(running)].filter((name) => !allowed.includes(name)),
    [],
  );
  const known = Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, ''));
  assert.deepEqual(
    allowed.filter((name) => !known.includes(name)),
    [],
  );
});

test('every refusal code has exactly one heading in docs/reference/errors.md', (t) => {
  const path = 'docs/reference/errors.md';
  if (!existsSync(join(PROJECT, path))) {
    t.skip(`${path} is not written yet`);
    return;
  }
  const headings = [...read(path).matchAll(/^#+ `?([A-Z]+_[A-Z_]+)`?\s*$/gm)].map(([, code]) => code);
  assert.deepEqual(headings.toSorted(), Object.keys(REFUSALS).toSorted());
});

/** Tracked files and those that would be; without Git (an unpacked archive) every file that is not a product. */
function trackedFiles(): string[] {
  return listFiles().filter((path) => existsSync(join(PROJECT, path)) && statSync(join(PROJECT, path)).isFile());
}

function listFiles(): string[] {
  try {
    const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', words, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    const products = /^(node_modules|dist|data|keys|\.interop|\.git)(\/|$)/;
    return readdirSync(PROJECT, { recursive: true, encoding: 'utf8' }).filter((path) => !products.test(path));
  }
}

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'latin1');
}

function parse(path: string): unknown {
  return JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
}
