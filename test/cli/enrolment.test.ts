/** The one moment in which something is believed without a signature: there is no first-use trust (trust.md 3.1). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from './workplace.ts';

const ENROL = 'repo add sample --upstream up --root @up/metadata/1.root.json';

async function initialised(context: Parameters<typeof Workplace.open>[0]): Promise<[Workplace, string]> {
  const workplace = await Workplace.open(context);
  await workplace.succeed('init --root-online');
  return [workplace, await workplace.writeSample()];
}

test('without a digest and without a terminal nothing is enrolled', async (context) => {
  const [workplace, digest] = await initialised(context);
  const refusal = await workplace.refused(ENROL);
  assert.deepEqual([refusal.exitCode, refusal.code], [2, 'USAGE_OPTION']);
  assert.match(refusal.next, /--root-sha256/);
  const { err } = await workplace.type(ENROL);
  assert.ok(err.includes(digest), 'the digest is shown, to be compared');
  assert.deepEqual((await workplace.succeed('repo list --json')).json, { repositories: [] });
});

test('at a terminal the digest is shown and its last digits must be typed', async (context) => {
  const [workplace, digest] = await initialised(context);
  workplace.answers.push('yes');
  assert.equal((await workplace.refused(ENROL)).code, 'TRUST_ROOT_DIGEST');
  workplace.answers.push(digest.slice(-8).toUpperCase());
  const { err } = await workplace.succeed(ENROL);
  assert.ok(err.indexOf(digest) < err.indexOf('type its last 8 digits'), 'shown before it is asked for');
});

test('a digest is taken in the forms in which people pass it on', async (context) => {
  const [workplace, digest] = await initialised(context);
  await workplace.succeed(`${ENROL} --root-sha256 sha256:${digest.toUpperCase()}`);
  assert.equal((await workplace.refused(`${ENROL} --root-sha256 ${digest}`)).code, 'USAGE_REPOSITORY_EXISTS');
});

test('a file that is no root is refused, whatever its digest', async (context) => {
  const [workplace] = await initialised(context);
  const refusal = await workplace.refused('repo add sample --upstream up --root @up/metadata/timestamp.json');
  assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_TYPE']);
});

test('an address with a password in it is refused and not repeated', async (context) => {
  const [workplace, digest] = await initialised(context);
  const { exitCode, out, err } = await workplace.type(
    `repo add sample --upstream https://me:hunter2@example.org/ --root @up/metadata/1.root.json --root-sha256 ${digest} --json`,
  );
  assert.equal(exitCode, 2);
  assert.doesNotMatch(out + err, /hunter2/);
});

test('a directory is remembered whole, so that imports may run from elsewhere', async (context) => {
  const [workplace, digest] = await initialised(context);
  const { json } = await workplace.succeed(
    `${ENROL} --root-sha256 ${digest} --json --targets welcome.txt projects/*/*`,
  );
  assert.equal(json['upstream'], workplace.path('up'));
  assert.deepEqual(json['targets'], ['welcome.txt', 'projects/*/*']);
  assert.equal((await workplace.succeed('import sample --json')).json['targets'], 2);
});
