/** The text whose digest an approver signs: the same bytes everywhere, for one import only. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { RepositoryId, Sha256 } from '../../../src/tuf/names.ts';
import { differenceBetween } from '../../../src/verify/difference.ts';
import { type SummaryRequest, summarise } from '../../../src/verify/difference/summary.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { CANDIDATE, contentsOf, filesOf, sideOf, summaryOf } from './sides.ts';

const upstream = new SimulatedUpstream().add('file', 'first');
const first = filesOf(upstream.publish());
const second = filesOf(upstream.add('file', 'second').publish('targets'));
const request: SummaryRequest = {
  repository: 'sample' as RepositoryId,
  import: 2,
  candidate: CANDIDATE,
  from: sideOf('import 1', first),
  to: sideOf('import 2', second),
};

test('the digest is that of the text’s bytes, and the text is ASCII with LF line ends', () => {
  const { text, sha256 } = summarise(request);
  assert.equal(sha256, createHash('sha256').update(text).digest('hex'));
  assert.match(text, /^[\n\x20-\x7e]+\n$/);
  assert.ok(!text.endsWith('\n\n'));
});

test('it names repository, import, candidate and both sides at its head', () => {
  const lines = summarise(request).text.split('\n');
  assert.deepEqual(lines.slice(0, 6), [
    'Countersign summary of an import, format 1',
    'repository  sample',
    'import      2',
    `candidate   ${CANDIDATE}`,
    "from        import 1 (upstream's root 1, timestamp 1, snapshot 1)",
    "to          import 2 (upstream's root 1, timestamp 2, snapshot 2)",
  ]);
});

test('A-05 another import, repository, candidate or starting point is another digest', () => {
  const others: Partial<SummaryRequest>[] = [
    { repository: 'other' as RepositoryId },
    { import: 3 },
    { candidate: 'd'.repeat(64) as Sha256 },
    { from: sideOf('import 0', first) },
    { to: sideOf('import 3', second) },
    { from: undefined },
    { from: sideOf('import 1', second) },
    { to: sideOf('import 2', first) },
    { targets: contentsOf(first, second) },
  ];
  const digests = [{}, ...others].map((other) => summarise({ ...request, ...other }).sha256);
  assert.equal(new Set(digests).size, digests.length);
});

test('the same sides give the same bytes, whatever order the roles are stored in', () => {
  const delegating = new SimulatedUpstream();
  for (const name of ['z', 'a', 'm']) delegating.author.delegate('targets', name, { paths: ['*'] });
  const files = filesOf(delegating.publish());
  const turned = { ...files, roles: new Map([...files.roles].toReversed()) };
  assert.equal(summaryOf(undefined, turned).text, summaryOf(undefined, files).text);
  assert.equal(summaryOf(files, turned).sha256, summaryOf(files, files).sha256);
});

test('two states that mean the same have no difference', () => {
  const { changes, counts } = differenceBetween(sideOf('a', first), sideOf('b', first), contentsOf(first, first));
  assert.deepEqual([changes, counts], [[], []]);
  const { text } = summaryOf(first, first);
  assert.ok(text.includes('\nNo difference in meaning.\n'));
});

test('it ends with the digests of upstream’s files and of every change', () => {
  const sha = (bytes: Uint8Array | undefined): string =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
  const { text } = summarise(request);
  const tail = text.split('\n').slice(-7, -1);
  assert.equal(tail[0], "Upstream's files that this is about, SHA-256");
  assert.deepEqual(tail.slice(1, 4), [
    `  ${sha(second.root)}  root 1`,
    `  ${sha(second.timestamp)}  timestamp 2`,
    `  ${sha(second.snapshot)}  snapshot 2`,
  ]);
  assert.match(tail[4] ?? '', /^ {2}[0-9a-f]{64} {2}list of 1 authored roles$/);
  assert.match(tail[5] ?? '', /^SHA-256 of every change in full: [0-9a-f]{64}$/);
});

test('it says whether target files were looked into', () => {
  const said = (targets: SummaryRequest['targets']): string | undefined =>
    summarise({ ...request, targets })
      .text.split('\n')
      .find((line) => line.includes('looked into'));
  assert.equal(said(contentsOf(first, second)), '1 of 1 changed target files were looked into.');
  assert.equal(said(undefined), '0 of 1 changed target files were looked into; their content was not at hand.');
  const nothing = { from: () => undefined, to: () => undefined };
  assert.equal(
    said(nothing),
    '0 of 1 changed target files were looked into; the others are not carried here, or larger than 1 MiB.',
  );
});
