/** Two people must agree before an import is public, each to what they have read, and neither is whoever brought it in. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { as, keyFile, Office, signedBy, skip } from './office.ts';

const [AGENT, ADD] = ['ssh-agent', 'ssh-add'];

interface Answer {
  readonly state: string;
  readonly counted: readonly { readonly name: string; readonly team: string | null; readonly until: string }[];
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  readonly missing: { readonly people: number };
  readonly summary: { readonly from: number; readonly sha256: string; readonly text: string };
  readonly publication: { readonly outcome: string; readonly generation: number | null } | null;
}

async function answer(office: Office, line: string): Promise<Answer> {
  return (await office.workplace.succeed(`${line} --json`)).json as unknown as Answer;
}

test('an import waits, and is public with the second yes; nobody counts twice', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  const imported = await office.import();
  assert.deepEqual([imported['outcome'], imported['import'], imported['generation']], ['waits', 1, null]);
  assert.equal((imported['waitsFor'] as { code: string }).code, 'POLICY_APPROVALS');
  assert.equal((imported['by'] as { name: string }).name, 'ivan');
  assert.equal(await office.stateOf(1), 'waits');
  for (const attempt of ['first', 'again']) {
    const { state, missing, publication } = await answer(office, `approve 1 ${as('alice')} --yes`);
    assert.deepEqual([state, missing.people, publication], ['waiting', 1, null], attempt);
  }
  assert.equal(await office.published(), null);
  const second = await answer(office, `approve 1 ${as('bob')} --yes`);
  assert.deepEqual([second.publication?.outcome, second.publication?.generation], ['published', 1]);
  assert.deepEqual(second.counted.map(({ name }) => name).sort(), ['alice', 'bob']);
  assert.deepEqual([await office.published(), await office.stateOf(1)], [1, 'published']);
  await workplace.succeed('fsck');
  await workplace.succeed('status');
  const again = (await workplace.succeed('publish 1 --json')).json;
  assert.equal((again['publication'] as { outcome: string }).outcome, 'unchanged');

  // The next one is compared with it, in the very text that diff prints.
  await office.change('second');
  await office.import();
  const { summary } = await answer(office, `approve 2 ${as('alice')} --yes`);
  const diff = (await workplace.succeed('diff sample 2 --json')).json;
  assert.deepEqual([summary.from, summary.sha256, summary.text], [1, diff['sha256'], diff['text']]);
  assert.match(summary.text, /"file\.txt"/);
});

test('what was reviewed is what is signed, or nothing is (A-03)', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.import();
  const approve = `approve 1 ${as('alice')}`;
  const alone = await workplace.refused(approve);
  assert.deepEqual([alone.exitCode, alone.code], [2, 'USAGE_OPTION']);
  const digest = /--summary ([0-9a-f]{64})/.exec(alone.next)?.[1] ?? '';
  assert.equal(digest, (await workplace.succeed('diff sample 1 --json')).json['sha256']);
  const other = await workplace.refused(`${approve} --summary ${'0'.repeat(64)}`);
  assert.deepEqual([other.exitCode, other.code], [6, 'POLICY_SUMMARY']);
  assert.equal((await workplace.refused(`${approve} --summary short`)).code, 'USAGE_OPTION');
  workplace.answers.push('ja');
  assert.equal((await workplace.refused(approve)).code, 'USAGE_OPTION');
  assert.deepEqual((await answer(office, `${approve} --dry-run`)).counted, []);
  workplace.answers.push('yes');
  const { err, out } = await workplace.succeed(approve);
  assert.ok(err.includes('Countersign summary of an import') && err.includes(`SHA-256 of this text: ${digest}`));
  assert.match(out, /^Approved import 1 of sample as alice\.$/m);
  assert.match(out, /1 of 2 people have approved it/);
  const bobs = await answer(office, `approve 1 ${as('bob')} --summary SHA256:${digest.toUpperCase()}`);
  assert.equal(bobs.publication?.outcome, 'published');

  // Read while import 1 was public, signed when import 2 is: the text has become another one.
  await office.change('second');
  await office.import();
  await office.change('third');
  await office.import();
  const read = (await workplace.succeed('diff sample 1 3 --json')).json['sha256'] as string;
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 2 ${as(name)} --yes`);
  assert.equal((await workplace.refused(`approve 3 ${as('alice')} --summary ${read}`)).code, 'POLICY_SUMMARY');
});

test('whose word it is: the key decides, not what is typed (A-04)', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.import();
  const notTheirs = await workplace.refused(`approve 1 ${as('bob', 'alice')} --yes`);
  assert.deepEqual([notTheirs.exitCode, notTheirs.code], [6, 'POLICY_NOT_PERMITTED']);
  assert.match(notTheirs.what, /^bob cannot sign with SHA256:/);
  // Nobody is asked to type a passphrase for that.
  workplace.environment['PATH'] = workplace.path('empty');
  assert.equal((await workplace.refused(`approve 1 ${as('bob', 'alice')} --yes`)).code, 'POLICY_NOT_PERMITTED');
  workplace.environment['PATH'] = process.env['PATH'] ?? '';
  // Bob’s public half lies beside somebody else’s private key.
  await writeFile(workplace.path('mixed'), await readFile(keyFile('alice')), { mode: 0o600 });
  await writeFile(workplace.path('mixed.pub'), await readFile(`${keyFile('bob')}.pub`));
  const mixed = await workplace.refused('approve 1 --as bob --key @mixed --yes');
  assert.ok(['TRUST_SSH_SIGNATURE', 'STATE_SIGNING'].includes(mixed.code), mixed.code);
  // Without a public half beside it, the only recorded key is expected.
  await writeFile(workplace.path('bare'), await readFile(keyFile('alice')), { mode: 0o600 });
  const bare = await workplace.refused('approve 1 --as bob --key @bare --yes');
  assert.deepEqual([bare.exitCode, bare.code], [5, 'TRUST_SSH_SIGNATURE']);
  assert.match(bare.what, /^The key SHA256:\S+ signed, and not SHA256:/);
  for (const [line, code] of [
    [`approve 1 ${as('mallory', 'alice')} --yes`, 'USAGE_UNKNOWN_OPERATOR'],
    [`approve 1 ${as('ivan')} --yes`, 'POLICY_NOT_PERMITTED'],
    [`approve 1 ${as('alice')} --team security --yes`, 'POLICY_NOT_PERMITTED'],
    ['approve 1 --yes', 'USAGE_OPTION'],
    [`approve 1 --key ${keyFile('alice')} --yes`, 'USAGE_OPTION'],
    [`approve 1 --as alice --key @absent.pub --yes`, 'USAGE_FILE'],
    [`approve 9 ${as('alice')} --yes`, 'USAGE_UNKNOWN_IMPORT'],
    [`approve one ${as('alice')} --yes`, 'USAGE_OPTION'],
    [`approve 1 ${as('alice')} --yes --valid-for P0D`, 'USAGE_OPTION'],
    [`approve 1 ${as('alice')} --yes --valid-until 2026-01-01`, 'USAGE_OPTION'],
    // No agent, and nobody to start one.
    ['approve 1 --as alice --yes', 'STATE_SIGNING'],
  ] as const)
    assert.equal((await workplace.refused(line)).code, code, line);
  await chmod(workplace.path('bare'), 0o644);
  assert.equal((await workplace.refused('approve 1 --as alice --key @bare --yes')).code, 'STATE_SIGNING');
  assert.equal(await office.stateOf(1), 'waits');
  // Any spelling of the name, and the pseudonym.
  const { counted } = await answer(office, `approve 1 --as ALICE --key ${keyFile('alice')} --yes`);
  assert.deepEqual(
    counted.map(({ name }) => name),
    ['alice'],
  );
});

test('without --key the agent is asked for the key that was recorded', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.import();
  const socket = workplace.path('agent');
  const agent = spawn(AGENT, ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  context.after(() => agent.kill());
  await once(agent.stdout, 'data');
  workplace.environment['SSH_AUTH_SOCK'] = socket;
  assert.equal((await workplace.refused('approve 1 --as alice --yes')).code, 'STATE_SIGNING');
  for (const name of ['alice', 'bob']) {
    const environment = { ...process.env, SSH_AUTH_SOCK: socket };
    assert.equal(spawnSync(ADD, ['-q', keyFile(name)], { env: environment }).status, 0);
    await workplace.succeed(`approve 1 --as ${name} --yes`);
  }
  assert.equal(await office.published(), 1);
  // Two keys, and nobody says which.
  for (const signer of ['alice', 'bob'])
    await workplace.succeed(`operator add alicia --key ${keyFile('alicia')}.pub --role approver ${signedBy(signer)}`);
  for (const signer of ['alice', 'bob'])
    await workplace.succeed(`operator add-key alicia --key ${keyFile('alicia-2')}.pub ${signedBy(signer)}`);
  const which = await workplace.refused('approve 1 --as alicia --yes');
  assert.match(which.what, /several keys/);
  await workplace.succeed(`approve 1 ${as('alicia', 'alicia-2')} --yes`);
});

test('the importer’s own yes is not one of the two; a yes can be short, and taken back', { skip }, async (context) => {
  const office = await Office.open(context);
  const { workplace } = office;
  for (const [name, roles, ...by] of [
    ['alice', 'approver'],
    ['bob', 'approver:security', 'alice'],
    ['ivan', 'importer,approver', 'alice'],
  ] as const)
    await office.add(name, roles, ...by);
  await office.setPolicy({ min_approvers: 2, teams: { security: 1 }, exclude_importer: true }, 'alice');
  await office.import();
  const own = await answer(office, `approve 1 ${as('ivan')} --yes`);
  assert.deepEqual([own.counted, own.ignored[0]?.why], [[], 'the person brought the import in']);
  const short = await answer(office, `approve 1 ${as('alice')} --yes --valid-for PT12H --comment sure`);
  assert.equal(short.counted[0]?.until, '2026-11-23T15:00:00Z');
  workplace.clock.step(DAY);
  // The team is understood: bob has one, and the policy asks for it.
  const late = await answer(office, `approve 1 ${as('bob')} --yes`);
  assert.deepEqual([late.state, late.counted[0]?.team], ['waiting', 'security']);
  assert.equal(late.ignored.find(({ name }) => name === 'alice')?.why, 'it has expired');
  assert.deepEqual((await answer(office, `approve 1 ${as('bob')} --withdraw`)).counted, []);
  assert.equal((await workplace.refused(`approve 1 ${as('bob')} --withdraw`)).code, 'USAGE_OPTION');
  await workplace.succeed(`approve 1 ${as('alice')} --yes`);
  assert.equal(await office.published(), null);
  assert.equal((await answer(office, `approve 1 ${as('bob')} --yes`)).publication?.outcome, 'published');
});
