/** An explained look-up (G3): why each delegation spoke for the name or did not, in the delegator’s order; how it ended. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { guardedBy } from '../../simulator/guarded.ts';
import { decide } from '../../simulator/mirrored.ts';
import { put } from '../../simulator/places.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { StolenKeys } from '../evidence/stolen-keys.ts';
import { delegating, ending, guardOver, listing, walked } from './walks.ts';

test('G3 a look says which pattern matched, and that none did', async (context) => {
  const upstream = delegating(
    ['targets', 'none', { paths: ['other/*', 'file.*'] }],
    ['targets', 'second-pattern', { paths: ['dir/?.txt', 'dir/*.tar', '*'] }],
    ['targets', 'case', { paths: ['File'] }],
    ['targets', 'exact', { paths: ['file'] }],
  );
  const guard = await guardOver(context, listing(upstream, 'exact'));
  assert.deepEqual(walked((await guard.find('file')).search.visit), [
    'targets',
    '> none (–): no match',
    '> second-pattern (*)',
    '  second-pattern',
    '> case (–): no match',
    '> exact (file)',
    '  exact lists it',
  ]);
  const nested = (await guard.find('dir/a.tar')).search.visit.looks.map(({ match }) => match);
  assert.deepEqual(nested, [undefined, 'dir/*.tar', undefined, undefined]);
});

test('G3 a look says which prefix of the name’s digest matched', async (context) => {
  const digest = createHash('sha256').update('file').digest('hex');
  const other = digest.startsWith('0') ? '1' : '0';
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'elsewhere', { pathHashPrefixes: [other] });
  upstream.author.delegate('targets', 'here', { pathHashPrefixes: [other, digest.slice(0, 3)] });
  const finding = await (await guardOver(context, listing(upstream, 'here'))).find('file');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> elsewhere (–): no match',
    `> here (${digest.slice(0, 3)})`,
    '  here lists it',
  ]);
});

test('G3 G7 of bins, the look says which one it is; a bin is terminating', async (context) => {
  const upstream = delegating(['targets', 'hub'], ['targets', 'last']);
  upstream.author.delegateToBins('hub', 'bin', 4);
  upstream.author.binFor('hub', 'file').targets.set('file', Buffer.from('from a bin'));
  const bin = createHash('sha256').update('file').digest()[0] ?? 0;
  const [name, index] = [`bin-${(bin >> 4).toString(16)}`, bin >> 4];
  const guard = await guardOver(context, listing(upstream, 'last'));
  assert.deepEqual(walked((await guard.find('file')).search.visit), [
    'targets',
    '> hub (*)',
    '  hub',
    `  > ${name} (bin ${String(index)} of 2^4 terminating)`,
    `    ${name} lists it`,
    '> last (*): the search had ended',
  ]);
  assert.match(ending(await guard.find('nowhere')), /^not-found by bin-[0-9a-f]$/);
});

test('G3 every visit says who delegated, which version answered and when it expires', async (context) => {
  const upstream = delegating(['targets', 'dev'], ['dev', 'nested']);
  const guard = await guardOver(context, listing(upstream, 'nested').publish('dev'));
  const { visit } = (await guard.find('file')).search;
  const dev = visit.looks[0]?.visit;
  const nested = dev?.looks[0]?.visit;
  assert.ok(dev && nested);
  assert.deepEqual([visit.delegator, dev.delegator, nested.delegator], [undefined, 'targets', 'dev']);
  assert.deepEqual([visit.version, dev.version, nested.version], [1, 1, 1]);
  assert.deepEqual(nested.expires, upstream.author.role('nested').expires);
  assert.deepEqual([visit.lists, dev.lists, nested.lists], [false, false, true]);
});

test('the five ways in which a search ends, told apart by kind and code', async (context) => {
  const guarded = await guardedBy(context, everyEnding(), { decisions: [decide('exclude-role', 'excluded')] });
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['meta', 'withheld.json'], undefined) });
  guarded.answer('metadata/1.refused.json', Buffer.from('{}'));
  const guard = guarded.guard();
  const endings = {
    'found/file': 'found found',
    'ended/file': 'not-found by ended',
    'nowhere/file': 'not-found',
    'refused/file': 'refused refused TRUST_ROLE_MISMATCH',
    'withheld/file': 'withheld withheld TRUST_ROLE_WITHHELD',
    'excluded/file': 'excluded excluded POLICY_ROLE_EXCLUDED',
  };
  for (const [name, expected] of Object.entries(endings)) {
    const finding = await guard.find(name);
    assert.equal(ending(finding), expected);
    const code =
      /[A-Z]+_[A-Z_]+$/.exec(expected)?.[0] ?? (expected.startsWith('found') ? 'OK' : 'TRUST_UNLISTED_TARGET');
    assert.equal(finding.verdict.code, code);
    assert.equal(finding.verdict.ok, code === 'OK');
    if (code === 'OK') assert.equal((await guard.get(name)).verdict.code, code);
    else await rejected(code as Parameters<typeof rejected>[0], guard.get(name));
  }
});

test('a name that nobody lists is refused by get with the role that ended the search', async (context) => {
  const guard = await guardOver(context, listing(delegating(['targets', 'first', { terminating: true }]), 'first'));
  const ended = await rejected('TRUST_UNLISTED_TARGET', guard.get('other'));
  assert.match(ended.what, /lists “other”\. The delegation to first ends the search\.$/);
});

test('a role that upstream delegates to and does not list is upstream’s own gap, and ends the search', async (context) => {
  const upstream = delegating(['targets', 'gap'], ['targets', 'second']);
  upstream.alter('snapshot', (signed) => put(signed, ['meta', 'gap.json'], undefined));
  const finding = await (await guardOver(context, listing(upstream, 'second'))).find('file');
  assert.equal(ending(finding), 'refused gap TRUST_ROLE_UNLISTED');
});

/** A role for each ending, and one of lowest priority that lists everything. */
function everyEnding(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const role of ['found', 'ended', 'refused', 'withheld', 'excluded']) {
    upstream.author.delegate('targets', role, { paths: [`${role}/*`], terminating: role === 'ended' });
    upstream.author.role(role);
  }
  upstream.author.delegate('targets', 'lowest', {
    paths: ['found/*', 'ended/*', 'refused/*', 'withheld/*', 'excluded/*'],
  });
  for (const role of ['found', 'ended', 'refused', 'withheld', 'excluded'])
    upstream.add(`${role}/file`, 'low', 'lowest');
  return upstream.add('found/file', 'right', 'found').publish();
}
