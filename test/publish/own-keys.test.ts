/** A keys directory that was swapped or restored: nothing is published that every client would refuse. */
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { importUpstream, withWriter } from '../../src/mirror.ts';
import { closeMirror, openMirror } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { DAY } from '../simulator/clock.ts';
import { drawFrom } from '../simulator/keys.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { storedState } from '../simulator/stored-state.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { renewAll, renewOne } from './renewing.ts';

void test('with another site’s keys renewals and imports are STATE_KEY, nothing is recorded, and clients keep what they have', async (t) => {
  const upstream = new SimulatedUpstream();
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  const { dataDirectory } = mirrored.mirror;
  const [own, foreign] = [join(dataDirectory, 'keys'), join(dataDirectory, 'keys-elsewhere')];
  await createKeyring(new Disk(), foreign, drawFrom('elsewhere'), { withRootOnline: true });
  await rename(own, join(dataDirectory, 'keys-gone'));
  await rename(foreign, own);

  mirrored.clock.advance(DAY);
  const swapped = await openMirror({ data: dataDirectory }, { clock: mirrored.clock, holder: 'test' });
  t.after(() => closeMirror(swapped));
  const before = await storedState(mirrored.mirror);
  await assert.rejects(renewAll(swapped), (error) => isRefusal(error, 'STATE_KEY'));
  upstream.add('new.txt', 'new').publish('targets');
  const openSource = (): Promise<SimulatedUpstream> => Promise.resolve(upstream);
  const importing = importUpstream(swapped, { repository: mirrored.id, openSource, decisions: [], claim: {} });
  await assert.rejects(importing, (error) => isRefusal(error, 'STATE_KEY'));
  const { tables, sealed } = await storedState(mirrored.mirror);
  assert.deepEqual({ tables, sealed }, { tables: before.tables, sealed: before.sealed });

  assert.equal((await renewOne(mirrored)).outcome, 'renewed', 'with its own keys it goes on');
});

void test('rotating the online keys changes them at once, and clients go on; the old ones sign nothing any more', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  const { mirror, id } = mirrored;
  mirrored.clock.advance(DAY);
  await withWriter(mirror, (writer) => rotateOnlineKeys(mirror, writer, id));
  await mirrored.checkPublished();
  assert.equal(mirror.reader.current(id)?.onlineEpoch, 2);
  mirrored.clock.advance(DAY);
  assert.equal((await renewOne(mirrored)).outcome, 'renewed');
});
