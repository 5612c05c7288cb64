/**
 * Marks that fall because an officer says so: once for each such pin, to its floor, and for nobody who has not the
 * officer’s key (F-02).
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { NO_FLOOR } from '../../src/client/pin/pin.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { guardPlace } from './guard-place.ts';
import { drivenUp, LAXER, lay, marks, refreshed, RESET, setPin, shown, sign, thief, withOfficer } from './officers.ts';

test('marks fall when the officer says so, once, and a thief has no such word (F-02)', async (context) => {
  const { place, workplace, replay, pinOf } = await drivenUp(context);
  await replay();
  const file = await lay(place, 'reset.json', pinOf({ marksReset: RESET }));
  assert.equal((await workplace.refused('guard pin set @reset.json')).code, 'TRUST_SSH_SIGNATURE');
  await sign(place, 'reset.json', file, thief);
  assert.equal((await workplace.refused('guard pin set @reset.json')).code, 'TRUST_SSH_SIGNATURE');
  assert.deepEqual(await marks(place), [3, 3]);
  await sign(place, 'reset.json', file);
  const { out, json } = await setPin(place, 'reset.json');
  assert.match(out, /The marks have fallen to the floor, once, decided 2026-11-23T12:00:00Z: CHG-9: upstream began/);
  assert.equal(json['marks_fell'], true);
  assert.deepEqual(await marks(place), [0, 0]);
  assert.match((await shown(place)).out, /^ {2}marks reset +to the floor, once, decided .*CHG-9/m);
  await workplace.succeed('guard refresh');
  assert.deepEqual(await marks(place), [1, 1]);
  // The same pin again, and again with another one in between: whoever has it has nothing.
  await workplace.succeed('guard pin show');
  const again = await setPin(place, 'reset.json');
  assert.match(again.out, /The marks stay: this pin had them fall before/);
  await sign(place, 'next.json', await lay(place, 'next.json', pinOf(LAXER)));
  await workplace.succeed('guard pin set @next.json');
  assert.equal((await setPin(place, 'reset.json')).json['marks_fell'], false);
  assert.deepEqual(await marks(place), [1, 1]);
});

test('they fall to the floor of that pin, and not below it', async (context) => {
  const { place, workplace, replay, pinOf } = await drivenUp(context);
  await replay();
  const floor = { ...NO_FLOOR, timestamp: 2 };
  await sign(place, 'reset.json', await lay(place, 'reset.json', pinOf({ floor, marksReset: RESET })));
  await workplace.succeed('guard pin set @reset.json');
  assert.equal((await refreshed(place))?.code, 'TRUST_FLOOR');
});

test('without an officer no pin has marks fall, signed or not', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  const file = await lay(place, 'reset.json', place.guarded.pin({ marksReset: RESET }));
  await sign(place, 'reset.json', file);
  for (const line of ['guard pin set @reset.json', `guard init @reset.json --name two --pin-sha256 ${sha256(file)}`]) {
    const refusal = await workplace.refused(line);
    assert.deepEqual([refusal.exitCode, refusal.code], [3, 'CONFIG_PIN'], line);
    assert.match(refusal.what, /marks_reset counts only/);
  }
  // And not when it is written over the pin in force, either.
  await writeFile(workplace.path('data/guard/repository-1/pin.json'), file);
  assert.equal((await workplace.refused('guard get file.txt')).code, 'CONFIG_PIN');
});

test('a guard that is enrolled with such a pin has had its marks fall', async (context) => {
  const { place, workplace } = await withOfficer(context, { marksReset: RESET });
  await workplace.succeed('guard refresh');
  assert.equal((await setPin(place, 'pin.json')).json['marks_fell'], false);
  assert.deepEqual(await marks(place), [1, 1]);
});

test('what was interrupted is carried out the next time, unless the memory has moved on', async (context) => {
  const { place, workplace, pinOf } = await drivenUp(context);
  const file = await lay(place, 'reset.json', pinOf({ marksReset: RESET }));
  await sign(place, 'reset.json', file);
  await workplace.succeed('guard pin set @reset.json');
  const path = workplace.path('data/guard/repository-1/officer.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as { resets: { pin: string; state: number }[] };
  assert.deepEqual(
    record.resets.map(({ pin }) => pin),
    [sha256(file)],
  );
  await workplace.succeed('guard refresh');
  assert.deepEqual(await marks(place), [3, 3]);
  // As if the process had been killed after the note and before the deed: it names the state that is the newest.
  const [reset] = record.resets;
  const interrupted = { ...reset, state: (reset?.state ?? 0) + 2 };
  await writeFile(path, JSON.stringify({ ...record, resets: [interrupted] }));
  assert.equal((await setPin(place, 'reset.json')).json['marks_fell'], true);
  assert.deepEqual(await marks(place), [0, 0]);
  assert.equal((await setPin(place, 'reset.json')).json['marks_fell'], false);
});
