/** Many repositories in one mirror: one that is damaged keeps none of the others from renewing. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { editBehindTriggers } from '../simulator/edited.ts';
import { TestMirror } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { renewAll } from './renewing.ts';

void test('one damaged repository does not stop the others, and the outcome names it', async (t) => {
  const site = await TestMirror.open(t);
  const { mirror } = site;
  const one = await enrolled(site, 'one');
  const two = await enrolled(site, 'two');
  const three = await enrolled(site, 'three');
  for (const mirrored of [one, two, three]) await mirrored.importNow();
  const [snapshot] = mirror.reader.issued(two.id, 'snapshot');
  assert.ok(snapshot);
  editBehindTriggers(join(mirror.dataDirectory, 'record.sqlite'), (shell) =>
    shell.run(`UPDATE file SET bytes = CAST('damaged' AS BLOB) WHERE sha256 = ?`, snapshot.fileSha256),
  );

  site.clock.advance(DAY);
  const outcomes = await renewAll(mirror);
  const byId = new Map(outcomes.map((outcome) => [outcome.repository as string, outcome]));
  assert.equal(byId.get('one')?.outcome, 'renewed');
  assert.equal(byId.get('three')?.outcome, 'renewed');
  assert.equal(byId.get('two')?.outcome, 'failed');
  assert.equal(byId.get('two')?.code, 'STATE_DAMAGED');
  await one.checkPublished();
  await three.checkPublished();
});

function enrolled(site: TestMirror, seed: string): Promise<MirroredRepository> {
  return site.enrol(new SimulatedUpstream({ seed }).publish(), { id: seed });
}

void test('a silent upstream stops alone; its neighbours renew in the same commit', async (t) => {
  const site = await TestMirror.open(t);
  const silent = await site.enrol(new SimulatedUpstream({ seed: 'silent' }).publish(), { maxUpstreamAgeDays: 1 });
  const lively = await site.enrol(new SimulatedUpstream({ seed: 'lively' }).publish());
  await silent.importNow();
  await lively.importNow();
  site.clock.advance(10 * DAY);
  const outcomes = await renewAll(site.mirror);
  assert.deepEqual(
    outcomes.map(({ repository, outcome }) => [repository, outcome]),
    [
      [silent.id, 'stopped'],
      [lively.id, 'renewed'],
    ],
  );
});
