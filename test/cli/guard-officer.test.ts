/**
 * Guards whose pins an officer signs, in front of somebody who can write files and has no officer’s key: the pin is not
 * swapped, and nobody becomes the officer by saying so.
 */
import assert from 'node:assert/strict';
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { forge } from '../sshsig/forge.ts';
import { privateKeyFile } from '../sshsig/private-key.ts';
import { guardPlace } from './guard-place.ts';
import { LAXER, lay, officer, PURPOSE, RESET, shown, sign, thief, withOfficer } from './officers.ts';

test('a signed pin is enrolled, and said is who must sign the next', async (context) => {
  const { place, workplace } = await withOfficer(context);
  const { out, json } = await shown(place);
  assert.match(out, /^ {2}officer +SHA256:\S+ \(ssh-ed25519\)$/m);
  assert.match(String(json['officer']), /^SHA256:/);
  await workplace.succeed('guard refresh');
  const mode = (await readdir(workplace.path('data/guard/repository-1'))).toSorted();
  assert.deepEqual(mode, ['memory', 'officer.json', 'pin.json']);
});

test('a pin without the officer’s signature, or with another, enrols nothing', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  const file = await lay(place, 'pin.json', place.guarded.pin());
  await writeFile(workplace.path('officer.pub'), `${officer.line} officer\n`);
  const init = `guard init @pin.json --pin-sha256 ${sha256(file)} --officer @officer.pub`;
  const absent = await workplace.refused(init);
  assert.deepEqual([absent.exitCode, absent.code], [5, 'TRUST_SSH_SIGNATURE']);
  assert.match(absent.what, /must have signed this pin, and there is no signature: .*pin\.json\.sig/);
  for (const [person, namespace, message] of [
    [thief, PURPOSE, file],
    [officer, 'file', file],
    [officer, PURPOSE, Buffer.from('{}')],
  ] as const) {
    await writeFile(workplace.path('pin.json.sig'), forge(person, { message, namespace }));
    assert.equal((await workplace.refused(init)).code, 'TRUST_SSH_SIGNATURE');
  }
  await writeFile(workplace.path('officer.pub'), 'no key');
  assert.equal((await workplace.refused(init)).code, 'TRUST_KEY');
  await writeFile(workplace.path('officer.pub'), privateKeyFile('officer'));
  const secret = await workplace.refused(init);
  assert.deepEqual([secret.exitCode, secret.code], [2, 'USAGE_FILE']);
  // A pin that is made of options is signed by nobody.
  const options = await workplace.refused(`${place.init} --officer @officer.pub`);
  assert.deepEqual([options.exitCode, options.code], [2, 'USAGE_OPTION']);
  assert.equal((await readdir(workplace.directory)).includes('data'), false);
});

test('the officer’s signature confirms nothing that a person must: a new root is asked about all the same', async (context) => {
  const place = await guardPlace(context);
  await sign(place, 'pin.json', await lay(place, 'pin.json', place.guarded.pin()));
  await writeFile(place.workplace.path('officer.pub'), officer.line);
  const refusal = await place.workplace.refused('guard init @pin.json --officer @officer.pub');
  assert.match(refusal.what, /was not confirmed/);
});

test('without --officer a signature is not looked at, and that is said', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  const file = await lay(place, 'pin.json', place.guarded.pin());
  await writeFile(workplace.path('pin.json.sig'), 'anything');
  const { err } = await workplace.succeed(`guard init @pin.json --pin-sha256 ${sha256(file)}`);
  assert.match(err, /pin\.json\.sig was not checked: this guard has no officer/);
  assert.match((await workplace.succeed('guard pin set @pin.json')).err, /was not checked/);
  assert.match((await shown(place)).out, /^ {2}officer +none$/m);
});

test('a pin is replaced by one that the officer signed, and by no other', async (context) => {
  const { place, workplace } = await withOfficer(context);
  const path = workplace.path('data/guard/repository-1/pin.json');
  const before = await readFile(path);
  const file = await lay(place, 'next.json', place.guarded.pin(LAXER));
  assert.equal((await workplace.refused('guard pin set @next.json')).code, 'TRUST_SSH_SIGNATURE');
  await sign(place, 'next.json', file, thief);
  assert.equal((await workplace.refused('guard pin set @next.json')).code, 'TRUST_SSH_SIGNATURE');
  // The signature of the pin in force is over other bytes.
  await sign(place, 'next.json', before);
  assert.equal((await workplace.refused('guard pin set @next.json')).code, 'TRUST_SSH_SIGNATURE');
  // Nor does anybody become the officer by saying so.
  await writeFile(workplace.path('thief.pub'), thief.line);
  await sign(place, 'next.json', file, thief);
  const usurped = await workplace.refused('guard pin set @next.json --officer @thief.pub');
  assert.deepEqual([usurped.code, /is not replaced/.test(usurped.what)], ['USAGE_OPTION', true]);
  assert.deepEqual(await readFile(path), before);
  await sign(place, 'next.json', file);
  const { out } = await workplace.succeed('guard pin set @next.json');
  assert.match(out, /The marks and everything held stay/);
  assert.deepEqual(await readFile(path), Buffer.from(file));
  await workplace.succeed('guard refresh');
});

test('a pin that was swapped on disk is found out by every command, and a signed one can be put back', async (context) => {
  const { place, workplace } = await withOfficer(context);
  await workplace.succeed('guard refresh');
  const path = workplace.path('data/guard/repository-1/pin.json');
  const signed = await readFile(path);
  await writeFile(path, writePin(place.guarded.pin(LAXER)));
  for (const line of ['guard get file.txt -o @a', 'guard why file.txt', 'guard refresh', 'guard pin show']) {
    const { exitCode } = await workplace.type(line);
    assert.equal(exitCode, 5, line);
  }
  assert.match((await workplace.type('guard status')).out, /CANNOT BE READ\n {2}TRUST_SSH_SIGNATURE: The pin in force/);
  // Whatever it was swapped for, its roots are not believed: they are confirmed anew.
  assert.match((await workplace.refused('guard pin set @pin.json')).what, /was not confirmed/);
  const { err } = await workplace.succeed(`guard pin set @pin.json --pin-sha256 ${sha256(signed)}`);
  assert.match(err, /The pin in force is not one that the officer signed: find out who put it there/);
  await workplace.succeed('guard refresh');
});

test('an earlier pin that the officer signed cannot be put back on disk, only through pin set', async (context) => {
  const { place, workplace } = await withOfficer(context);
  const path = workplace.path('data/guard/repository-1/pin.json');
  const earlier = await readFile(path);
  await sign(place, 'next.json', await lay(place, 'next.json', place.guarded.pin(LAXER)));
  await workplace.succeed('guard pin set @next.json');
  await writeFile(path, earlier);
  assert.equal((await workplace.refused('guard pin show')).code, 'TRUST_SSH_SIGNATURE');
});

test('removing the pin is no way around its officer; an enrolment that was interrupted can be finished', async (context) => {
  const { place, workplace } = await withOfficer(context);
  await rm(workplace.path('data/guard/repository-1/pin.json'));
  const refusal = await workplace.refused(place.init);
  assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_ALREADY_ENROLLED']);
  assert.match(refusal.what, /The pin of “repository-1” is gone, and its officer is not/);
  await writeFile(workplace.path('thief.pub'), thief.line);
  await sign(place, 'pin.json', await readFile(workplace.path('pin.json')), thief);
  const digest = `--pin-sha256 ${sha256(await readFile(workplace.path('pin.json')))}`;
  const usurped = await workplace.refused(`guard init @pin.json ${digest} --officer @thief.pub`);
  assert.equal(usurped.code, 'STATE_ALREADY_ENROLLED');
  await sign(place, 'pin.json', await readFile(workplace.path('pin.json')));
  await workplace.succeed(`guard init @pin.json ${digest} --officer @officer.pub`);
});

test('an officer’s record that is damaged, or that others can read, lets nothing through', async (context) => {
  const { workplace } = await withOfficer(context);
  const path = workplace.path('data/guard/repository-1/officer.json');
  const good = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  const damaged = [
    '',
    '{}',
    { ...good, countersign: 'officer/v2' },
    { ...good, key: undefined },
    { ...good, key: 'ssh-ed25519 AAAA' },
    { ...good, signatures: 'none' },
    { ...good, signatures: [1] },
    { ...good, resets: [{ pin: 'x', state: 1 }] },
    { ...good, resets: [{ pin: 'ab'.repeat(32), state: -1 }] },
    { ...good, more: true },
  ];
  for (const record of damaged) {
    const text = typeof record === 'string' ? record : JSON.stringify(record);
    await writeFile(path, text);
    const refusal = await workplace.refused('guard pin show');
    assert.deepEqual([refusal.exitCode, refusal.code], [3, 'CONFIG_PIN'], text);
  }
  await writeFile(path, JSON.stringify({ ...good, signatures: [] }));
  assert.equal((await workplace.refused('guard pin show')).code, 'TRUST_SSH_SIGNATURE');
  await chmod(workplace.path('data/guard/repository-1'), 0o755);
  assert.equal((await workplace.refused('guard pin show')).code, 'STATE_PERMISSIONS');
});

test('a guard without an officer gets one with the next pin, which the officer must have signed', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  await writeFile(workplace.path('officer.pub'), officer.line);
  const file = await lay(place, 'next.json', place.guarded.pin(LAXER));
  const set = 'guard pin set @next.json --officer @officer.pub';
  assert.equal((await workplace.refused(set)).code, 'TRUST_SSH_SIGNATURE');
  assert.equal((await shown(place)).json['officer'], null);
  await sign(place, 'next.json', file);
  const { json } = await workplace.succeed(`${set} --json`);
  assert.deepEqual(
    (json['changes'] as { member: string }[]).map(({ member }) => member),
    ['max upstream age', 'warn before', 'officer'],
  );
  await lay(place, 'third.json', place.guarded.pin());
  assert.equal((await workplace.refused('guard pin set @third.json')).code, 'TRUST_SSH_SIGNATURE');
});

test('a rehearsal refuses what would be refused, and writes nothing', async (context) => {
  const { place, workplace } = await withOfficer(context);
  const files = ['pin.json', 'officer.json'].map((name) => workplace.path('data/guard/repository-1', name));
  const before = await Promise.all(files.map((path) => readFile(path)));
  const file = await lay(place, 'next.json', place.guarded.pin({ ...LAXER, marksReset: RESET }));
  assert.equal((await workplace.refused('guard pin set @next.json --dry-run')).code, 'TRUST_SSH_SIGNATURE');
  await sign(place, 'next.json', file);
  const { out } = await workplace.succeed('guard pin set @next.json --dry-run');
  assert.match(out, /Would replace .*the marks would fall to the floor, once, decided 2026-11-23T12:00:00Z: CHG-9/);
  assert.deepEqual(await Promise.all(files.map((path) => readFile(path))), before);
});
