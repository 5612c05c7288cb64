/** Priority is the delegator’s order; a terminating delegation ends the whole search, whatever else is pending (D-02, D-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { put } from '../../simulator/places.ts';
import { delegating, ending, guardOver, listing, walked } from './walks.ts';

test('D-02 the first of two delegations answers, and the second is not even read', async (context) => {
  const guard = await guardOver(
    context,
    listing(delegating(['targets', 'first'], ['targets', 'second']), 'first', 'second'),
  );
  const finding = await guard.find('file');
  assert.equal(ending(finding), 'found first');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> first (*)',
    '  first lists it',
    '> second (*): the search had ended',
  ]);
  assert.equal(Buffer.from((await guard.get('file')).bytes).toString(), 'first');
});

test('a role’s own list comes before whatever it delegates', async (context) => {
  const guard = await guardOver(
    context,
    listing(delegating(['targets', 'first'], ['first', 'nested']), 'nested', 'first'),
  );
  assert.deepEqual(walked((await guard.find('file')).search.visit), ['targets', '> first (*)', '  first lists it']);
});

test('depth goes before breadth: what the first delegates to is asked before the second', async (context) => {
  const upstream = delegating(['targets', 'first'], ['targets', 'second'], ['first', 'nested']);
  const finding = await (await guardOver(context, listing(upstream, 'nested', 'second'))).find('file');
  assert.equal(ending(finding), 'found nested');
});

test('without an answer the search goes on to the next, through every branch', async (context) => {
  const upstream = delegating(['targets', 'first'], ['targets', 'second'], ['first', 'nested'], ['second', 'last']);
  const guard = await guardOver(context, listing(upstream, 'last'));
  assert.deepEqual(walked((await guard.find('file')).search.visit), [
    'targets',
    '> first (*)',
    '  first',
    '  > nested (*)',
    '    nested',
    '> second (*)',
    '  second',
    '  > last (*)',
    '    last lists it',
  ]);
  assert.equal(ending(await guard.find('other')), 'not-found');
});

test('D-03 a terminating delegation that lists nothing ends the search, and the answer names it', async (context) => {
  const upstream = delegating(['targets', 'first', { terminating: true }], ['targets', 'second']);
  const finding = await (await guardOver(context, listing(upstream, 'second'))).find('file');
  assert.equal(ending(finding), 'not-found by first');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> first (* terminating)',
    '  first',
    '> second (*): the search had ended',
  ]);
});

test('D-03 a terminating delegation that does not match ends nothing', async (context) => {
  const upstream = delegating(['targets', 'first', { terminating: true, paths: ['other/*'] }], ['targets', 'second']);
  assert.equal(ending(await (await guardOver(context, listing(upstream, 'second'))).find('file')), 'found second');
});

test('D-03 a terminating delegation deep in a branch ends the branches above it, too', async (context) => {
  const upstream = delegating(
    ['targets', 'first'],
    ['targets', 'second'],
    ['first', 'nested', { terminating: true }],
    ['first', 'beside'],
  );
  const finding = await (await guardOver(context, listing(upstream, 'second', 'beside'))).find('file');
  assert.equal(ending(finding), 'not-found by nested');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> first (*)',
    '  first',
    '  > nested (* terminating)',
    '    nested',
    '  > beside (*): the search had ended',
    '> second (*): the search had ended',
  ]);
});

test('below a terminating delegation the search goes on: only what comes after it is cut off', async (context) => {
  const upstream = delegating(
    ['targets', 'first', { terminating: true }],
    ['targets', 'second'],
    ['first', 'nested'],
    ['first', 'beside'],
  );
  assert.equal(
    ending(await (await guardOver(context, listing(upstream, 'second', 'beside'))).find('file')),
    'found beside',
  );
});

test('a terminating delegation to a role that was visited before ends the search as well', async (context) => {
  const upstream = delegating(
    ['targets', 'first'],
    ['targets', 'second', { terminating: true }],
    ['targets', 'last'],
    ['first', 'second'],
  );
  const finding = await (await guardOver(context, listing(upstream, 'last'))).find('file');
  assert.equal(ending(finding), 'not-found by second');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> first (*)',
    '  first',
    '  > second (*)',
    '    second',
    '> second (* terminating): visited before',
    '> last (*): the search had ended',
  ]);
});

test('`backtrack: false` of older metadata is read as terminating, and the answer warns of it', async (context) => {
  const upstream = delegating(['targets', 'first'], ['targets', 'second']);
  upstream.alter('targets', (signed) => {
    put(signed, ['delegations', 'roles', '0', 'terminating'], undefined);
    put(signed, ['delegations', 'roles', '0', 'backtrack'], false);
  });
  const finding = await (await guardOver(context, listing(upstream, 'second'))).find('file');
  assert.equal(ending(finding), 'not-found by first');
  assert.equal(walked(finding.search.visit)[1], '> first (* terminating by backtrack)');
  assert.deepEqual(finding.verdict.warnings, [
    { code: 'backtrack', at: undefined, text: 'targets says “backtrack: false”, which is read as terminating.' },
  ]);
});

test('`terminating` decides where both are written, and then nothing is warned of', async (context) => {
  const upstream = delegating(['targets', 'first'], ['targets', 'second']);
  upstream.alter('targets', (signed) => put(signed, ['delegations', 'roles', '0', 'backtrack'], false));
  const finding = await (await guardOver(context, listing(upstream, 'second'))).find('file');
  assert.deepEqual([ending(finding), finding.verdict.warnings], ['found second', []]);
});

test('D-02 J-01 names that look like numbers keep their place, and `constructor` is a name like any other', async (context) => {
  const names = ['10', 'dev', '2', 'constructor', '__proto__', '1'];
  const upstream = delegating(...names.map((name) => ['targets', name] as const));
  const guard = await guardOver(context, listing(upstream, '1', 'constructor', '__proto__'));
  const { search, verdict } = await guard.find('file');
  assert.deepEqual(
    search.visit.looks.map(({ name }) => name),
    names,
  );
  assert.equal(verdict.authoredBy, 'constructor');
  await guard.refresh({ everyRole: true });
  const offline = await guard.find('file', { mode: 'offline' });
  assert.deepEqual([ending(offline), offline.search], [ending({ search, verdict }), search]);
  assert.equal(Buffer.from((await guard.get('file', { mode: 'cache-first' })).bytes).toString(), 'constructor');
});
