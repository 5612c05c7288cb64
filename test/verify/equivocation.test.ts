/**
 * Upstream says two things under one version (W-07, C-03): refused, kept as evidence, accepted only by name; other bytes
 * around the same signed part are merely re-signed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide, noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

for (const role of ['root', 'timestamp', 'snapshot', 'targets', 'delegated']) {
  test(`W-07 another ${role} under the same version is refused, both byte strings stay, and a decision names it`, async (context) => {
    const upstream = published();
    const mirrored = await mirrorOf(context, upstream);
    await mirrored.importNow();
    const first = upstream.file(fileName(role));
    contradict(upstream, role);
    const second = upstream.file(fileName(role));
    assert.notDeepEqual(second, first);
    const refusal = await mirrored.importRefused('TRUST_EQUIVOCATION');
    assert.deepEqual(refusal.details['roles'], [`${role}@1`]);
    assert.match(refusal.next, new RegExp(`--accept-equivocation ${role}@1 `));
    for (const bytes of [first, second]) assert.ok(mirrored.mirror.reader.bytes(sha256(bytes)).equals(bytes));
    const kept = mirrored.evidence.find((row) => row['file_sha256'] === sha256(second));
    assert.equal(kept?.['kind'], 'evidence');
    await mirrored.importRefused('TRUST_EQUIVOCATION', decide('accept-equivocation', `${role}@2`));
    if (role === 'root') return;
    const { candidate } = await mirrored.importNow(decide('accept-equivocation', `${role}@1`));
    assert.ok(noteKinds({ candidate }).includes('decision-used'));
  });
}

test('W-07 another root is not taken in place of the accepted one, even when an operator lets the import go on', async (context) => {
  const upstream = published();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  const first = upstream.firstRoot;
  contradict(upstream, 'root');
  const made = decide('accept-equivocation', 'root@1');
  await mirrored.importExpecting('unchanged', made);
  upstream.publish();
  const { candidate } = await mirrored.importNow(made);
  assert.deepEqual(
    candidate.content.roots.map(({ fileSha256 }) => fileSha256),
    [sha256(first)],
  );
});

test('W-07 every contradicted file is named in one refusal', async (context) => {
  const upstream = published();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  contradict(upstream, 'targets');
  upstream.author.role('delegated').version = 0;
  contradict(upstream, 'delegated');
  upstream.author.timestamp.version = 0;
  upstream.author.snapshot.version = 0;
  upstream.publish();
  const refusal = await mirrored.importRefused('TRUST_EQUIVOCATION');
  assert.deepEqual(refusal.details['roles'], ['timestamp@1', 'snapshot@1', 'targets@1', 'delegated@1']);
  const decisions = ['timestamp@1', 'snapshot@1', 'targets@1'].map((name) => decide('accept-equivocation', name));
  const left = await mirrored.importRefused('TRUST_EQUIVOCATION', ...decisions);
  assert.deepEqual(left.details['roles'], ['delegated@1']);
});

test('W-07 what a refused import brought is remembered: contradicting it is equivocation as well', async (context) => {
  const upstream = published();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.publish('targets').drop('2.targets.json');
  await mirrored.importRefused('SOURCE_NOT_FOUND');
  contradict(upstream.restore(), 'snapshot', 2);
  assert.deepEqual((await mirrored.importRefused('TRUST_EQUIVOCATION')).details['roles'], ['snapshot@2']);
});

test('W-07 equivocation is what the operator hears first, when something else is wrong, too', async (context) => {
  const upstream = published();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  contradict(upstream, 'targets');
  upstream.drop('1.delegated.json');
  await mirrored.importRefused('TRUST_EQUIVOCATION');
});

test('W-07 a file that nobody signed contradicts nothing', async (context) => {
  const upstream = published();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.signWith('timestamp', upstream.signer('stranger'));
  contradict(upstream, 'timestamp');
  await mirrored.importRefused('TRUST_SIGNATURES');
  assert.deepEqual(
    mirrored.evidence.map((row) => [row['kind'], row['role']]),
    [
      ['evidence', 'root'],
      ['refused', 'timestamp'],
    ],
  );
});

const RESIGNED: Readonly<Record<string, (text: string) => string>> = {
  'other spacing': (text) => text.replaceAll('":', '": '),
  'an unsigned member': (text) => text.replace('{', '{"unsigned":1,'),
  'another order of members': (text) => text.replace(/^\{("signatures":\[.*?\]),("signed":.*)\}\n$/s, '{$2,$1}'),
};

for (const [what, change] of Object.entries(RESIGNED)) {
  test(`C-03 the same signed part with ${what} is noted as re-signed, and carried as it came`, async (context) => {
    const upstream = published();
    const mirrored = await mirrorOf(context, upstream);
    await mirrored.importNow();
    upstream.rewrite('delegated', change).author.role('delegated').version = 0;
    upstream.publish('delegated');
    const { candidate } = await mirrored.importNow();
    assert.ok(noteKinds({ candidate }).includes('re-signed'));
    const bytes = upstream.file('1.delegated.json');
    assert.ok(change('{"signatures":[],"signed":{"a":1}}\n') !== '{"signatures":[],"signed":{"a":1}}\n');
    assert.deepEqual(Buffer.from(mirrored.published().get('1.delegated.json') ?? []), Buffer.from(bytes));
  });
}

function published(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  return upstream.publish();
}

/** Signs the role once more under a version it had, with another content; whatever lists it gets a new version. */
function contradict(upstream: SimulatedUpstream, role: string, version = 1): void {
  const { author } = upstream;
  upstream.alter(role, (signed) => signed.set('x-changed', true));
  if (role === 'root') {
    author.root.version = version - 1;
    author.publishRoot();
  } else if (role === 'timestamp') {
    author.timestamp.version = version - 1;
    author.publishTimestamp();
  } else {
    (role === 'snapshot' ? author.snapshot : author.role(role)).version = version - 1;
    upstream.publish(role);
  }
}

function fileName(role: string): string {
  return role === 'timestamp' ? 'timestamp.json' : `1.${role}.json`;
}
