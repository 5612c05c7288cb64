/** What get, verify and why say, where the bytes go, and what a script can tell from the exit code. */
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { decide } from '../simulator/mirrored.ts';
import { DAY } from '../simulator/clock.ts';
import { type GuardPlace, guardPlace, upstreamWithDelegations } from './guard-place.ts';

async function enrolled(...[context, upstream, options]: Parameters<typeof guardPlace>): Promise<GuardPlace> {
  const place = await guardPlace(context, upstream, options);
  await place.enrol();
  return place;
}

test('get writes a new file under the last part of the name, and says where', async (context) => {
  const { workplace } = await enrolled(context);
  const { json } = await workplace.succeed('guard get docs/a.txt --json');
  assert.deepEqual([json['ok'], json['code'], json['authored_by']], [true, 'OK', 'docs']);
  assert.equal(json['file'], workplace.path('a.txt'));
  assert.equal(await readFile(workplace.path('a.txt'), 'utf8'), 'a');
  const again = await workplace.refused('guard get docs/a.txt');
  assert.deepEqual([again.exitCode, again.code], [2, 'USAGE_FILE']);
  await workplace.succeed('guard get docs/a.txt -o @a.txt');
});

test('a name that is no file’s name needs -o', async (context) => {
  const upstream = new SimulatedUpstream().add('a/..', 'climbs').add('a/', 'empty').add('con.txt', 'device').publish();
  const { workplace } = await enrolled(context, upstream);
  for (const name of ['a/..', 'a/', 'con.txt']) {
    const refusal = await workplace.refused('guard get', name);
    assert.equal(refusal.code, 'USAGE_OPTION', name);
    assert.match(refusal.next, /-o FILE/);
  }
  await workplace.succeed('guard get con.txt -o @safe.txt');
  assert.equal(await readFile(workplace.path('safe.txt'), 'utf8'), 'device');
});

test('-o never replaces a link, a folder or a device', async (context) => {
  const { workplace } = await enrolled(context);
  await writeFile(workplace.path('precious'), 'precious');
  await symlink(workplace.path('precious'), workplace.path('link'));
  await mkdir(workplace.path('folder'));
  for (const place of ['@link', '@folder', '/dev/null', '@nowhere/file', '@precious/file']) {
    assert.equal((await workplace.refused(`guard get file.txt -o ${place}`)).code, 'USAGE_FILE', place);
  }
  assert.equal(await readFile(workplace.path('precious'), 'utf8'), 'precious');
});

test('-o - writes the bytes and nothing else to standard output', async (context) => {
  const { workplace } = await enrolled(context);
  const { out, err } = await workplace.succeed('guard get file.txt -o -');
  assert.equal(out, 'content');
  assert.match(err, /^file\.txt: OK/m);
  assert.equal((await workplace.refused('guard get file.txt -o -')).code, 'USAGE_OPTION');
});

test('what was not verified leaves no file, not even a part of one', async (context) => {
  const { workplace, guarded } = await guardPlace(context);
  await guarded.upstream.dumpTo(workplace.path('copy'));
  await mkdir(workplace.path('copy', 'targets'));
  await writeFile(workplace.path('copy', 'targets', 'file.txt'), 'CONTENT');
  const digest = sha256(guarded.upstream.firstRoot);
  await workplace.succeed(
    `guard init --copy @copy --repository copy --upstream-root @upstream.json --upstream-root-sha256 ${digest}`,
  );
  const before = await readdir(workplace.directory);
  for (const place of ['', '-o @out.txt']) {
    const refusal = await workplace.refused(`guard get file.txt ${place}`);
    assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_TARGET']);
  }
  const { out } = await workplace.type('guard get file.txt -o -');
  assert.equal(out, '', 'not one byte');
  assert.deepEqual(await readdir(workplace.directory), before);
  await writeFile(workplace.path('copy', 'targets', 'file.txt'), 'content');
  await workplace.succeed('guard get file.txt');
});

test('a rehearsal of get checks everything and keeps nothing', async (context) => {
  const { workplace } = await enrolled(context);
  const { json, err } = await workplace.succeed('guard get file.txt --dry-run --json');
  assert.equal(json['dryRun'], true);
  assert.match(err, /Would write .*file\.txt/);
  assert.deepEqual(await readdir(workplace.path('data/guard/repository-1')), ['pin.json']);
  assert.equal((await workplace.refused('guard get nothing.txt --dry-run')).code, 'TRUST_UNLISTED_TARGET');
});

test('a target that nobody lists: get is refused, verify and why answer no', async (context) => {
  const { workplace } = await enrolled(context);
  const refusal = await workplace.refused('guard get nothing.txt');
  assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_UNLISTED_TARGET']);
  await writeFile(workplace.path('nothing.txt'), 'x');
  for (const line of ['guard verify nothing.txt @nothing.txt', 'guard why nothing.txt']) {
    const { exitCode, json } = await workplace.type(`${line} --json`);
    assert.deepEqual([exitCode, json['ok'], json['code']], [1, false, 'TRUST_UNLISTED_TARGET'], line);
  }
});

test('verify says whether a file is the one that upstream signed', async (context) => {
  const { workplace } = await enrolled(context);
  await writeFile(workplace.path('good'), 'content');
  await writeFile(workplace.path('bad'), 'CONTENT');
  await writeFile(workplace.path('long'), 'content and more');
  assert.equal((await workplace.succeed('guard verify file.txt @good --json')).json['ok'], true);
  for (const file of ['@bad', '@long']) {
    const { exitCode, json } = await workplace.type(`guard verify file.txt ${file} --json`);
    assert.deepEqual([exitCode, json['ok'], json['code'], json['established']], [1, false, 'TRUST_TARGET', []], file);
  }
  assert.equal((await workplace.refused('guard verify file.txt @absent')).code, 'USAGE_FILE');
  assert.equal((await workplace.refused('guard verify file.txt @data')).code, 'USAGE_FILE');
});

test('why draws the walk: what matched, what did not, and where it ended', async (context) => {
  const { workplace } = await enrolled(context);
  const { out } = await workplace.succeed('guard why npm/keys.json');
  assert.match(out, /^npm\/keys\.json \?\n└─ targets \.+ version 1, expires \S+ · does not list it\n/);
  assert.match(out, /├─ docs \.+ no pattern of this delegation matches\n/);
  assert.match(out, /├─ npm \.+ pattern “npm\/\*” matches · TERMINATING → the search ends here/);
  assert.match(out, /└─ later \.+ pattern “npm\/\*” matches · not asked: the search had ended\n→ found: npm answers/);
  const late = await workplace.type('guard why npm/late.json');
  assert.equal(late.exitCode, 1);
  assert.match(late.out, /→ not found: the delegation to npm is terminating/);
});

test('“backtrack: false”, hash prefixes and bins are named for what they are', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'old', { paths: ['old/*'] });
  upstream.author.delegate('targets', 'prefixed', { pathHashPrefixes: ['0', '1', '2', '3', '4', '5', '6', '7'] });
  upstream.author.delegate('targets', 'others', { pathHashPrefixes: ['8', '9', 'a', 'b', 'c', 'd', 'e', 'f'] });
  upstream.author.delegateToBins('prefixed', 'bin', 2);
  upstream.author.delegateToBins('others', 'tray', 2);
  upstream.alter('targets', (signed) => {
    const delegations = signed.get('delegations');
    const roles = delegations instanceof Map ? delegations.get('roles') : undefined;
    const [first] = Array.isArray(roles) ? roles : [];
    if (!(first instanceof Map)) return;
    first.delete('terminating');
    first.set('backtrack', false);
  });
  const { workplace } = await enrolled(context, upstream.publish());
  const { out } = await workplace.type('guard why old/file');
  assert.match(out, /TERMINATING → .*\(said by “backtrack: false”\)/);
  const other = await workplace.type('guard why some/file');
  assert.match(other.out, /hash prefix “[0-9a-f]” matches/);
  assert.match(other.out, /no hash prefix of this delegation matches/);
  assert.match(other.out, /bin \d of 2\^2 is this name’s/);
});

test('delegations that do not match are counted beyond twenty', async (context) => {
  const upstream = new SimulatedUpstream();
  for (let at = 0; at < 30; at++) upstream.author.delegate('targets', `role-${at}`, { paths: [`${at}/*`] });
  const { workplace } = await enrolled(context, upstream.publish());
  const { out } = await workplace.type('guard why 25/x');
  assert.equal(out.match(/no pattern of this delegation/g)?.length, 20);
  assert.match(out, /role-25 \.+ pattern “25\/\*” matches/);
  assert.match(out, /… and 9 more that do not speak for it/);
  const { json } = await workplace.type('guard why 25/x --json');
  const { walk } = json['search'] as { walk: { delegations: unknown[]; unmatched_left_out: number } };
  assert.deepEqual([walk.delegations.length, walk.unmatched_left_out], [21, 9]);
});

test('refused and excluded are told apart from not found, and their family says who must act', async (context) => {
  const options = { decisions: [decide('exclude-role', 'docs')] };
  const place = await enrolled(context, upstreamWithDelegations(), options);
  const { workplace } = place;
  const excluded = await workplace.type('guard why docs/a.txt');
  assert.equal(excluded.exitCode, 6);
  assert.match(excluded.out, /✗ POLICY_ROLE_EXCLUDED: .*\n[\s\S]*→ excluded, not “not found”/);
  // Upstream’s npm is late, as its npm delegation was at Sigstore.
  place.guarded.upstream.author.lifetimes.targets = 20;
  place.guarded.upstream.publish('npm');
  await place.guarded.importNow(decide('exclude-role', 'docs'));
  place.step(21 * DAY);
  await place.guarded.renew();
  const refused = await workplace.type('guard why npm/keys.json');
  assert.equal(refused.exitCode, 5);
  assert.match(
    refused.out,
    /→ refused, not “not found”: npm may speak for it and cannot be believed \(TRUST_EXPIRED\)/,
  );
  assert.match(refused.out, /Next: /);
  assert.equal((await workplace.refused('guard get npm/keys.json')).code, 'TRUST_EXPIRED');
});

test('names that upstream chose do not steer a terminal', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'red\u001b[31m', { paths: ['*/*'] });
  upstream.add('a/\u202efile', 'x', 'red\u001b[31m').publish();
  const { workplace } = await enrolled(context, upstream);
  for (const json of ['', ' --json']) {
    const { out, err } = await workplace.succeed(`guard why${json}`, 'a/\u202efile');
    assert.doesNotMatch(out + err, /[\u001b\u202e]/);
  }
});

test('established and not known stand side by side, and below each other where it is narrow', async (context) => {
  const { workplace } = await enrolled(context);
  const wide = await workplace.succeed('guard why file.txt');
  assert.match(wide.out, /^ESTABLISHED +│ NOT KNOWN$/m);
  workplace.columns = 50;
  const narrow = await workplace.succeed('guard why file.txt');
  assert.match(narrow.out, /^ESTABLISHED\n· [\s\S]*\n\nNOT KNOWN\n· /m);
  const [, after = ''] = narrow.out.split('ESTABLISHED');
  assert.ok(after.split('\n').every((line) => line.length <= 50));
});
