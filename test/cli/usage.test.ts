/** What is not understood exactly is not run: a sentence, a suggestion, exit 2. And every command explains itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandGroup, type DefinedCommand, isGroup } from '../../src/cli/command.ts';
import { ENTRIES } from '../../src/cli/program.ts';
import { Workplace } from './workplace.ts';

test('every command and group has --help with an example that starts with its name', async (context) => {
  const workplace = await Workplace.open(context);
  const pathsOf = (entry: DefinedCommand | CommandGroup): string[] =>
    isGroup(entry)
      ? [entry.name, ...entry.commands.flatMap(pathsOf).map((path) => `${entry.name} ${path}`)]
      : [entry.name];
  for (const path of ['', ...ENTRIES.flatMap(pathsOf)]) {
    const { out, err } = await workplace.succeed(`${path} --help`);
    assert.match(out, /^Examples?:\n {2}\$ .*countersign /m, path);
    assert.ok(out.split(/^Examples?:/m)[1]?.includes(`countersign ${path}`), `${path}: an example of another command`);
    assert.equal(err, '');
    if (path !== '') assert.match(out, /--data <directory>/, path);
  }
});

test('everything that changes something can be rehearsed', () => {
  const commandsIn = (entry: DefinedCommand | CommandGroup): DefinedCommand[] =>
    isGroup(entry) ? entry.commands.flatMap(commandsIn) : [entry];
  const commands = ENTRIES.flatMap(commandsIn);
  const reading = commands.filter(({ changesSomething }) => !changesSomething).map(({ name }) => name);
  assert.deepEqual(reading, [
    'list',
    'show',
    'imports',
    'diff',
    'serve',
    'status',
    // Audit: questions and proofs.
    ...['who', 'served-at', 'unapproved', 'timeline', 'approvers', 'revoked', 'staleness', 'contradictions'],
    ...['verify', 'prove', 'check'],
    // The log.
    ...['show', 'checkpoint', 'compare', 'show'],
    'list',
    'show',
    // Operators, policies.
    'list',
    'show',
    // Writes files for other machines, and nothing here.
    'client-config',
    // Guards: their memory moves forward with every answer, and that is no decision of anybody’s.
    ...['verify', 'resolve', 'check-root', 'why', 'status', 'show', 'show'],
    // Drives a client for a test suite.
    'conformance',
    // Works in a folder of its own, which it removes.
    'demo',
    'validate',
    'explain',
  ]);
});

for (const [typed, what, next] of [
  ['statsu', /unknown command “statsu”/, /Did you mean status\?/],
  ['import sample --form x', /unknown option “--form”/, /Did you mean --from\?/],
  ['add repo', /unknown command “add”/, /Did you mean repo add\?/],
  ['sign root', /unknown command “sign”/, /Did you mean root sign\?/],
  ['repo', /countersign repo needs a command: add, list, show/, /countersign repo --help/],
  ['', /countersign needs a command: init, repo/, /countersign --help/],
  ['import', /missing required argument “id”/, /countersign import --help/],
  ['repo add x', /required option “--upstream <location>” not specified/, /countersign repo add --help/],
  ['import a b', /too many arguments/, /countersign import --help/],
  ['status --at', /option “--at <time>” argument missing/, /countersign status --help/],
  [
    'init --root-online --root-holder alice',
    /“--root-online” cannot be used with option “--root-holder <name>”/,
    /init/,
  ],
  ['repo add x --upstream u --root r --dialect ostree', /Allowed choices are tuf/, /repo add --help/],
] as const) {
  test(`“${typed}” is refused with a sentence and a suggestion`, async (context) => {
    const workplace = await Workplace.open(context);
    const { exitCode, err, out } = await workplace.type(typed);
    assert.equal(exitCode, 2);
    assert.match(err, /^USAGE_OPTION: countersign/);
    assert.match(err, what);
    assert.match(err.split('Next: ')[1] ?? '', next);
    assert.equal(out, '');
  });
}

test('a passphrase typed where none belongs is not repeated (Y-02)', async (context) => {
  const workplace = await Workplace.open(context);
  for (const line of ['init --passphrase=hunter2hunter2', 'init --passphrase-fd hunter2', 'init hunter2']) {
    const { exitCode, out, err } = await workplace.type(`${line} --json`);
    assert.equal(exitCode, 2);
    assert.doesNotMatch(out + err, /hunter2/, line);
  }
});

test('--version prints the version of package.json', async (context) => {
  const workplace = await Workplace.open(context);
  assert.match((await workplace.succeed('--version')).out, /^\d+\.\d+\.\d+\n$/);
});
