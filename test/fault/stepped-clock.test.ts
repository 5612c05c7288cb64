/** F-07: a clock that stepped stops signing, not serving; a person decides how to go on. */
import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { type Code, isRefusal } from '../../src/errors.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { adoptClock } from '../../src/publish/recover.ts';
import { type RenewalOutcome, renewDue } from '../../src/publish/renew.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { StockTufJs } from '../replay/stock-tuf-js.ts';
import { DAY, FakeClock } from '../simulator/clock.ts';
import { currentOf, knownClient, requireUpdate } from './aftermath.ts';
import { importFrom, LATER, open, pathsOf, Places, REPOSITORY, upstreamAt } from './place.ts';

const HOUR = DAY / 24;
const places = new Places();
after(() => places.remove());

const renew = (mirror: Mirror): Promise<RenewalOutcome[]> =>
  withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));

async function requireRefused(mirror: Mirror, code: Code): Promise<void> {
  const before = currentOf(mirror);
  await assert.rejects(renew(mirror), (error) => isRefusal(error, code));
  await assert.rejects(importFrom(mirror, upstreamAt(2)), (error) => isRefusal(error, code));
  assert.deepEqual(currentOf(mirror), before);
}

for (const [how, milliseconds, code] of [
  ['went back by an hour', -HOUR, 'STATE_CLOCK_BACK'],
  ['jumped ahead by two years', 730 * DAY, 'STATE_CLOCK_AHEAD'],
] as const) {
  void test(`F-07: with a clock that ${how} nothing is signed, everything is served, and corrected it goes on`, async (t) => {
    const directory = await places.copy('online');
    const clock = new FakeClock(LATER);
    const mirror = await open(directory, clock);
    await renew(mirror);
    const loopback = await serveOnLoopback(mirror, pathsOf(directory));
    t.after(async () => {
      await loopback.stop();
      closeMirror(mirror);
    });
    const get = async (): Promise<string> => (await fetch(`${loopback.url(REPOSITORY)}/timestamp.json`)).text();
    const served = await get();
    clock.step(milliseconds);
    await requireRefused(mirror, code);
    loopback.refresh();
    assert.equal(await get(), served);
    clock.step(-milliseconds);
    assert.equal((await renew(mirror))[0]?.outcome, 'renewed');
  });
}

void test('F-07: NTP’s small steps back stop nothing', async () => {
  const clock = new FakeClock(LATER);
  const mirror = await open(await places.copy('online'), clock);
  await renew(mirror);
  clock.step(-2000);
  assert.equal((await renew(mirror))[0]?.outcome, 'renewed');
  closeMirror(mirror);
});

void test('F-07: a clock that is right although it lies behind is adopted by name, and recorded', async () => {
  const clock = new FakeClock(LATER);
  const mirror = await open(await places.copy('online'), clock);
  await renew(mirror);
  const client = knownClient(mirror);
  clock.step(-HOUR);
  await requireRefused(mirror, 'STATE_CLOCK_BACK');
  await adoptClock(mirror, 'the battery was replaced');
  assert.equal((await renew(mirror))[0]?.outcome, 'renewed');
  assert.ok(currentOf(mirror).timestampVersion > client.current.timestampVersion);
  await requireUpdate(mirror, client);
  const [row] = mirror.database.all("SELECT idx FROM log_entry WHERE type = 'clock.step'");
  const event = mirror.reader.event(Number(row?.['idx']));
  assert.ok(event.type === 'clock.step');
  assert.equal(mirror.sealed.open(event.body.reason)?.value, 'the battery was replaced');
  closeMirror(mirror);
});

void test('F-05: after a clock far ahead its versions stay used; with new online keys clients that saw them go on', async (t) => {
  const directory = await places.copy('online');
  const clock = new FakeClock(LATER);
  const mirror = await open(directory, clock);
  const loopback = await serveOnLoopback(mirror, pathsOf(directory));
  t.after(async () => {
    await loopback.stop();
    closeMirror(mirror);
  });
  const root = mirror.reader.bytes(mirror.reader.issuedVersion(REPOSITORY, 'root', 1).fileSha256);
  const tufJs = new StockTufJs(directory, root);
  const fetchAt = async (now: Date): Promise<string | undefined> => {
    mock.timers.setTime(now.getTime());
    loopback.refresh();
    return (await tufJs.fetch('one.txt', loopback.url(REPOSITORY)))?.toString();
  };
  mock.timers.enable({ apis: ['Date'], now: LATER });
  t.after(() => mock.timers.reset());

  clock.step(60 * DAY);
  assert.equal((await renew(mirror))[0]?.outcome, 'renewed');
  const ahead = currentOf(mirror);
  assert.equal(await fetchAt(clock.now()), 'one');
  clock.step(-60 * DAY);
  await requireRefused(mirror, 'STATE_CLOCK_BACK');
  await adoptClock(mirror, 'the time server was wrong');
  const [outcome] = await renew(mirror);
  assert.equal(outcome?.code, 'STATE_VERSION_AHEAD');
  await withWriter(mirror, (writer) => rotateOnlineKeys(mirror, writer, REPOSITORY));
  assert.ok(currentOf(mirror).timestampVersion < ahead.timestampVersion, 'versions start over');
  assert.equal(await fetchAt(clock.now()), 'one');
});
