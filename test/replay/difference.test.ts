/** What an approver would have read at every step of Sigstore’s history: bounded, repeatable, and about the right things. */
import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';
import type { Summary } from '../../src/verify/difference/summary.ts';
import { type SideFiles, linesOf, summaryOf } from '../verify/difference/sides.ts';
import { Archive, findArchive } from './archive.ts';
import { recordedSides } from './recorded-sides.ts';

const path = findArchive();
const skip = path === undefined ? 'there is no archive of recorded states; COUNTERSIGN_STATES may name one' : false;

void describe('Recorded states, compared one with the next', { skip }, () => {
  let archive: Archive;
  let states: readonly { readonly seq: number; readonly files: SideFiles }[];
  /** By the state that it leads to. */
  const summaries = new Map<number, Summary>();

  before(() => {
    archive = new Archive(path ?? '');
    states = recordedSides(archive.states);
    for (const [at, { seq, files }] of states.entries()) summaries.set(seq, summaryOf(states[at - 1]?.files, files));
  });
  after(() => archive.remove());

  /** The step to this state; the archive may be another one. */
  function stepTo(seq: number, previous: number): Summary | undefined {
    const at = states.findIndex((state) => state.seq === seq);
    return at > 0 && states[at - 1]?.seq === previous ? summaries.get(seq) : undefined;
  }

  test('every step is a page or two, in printable ASCII, and the same when it is made again', () => {
    for (const [at, { seq, files }] of states.entries()) {
      const summary = summaries.get(seq);
      assert.ok(summary);
      assert.match(summary.text, /^[\n\x20-\x7e]+$/);
      assert.ok(summary.text.length < 12_000, `${seq} has ${summary.text.length} characters`);
      assert.ok(summary.counts.every(({ total, listed }) => total === listed));
      assert.equal(summaryOf(states[at - 1]?.files, files).text, summary.text);
      assert.deepEqual(summaryOf(files, files).counts, []);
    }
    assert.equal(new Set([...summaries.values()].map(({ sha256 }) => sha256)).size, states.length);
  });

  test('no step leaves a difference that it has no words for', () => {
    for (const [seq, summary] of summaries) assert.deepEqual(linesOf(summary, 'other'), [], String(seq));
  });

  test('every target file of a known kind is read at every step', () => {
    for (const [seq, summary] of summaries) {
      const problems = linesOf(summary, 'content').filter((line) =>
        /is none|cannot be read|no certificate|no time|also /.test(line),
      );
      assert.deepEqual(problems, [], String(seq));
    }
  });

  test('the first state lists every key of every role', (t) => {
    const summary = summaries.get(1);
    if (!summary) {
      t.skip('another archive');
      return;
    }
    assert.equal(linesOf(summary, 'keys').filter((line) => line.startsWith('root: ')).length, 5);
    assert.match(
      linesOf(summary, 'content').join('\n'),
      /"fulcio\.crt\.pem" in targets: certificate "O=sigstore\.dev, CN=sigstore" sha256 [0-9a-f]{64} comes/,
    );
  });

  test('a rotation of root names who left and who came, and who did not sign', (t) => {
    const summary = stepTo(419, 360);
    if (!summary) {
      t.skip('another archive');
      return;
    }
    assert.deepEqual(
      linesOf(summary, 'keys').map((line) => line.replace(/\(so says upstream; .*\)/, '(so says upstream)')),
      ['root', 'targets'].flatMap((role) => [
        `${role}: key of "@dlorenc" (so says upstream) removed`,
        `${role}: key of "@lance" (so says upstream) added`,
      ]),
    );
    const signers = linesOf(summary, 'signers').join('\n');
    assert.match(
      signers,
      /^root: version 13 by the keys of version 12 signed by 4 of 5 keys, 3 needed: .*; not by "@dlorenc" /m,
    );
  });

  test('keys under new ids are the same keys, and their holders are new words', (t) => {
    const summary = stepTo(220, 173);
    if (!summary) {
      t.skip('another archive');
      return;
    }
    assert.equal(linesOf(summary, 'key-ids').filter((line) => line.startsWith('root: ')).length, 5);
    assert.equal(linesOf(summary, 'keys').filter((line) => line.startsWith('root: ')).length, 0);
    assert.match(
      linesOf(summary, 'key-words').join('\n'),
      /^root: key of "@mnm678" .*: upstream's own "x-tuf-on-ci-keyowner": absent -> "@mnm678"$/m,
    );
    assert.match(
      linesOf(summary, 'statement').join('\n'),
      /^root: upstream's own "x-tuf-on-ci-signing-period": absent -> 31$/m,
    );
  });

  test('a delegation comes, with its path and its key', (t) => {
    const summary = stepTo(82, 76);
    if (!summary) {
      t.skip('another archive');
      return;
    }
    const [delegation, ...others] = linesOf(summary, 'delegation');
    assert.match(delegation ?? '', /^targets -> "([^"]+)": added, for "\1\/\*", terminating$/);
    assert.deepEqual(others, []);
    assert.match(
      linesOf(summary, 'content').join('\n'),
      /: key "SHA256:\w+" for "npm:signatures" comes: key sha256 [0-9a-f]{64}, /,
    );
  });

  test('changes of the trusted root name authorities and logs', (t) => {
    const content = (seq: number, previous: number): string | undefined => {
      const summary = stepTo(seq, previous);
      return summary && linesOf(summary, 'content').join('\n');
    };
    const [first, second, third] = [content(271, 266), content(419, 360), content(490, 440)];
    if (first === undefined || second === undefined || third === undefined) {
      t.skip('another archive');
      return;
    }
    assert.match(
      first,
      /^"trusted_root\.json" in targets: timestamp authority "O=GitHub.*, CN=TSA Timestamping" goes: /m,
    );
    assert.match(
      second,
      /^"trusted_root\.json" in targets: timestamp authority "O=sigstore\.dev, CN=sigstore-tsa" comes: certificates .*CN=sigstore-tsa-selfsigned" sha256 [0-9a-f]{64}, /m,
    );
    assert.match(second, /^"signing_config\.v0\.2\.json" in targets: is a Sigstore signing config: /m);
    assert.match(
      third,
      /^"trusted_root\.json" in targets: transparency log "https:\/\/log2025-1\.rekor\.sigstore\.dev" comes: key sha256 [0-9a-f]{64}, .*valid from 2025-09-23T00:00:00\.000Z$/,
    );
  });

  test('a key of the registry’s that ends is said to end', (t) => {
    const summary = stepTo(266, 221);
    if (!summary) {
      t.skip('another archive');
      return;
    }
    const ends = linesOf(summary, 'content').filter((line) =>
      line.includes(' ends: valid until none -> 2025-01-29T00:00:00.000Z'),
    );
    assert.equal(ends.length, 2);
  });
});
