/** What `--json` prints is what docs/reference/cli-json.md promises: the same members, of the same kinds. */
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { isGroup } from '../../src/cli/command.ts';
import { ENTRIES } from '../../src/cli/program.ts';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { Disk } from '../../src/platform/disk.ts';
import { renewSampleUpstream } from '../../src/sample/upstream.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { guardPlace } from './guard-place.ts';
import { as, fingerprint, keyFile, Office, signedBy, skip } from './office.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { writeCollected } from '../simulator/collected.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { SERVED } from '../simulator/collection-mirror.ts';
import { guardedCollection } from '../simulator/guarded-collection.ts';
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

  test('of collections', async (context) => {
    const workplace = await Workplace.open(context);
    await workplace.succeed('init --root-online');
    const collection = new SimulatedCollection();
    collection.delegate('targets/releases').role('targets/releases').expires = new Date(NOW.getTime() + DAY);
    await writeCollected(workplace.path('up'), collection.publish());
    const root = `--root @up/${GUN}/tuf/root.json --root-sha256 ${sha256(collection.firstRoot)}`;
    for (const [line, section] of [
      [`rescue up ${GUN} --dry-run`, 'rescue'],
      [`rescue up ${GUN}`, 'rescue'],
      [`rescue up ${GUN}2`, 'rescue'],
      [`rescue up ${GUN} --first-use --reason why`, 'rescue'],
      [`repo add app --dialect notary --gun ${GUN} --serve-as a/b --upstream up ${root}`, 'repo add'],
      ['repo list', 'repo list'],
      ['import app', 'import'],
      ['status', 'status'],
      ['repo retire app --reason why --dry-run', 'repo retire'],
      ['repo retire app --reason why', 'repo retire'],
      ['status', 'status'],
    ] as const)
      await compare(workplace, line, section);
  });

  test('of a holder', async (context) => {
    const workplace = await Workplace.withTrial(context);
    await writeFile(workplace.path('pass'), 'correct horse battery\n', { mode: 0o600 });
    const create = 'keys create-holder alice --keys @alice --repository sample --passphrase-file @pass';
    await compare(workplace, create, 'keys create-holder');
    await workplace.hasHolder('bob', 'correct horse battery');
    await compare(workplace, 'keys public bob sample --keys @bob --passphrase-file @pass -o @b.json', 'keys public');
    await workplace.succeed('import sample');
    await workplace.succeed('root draft sample --root-key @b.json -o @draft.json');
    await compare(
      workplace,
      'root sign @draft.json --key @bob/bob.root.age --passphrase-file @pass --yes',
      'root sign',
    );
  });

  test('of people', { skip }, async (context) => {
    const office = await Office.open(context);
    const { workplace } = office;
    const key = (name: string): string => `--key ${keyFile(name)}.pub`;
    await compare(workplace, `operator add alice ${key('alice')} --role approver --dry-run`, 'operator add');
    await compare(workplace, `operator add alice ${key('alice')} --role approver,importer`, 'operator add');
    await office.add('bob', 'approver,importer', 'alice');
    const emergency = { break_glass: { min_approvers: 1, review_within_days: 7 } };
    await writeFile(workplace.path('p.json'), JSON.stringify({ min_approvers: 2, ...emergency }));
    await compare(workplace, `policy set @p.json ${as('alice')}`, 'policy set');
    await writeFile(workplace.path('q.json'), JSON.stringify({ min_approvers: 3, teams: { security: 1 } }));
    await compare(workplace, `policy set @q.json --repository sample ${as('alice')}`, 'policy set');
    await compare(workplace, `import sample ${as('alice')}`, 'import');
    for (const [line, section] of [
      ['status', 'status'],
      ['imports', 'imports'],
      ['policy show', 'policy show'],
      ['policy show --repository sample', 'policy show'],
      [`operator add eve ${key('eve')} --role auditor ${signedBy('alice')}`, 'operator add'],
      [`operator add-key bob ${key('bob-2')} ${signedBy('alice')}`, 'operator add-key'],
      [`operator retire bob --reason gone ${as('alice')} --dry-run`, 'operator retire'],
      [`operator revoke-key bob ${fingerprint('bob')} --reason lost ${as('alice')} --dry-run`, 'operator revoke-key'],
      ['operator list', 'operator list'],
      [`approve 1 ${as('alice')} --dry-run`, 'approve'],
      [`approve 1 ${as('alice')} --yes`, 'approve'],
      [`reject 1 ${as('alice')} --reason no`, 'reject'],
      [`approve 1 ${as('alice')} --withdraw`, 'approve'],
      [`publish 1 --break-glass --reason now ${as('alice')} --dry-run`, 'publish'],
      [`publish 1 --break-glass --reason now ${as('alice')}`, 'publish'],
      ['publish 1', 'publish'],
      ['status', 'status'],
      [`review 1 --reason fine ${as('alice')}`, 'review'],
    ] as const)
      await compare(workplace, line, section);
    await office.change('second');
    await office.import('alice');
    for (const [line, section] of [
      [`publish 2 --break-glass --reason now ${as('bob')}`, 'publish'],
      [`withdraw sample --to 1 --reason bad ${as('alice')}`, 'withdraw'],
      [`withdraw sample --to 1 --reason bad ${as('bob')} --dry-run`, 'withdraw'],
      [`withdraw sample --to 1 ${as('bob')}`, 'withdraw'],
      ['status', 'status'],
      ['imports', 'imports'],
    ] as const)
      await compare(workplace, line, section);
  });

  test('of a guard', async (context) => {
    const place = await guardPlace(context, undefined, { id: 'sample' });
    const { workplace } = place;
    await compare(workplace, `${place.init} --grace npm=P10D`, 'guard init');
    await compare(workplace, 'guard status', 'guard status');
    await place.enrol('--name second');
    for (const [line, section] of [
      ['guard refresh', 'guard refresh'],
      ['guard refresh --all-roles --name sample --dry-run', 'guard refresh'],
      ['guard refresh --name nobody', 'guard refresh'],
      ['guard get file.txt --name sample -o @file.txt', 'guard get'],
      ['guard get nothing.txt --name sample', 'Refusals'],
      ['guard verify file.txt @file.txt --name sample', 'guard verify'],
      ['guard verify docs/a.txt @file.txt --name sample', 'guard verify'],
      ['guard why docs/a.txt --name sample', 'guard why'],
      ['guard why nothing.txt --name sample', 'guard why'],
      ['guard status', 'guard status'],
      ['guard pin show --name sample', 'guard pin show'],
      ['guard map show', 'guard map show'],
    ] as const) {
      await compare(workplace, line, section);
    }
    await writeFile(workplace.path('pin.json'), writePin(place.guarded.pin()));
    await compare(workplace, 'guard pin set @pin.json --name sample --dry-run', 'guard pin set');
    const map = JSON.stringify({
      repositories: { one: { pin: 'sample' }, two: { pin: 'second' } },
      mapping: [{ paths: ['*'], repositories: ['one', 'two'], threshold: 2, terminating: true }],
    });
    await writeFile(workplace.path('map.json'), map);
    await compare(workplace, 'guard map set @map.json', 'guard map set');
    await compare(workplace, 'guard map show', 'guard map show');
    await compare(workplace, 'guard why file.txt', 'guard why');
    await compare(workplace, 'guard get file.txt -o @file.txt', 'guard get');
    // A failing guard: nobody answers any more, and the memory is not this account’s alone.
    await place.close();
    await compare(workplace, 'guard refresh', 'guard refresh');
    await chmod(workplace.path('data/guard/sample/memory'), 0o755);
    await compare(workplace, 'guard status', 'guard status');
  });

  test('of a guard of a collection', async (context) => {
    const workplace = await Workplace.open(context);
    const guarded = await guardedCollection(context);
    await writeFile(workplace.path('root.json'), guarded.mirrorRoot);
    const digest = `--root-sha256 ${sha256(guarded.mirrorRoot)}`;
    const init = `guard init --mirror ${guarded.url.href} --repository app --served-as ${SERVED} --root @root.json ${digest}`;
    await compare(workplace, init, 'guard init');
    const image = `sha256:${'11'.repeat(32)}`;
    for (const [line, section] of [
      ['guard refresh', 'guard refresh'],
      ['guard why v1', 'guard why'],
      ['guard why nightly', 'guard why'],
      ['guard resolve v1', 'guard resolve'],
      ['guard resolve v9', 'guard resolve'],
      [`guard verify v1 ${image}`, 'guard verify'],
      [`guard verify v2 ${image}`, 'guard verify'],
      ['guard pin show', 'guard pin show'],
      ['guard check-root @root.json', 'guard check-root'],
    ] as const)
      await compare(workplace, line, section);
  });
});

const PERSON = { actor: 'a-fe226d81a71f82081de9', name: 'alice' };

/** Sections that stand for another’s members, without some, with others. */
const DERIVED: Readonly<Record<string, { from: string; without?: readonly string[]; also?: object }>> = {
  'root show': { from: 'root draft', without: ['dryRun'] },
  reject: { from: 'approve' },
  'operator retire': { from: 'operator add', without: ['key', 'operator'], also: { operator: PERSON } },
  'operator add-key': { from: 'operator retire', also: { key: { fingerprint: 'SHA256:…' } } },
  'operator revoke-key': { from: 'operator add-key' },
  'root sign': { from: 'root draft', also: { holder: 'alice' } },
  'guard verify': { from: 'guard get', without: ['dryRun'] },
  'guard why': { from: 'guard get', without: ['file', 'dryRun'] },
  'guard resolve': { from: 'guard get', without: ['file', 'dryRun'] },
  'guard pin show': { from: 'guard init', without: ['file', 'dryRun'] },
  'guard pin set': { from: 'guard init', without: ['file'] },
  'guard map set': { from: 'guard map show', also: { dryRun: false } },
};

/** The example of a section. */
function example(name: string): Record<string, unknown> {
  const [, json = '{}'] = /```json\n([\s\S]*?)```/.exec(sections.get(name) ?? '') ?? [];
  const own = JSON.parse(json) as Record<string, unknown>;
  const derived = DERIVED[name];
  if (!derived) return own;
  const { from, without = [], also = {} } = derived;
  const others = Object.entries(example(from));
  assert.ok(without.every((member) => others.some(([other]) => other === member)));
  return { ...Object.fromEntries(others.filter(([member]) => !without.includes(member))), ...also, ...own };
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
