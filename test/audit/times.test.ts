/** T-04: three times with three names. What a person claims is never shown as more than claimed, and only a witness’s time is one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whoBroughtIn } from '../../src/audit/questions/who.ts';
import { WitnessTimes, witnessKeys } from '../../src/audit/times.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { AuditedOffice } from './office.ts';
import { watchers } from './watchers.ts';

test('witnessed_at is the first witness’s time on the first cosigned checkpoint over an entry', async (context) => {
  const office = await AuditedOffice.open(context);
  const { policy, witnesses, late } = watchers(() => office.clock.now(), 'audit', 'platform');
  await office.import('local');
  await office.setWitnesses(policy, witnesses);
  const seen = office.clock.now().getTime();
  late.clear();
  office.change('second');
  await office.import('local');
  const { matches } = await office.ask((inquiry) => whoBroughtIn(inquiry, 'file.txt'));
  const [first, second] = matches.map((match) => match.first_import?.times);
  // The first import was under a checkpoint before anybody watched; what the witnesses saw later covers it as well.
  assert.equal(first?.witnessed_at, formatDate(new Date(seen + 5000)));
  assert.equal(second?.witnessed_at, undefined, 'no witness has answered since');
  late.set('platform', 60);
  await office.renew();
  const later = (await office.ask((inquiry) => whoBroughtIn(inquiry, 'file.txt'))).matches.map(
    (match) => match.first_import?.times,
  );
  assert.equal(later[1]?.witnessed_at, formatDate(new Date(office.clock.now().getTime() + 60_000)));
  assert.equal(later[0]?.witnessed_at, first.witnessed_at);
});

test('a line of an unknown witness, or one that was altered, is no time', async (context) => {
  const office = await AuditedOffice.open(context);
  const { policy, witnesses } = watchers(() => office.clock.now(), 'audit');
  const stranger = watchers(() => office.clock.now(), 'stranger');
  await office.setWitnesses(policy, witnesses);
  const { database } = office.mirror;
  const of = (keys: readonly string[]) => new WitnessTimes(database, witnessKeys(keys)).of(0);
  assert.ok(of([policy]));
  assert.equal(of([stranger.policy]), undefined);
  assert.equal(of([]), undefined);
  database.script('DROP TRIGGER cosignature_no_update');
  // Seven of the eight bytes of the time stand in these characters.
  database.run("UPDATE cosignature SET line = replace(line, substr(line, length(line) - 95, 4), 'AAAA')");
  assert.equal(of([policy]), undefined);
});
