/** What `--json` prints is what docs/reference/cli-json.md promises: the same members, of the same kinds. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { isGroup } from '../../src/cli/command.ts';
import { ENTRIES } from '../../src/cli/program.ts';
import { Disk } from '../../src/platform/disk.ts';
import { renewSampleUpstream } from '../../src/sample/upstream.ts';
import { DAY } from '../simulator/clock.ts';
import { Workplace } from './workplace.ts';

const PAGE = new URL('../../docs/reference/cli-json.md', import.meta.url);
const page = await readFile(PAGE, 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section]),
);

test('every command has a section', () => {
  const namesOf = (entry: (typeof ENTRIES)[number]): string[] =>
    isGroup(entry) ? entry.commands.flatMap(namesOf).map((name) => `${entry.name} ${name}`) : [entry.name];
  const commands = ENTRIES.flatMap(namesOf);
  assert.deepEqual([...sections.keys()].sort(), ['Refusals', ...commands].sort());
});

describe('the documents', () => {
  /** Runs a command and compares what it prints with its section. */
  async function compare(workplace: Workplace, line: string, section: string): Promise<void> {
    const { json } = await workplace.type(`${line} --json`);
    assert.deepEqual(differences(json, example(section), section), [], line);
  }

  test('of a trial', async (context) => {
    const workplace = await Workplace.open(context);
    await compare(workplace, 'status', 'Refusals');
    await compare(workplace, 'init --root-online', 'init');
    const digest = await workplace.writeSample();
    const enrolment = `--upstream up --root @up/metadata/1.root.json --root-sha256 ${digest}`;
    await compare(workplace, `repo add sample ${enrolment}`, 'repo add');
    await compare(workplace, `repo add some ${enrolment} --targets welcome.txt`, 'repo add');
    await compare(workplace, 'repo list', 'repo list');
    await compare(workplace, 'repo show sample', 'repo show');
    await compare(workplace, 'status', 'status');
    await compare(workplace, 'import sample --dry-run', 'import');
    await compare(workplace, 'import sample --exclude-role advisories --reason why --ticket T --as alice', 'import');
    await compare(workplace, 'import sample', 'import');
    await compare(workplace, 'import sample --from nowhere', 'Refusals');
    await renewSampleUpstream({
      directory: workplace.path('up'),
      privateDirectory: workplace.path('up-private'),
      disk: new Disk(),
      now: workplace.clock.now(),
    });
    await compare(workplace, 'import sample', 'import');
    for (const [line, section] of [
      ['repo list', 'repo list'],
      ['repo show sample', 'repo show'],
      ['imports', 'imports'],
      ['diff sample 1 2', 'diff'],
      ['diff sample', 'diff'],
      ['renew', 'renew'],
      ['renew --force', 'renew'],
      ['renew --dry-run', 'renew'],
      ['status', 'status'],
      ['status --at 2030-01-01', 'status'],
      ['fsck', 'fsck'],
      ['keys list', 'keys list'],
      ['keys rotate sample', 'keys rotate'],
      ['root draft sample -o @draft.json', 'root draft'],
      ['root show @draft.json', 'root show'],
      ['root accept sample @draft.json --dry-run', 'root accept'],
      ['config validate', 'config validate'],
      ['config explain', 'config explain'],
    ] as const) {
      await compare(workplace, line, section);
    }
    workplace.clock.step(400 * DAY);
    await compare(workplace, 'renew', 'renew');
    await compare(workplace, 'fsck', 'fsck');
  });

  test('of a holder', async (context) => {
    const workplace = await Workplace.withTrial(context);
    await writeFile(workplace.path('pass'), 'correct horse battery\n', { mode: 0o600 });
    const create = 'keys create-holder alice --keys @alice --repository sample --passphrase-file @pass';
    await compare(workplace, create, 'keys create-holder');
    await compare(
      workplace,
      'keys public alice sample --keys @alice --passphrase-file @pass -o @a.json',
      'keys public',
    );
    await workplace.succeed('import sample');
    await workplace.succeed('root draft sample --root-key @a.json -o @draft.json');
    await compare(
      workplace,
      'root sign @draft.json --key @alice/alice.root.age --passphrase-file @pass --yes',
      'root sign',
    );
  });
});

/** The example of a section; two sections stand for another’s members. */
function example(name: string): Record<string, unknown> {
  if (name === 'root show') {
    const { dryRun, ...facts } = example('root draft');
    assert.notEqual(dryRun, undefined);
    return facts;
  }
  if (name === 'root sign') return { ...example('root draft'), holder: 'alice' };
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(sections.get(name) ?? '') ?? [];
  return JSON.parse(json) as Record<string, unknown>;
}

/** Where the shape of a document is not that of its example. Null stands for anything, an empty object or list too. */
function differences(actual: unknown, expected: unknown, path: string): string[] {
  if (actual === null || expected === null) return [];
  if (kindOf(actual) !== kindOf(expected)) return [`${path} is a ${kindOf(actual)}, not a ${kindOf(expected)}`];
  if (Array.isArray(actual)) {
    const [first] = expected as unknown[];
    return first === undefined ? [] : actual.flatMap((entry) => differences(entry, first, `${path}[]`));
  }
  if (typeof actual !== 'object') return [];
  const [found, promised] = [actual, expected] as [Record<string, unknown>, Record<string, unknown>];
  if (Object.keys(promised).length === 0) return [];
  const names = new Set([...Object.keys(found), ...Object.keys(promised)]);
  return [...names].flatMap((name) => {
    if (!(name in promised)) return [`${path}.${name} is not documented`];
    if (!(name in found)) return [`${path}.${name} is missing`];
    return differences(found[name], promised[name], `${path}.${name}`);
  });
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
