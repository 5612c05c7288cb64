/** fsck reads what is published with the guard’s own code: evidence that is missing or altered is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { verifyAsGuard } from '../../src/publish/as-guard.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide, type MirroredRepository } from '../simulator/mirrored.ts';
import { rejected } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

/** The mirror’s reader, but for one answer. */
function altered(mirrored: MirroredRepository, answers: Partial<LedgerReader>): LedgerReader {
  const { reader } = mirrored.mirror;
  return new Proxy(reader, {
    get(target, name) {
      const own: unknown = Reflect.get(answers, name);
      const value: unknown = own ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('a guard accepts what is published: rotated roots, an excluded role, a dead horizon', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'broken', { paths: ['broken/*'] });
  upstream.publish().author.publishRoot();
  upstream.publish().drop('1.broken.json');
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow(decide('exclude-role', 'broken'));
  const { mirror, id, clock } = mirrored;
  await verifyAsGuard(mirror.reader, id, clock.now());
  assert.deepEqual((await fsck(mirror)).findings, []);
});

test('S-10 evidence that is gone, altered, or not what the statement says is a finding', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  upstream.author.publishRoot();
  upstream.publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  const { mirror, id, clock } = mirrored;
  const withoutRoot2 = altered(mirrored, {
    importFiles: (number) =>
      mirror.reader.importFiles(number).filter(({ kind, version }) => kind !== 'root' || version !== 2),
  });
  await rejected('TRUST_EVIDENCE', verifyAsGuard(withoutRoot2, id, clock.now()));
  const timestamp = sha256(upstream.file('timestamp.json'));
  const otherTimestamp = altered(mirrored, {
    bytes: (digest) => (digest === timestamp ? Buffer.from('{}') : mirror.reader.bytes(digest)),
  });
  await rejected('TRUST_EVIDENCE', verifyAsGuard(otherTimestamp, id, clock.now()));
});
