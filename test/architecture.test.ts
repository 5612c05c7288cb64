/**
 * The shape of the house: who imports whom, no cycles, no barrels, and one place that makes a Candidate. The table is
 * `architecture/rooms.ts`; doors, files and the repository have tests of their own beside it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOMS } from './architecture/rooms.ts';
import { type Import, importsOf, nameOf, PROJECT, readSources, roomOf } from './architecture/sources.ts';

const sources = readSources('src');
const imports = new Map(sources.map((source) => [nameOf(source.path), importsOf(source)]));

test('every room imports only what the table gives it', () => {
  const violations = [...imports].flatMap(([name, made]) =>
    made
      .filter((one) => one.isOurs && !mayImport(roomOf(name), one))
      .map((one) => `src/${name}.ts imports ${one.to}${one.isTypeOnly ? ' (types)' : ''}`),
  );
  assert.deepEqual(violations, []);
});

test('the rule sees what it forbids', () => {
  const one = (to: string, isTypeOnly: boolean): Import => ({ to, isOurs: true, isTypeOnly });
  const verdicts = [
    mayImport('serve', one('ledger/writer', true)),
    mayImport('serve', one('sign/keyring', true)),
    mayImport('serve', one('ledger/reader', false)),
    mayImport('serve', one('ledger/reader', true)),
    mayImport('tuf', one('platform/clock', true)),
    mayImport('ledger', one('publish/plan', true)),
    mayImport('cli', one('ledger/writer', false)),
  ];
  assert.deepEqual(verdicts, [false, false, false, true, false, false, false]);
});

test('every room of src/ is in the table', () => {
  const unknown = new Set([...imports.keys()].map(roomOf).filter((room) => !(room in ROOMS)));
  assert.deepEqual([...unknown], []);
});

test('the table itself has no way up: its rooms can be put in one order', () => {
  const rooms = new Map(
    Object.entries(ROOMS).map(([room, allowed]) => [room, allowed.map((word) => roomOf(word.replace(/^type /, '')))]),
  );
  assert.deepEqual(cycleIn(rooms), undefined);
});

test('docs/design/architecture.md has the same table', () => {
  const text = readFileSync(join(PROJECT, 'docs/design/architecture.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)(?:\/|\.ts)` +\| ([^|]+) \|$/gm)];
  const written = new Map(rows.map(([, room = '', cell = '']) => [room, namesIn(cell)]));
  const meant = new Map(
    Object.entries(ROOMS)
      // Its cell is a sentence: everything but most of the ledger.
      .filter(([room]) => room !== 'cli')
      .map(([room, allowed]) => [room, allowed.filter((word) => word !== 'errors').toSorted()]),
  );
  for (const [room, names] of meant) assert.deepEqual(written.get(room), names, room);
});

test('no cycles, types included', () => {
  const graph = new Map(
    [...imports].map(([name, made]) => [name, made.filter(({ isOurs }) => isOurs).map(({ to }) => to)]),
  );
  assert.deepEqual(cycleIn(graph), undefined);
});

test('the language uses nothing but curves, hashes and node:crypto', () => {
  const used = [...imports].filter(([name]) => roomOf(name) === 'tuf').flatMap(([, made]) => made);
  const foreign = new Set(used.filter(({ isOurs }) => !isOurs).map(({ to }) => to));
  assert.deepEqual(
    [...foreign].filter((to) => to !== 'node:crypto' && !to.startsWith('@noble/')),
    [],
  );
});

test('no barrels: an import names the file that holds the thing', () => {
  const barrels = readSources('src', 'test', 'bench', 'scripts').filter(({ path }) => /(^|\/)index\.m?ts$/.test(path));
  const forwarders = sources.filter(
    ({ text, tree }) =>
      tree.statements.length > 0 && /^export \*/m.test(text) && !/^export (class|function|const)/m.test(text),
  );
  assert.deepEqual(
    [...new Set([...barrels, ...forwarders].map(({ path }) => path))],
    // What others embed has one door for them.
    ['src/client/index.ts'],
  );
});

test('only verifyUpstream and verifyCollection make a Candidate', () => {
  const makers = readSources('src', 'test', 'bench', 'scripts')
    .filter(({ path }) => path !== 'src/verify/candidate.ts' && path !== 'test/architecture.test.ts')
    .filter(({ text }) => text.includes('afterVerification'));
  assert.deepEqual(
    makers.map(({ path }) => path),
    ['src/verify/notary/collection.ts', 'src/verify/upstream.ts'],
  );
});

function mayImport(room: string, { to, isTypeOnly }: Import): boolean {
  if (roomOf(to) === room) return true;
  const fits = (word: string): boolean => word === to || word === roomOf(to) || to.startsWith(`${word}/`);
  return (ROOMS[room] ?? []).some((word) =>
    word.startsWith('type ') ? isTypeOnly && fits(word.slice('type '.length)) : fits(word),
  );
}

/** The words of ROOMS that a cell of the document’s table stands for: “`tuf/`; types of `acquire/source`”. */
function namesIn(cell: string): string[] {
  const [imports = '', types = ''] = cell.replace(/\(.*\)/, '').split('types of ');
  const names = (text: string): string[] =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace(/\/$|\.ts$/, ''));
  return [...names(imports), ...names(types).map((name) => `type ${name}`)].toSorted();
}

/** One cycle as a list of names; undefined when there is none. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of graph.get(name) ?? []) {
      const cycle = next === name ? undefined : walk(next, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const cycle = walk(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}
