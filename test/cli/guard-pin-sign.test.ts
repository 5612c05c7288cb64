/** An officer answers for a pin: shown before it is signed, signed by the officer’s own ssh-keygen, checked after. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { forge } from '../sshsig/forge.ts';
import { skip } from '../platform/signing-place.ts';
import { privateKeyFile } from '../sshsig/private-key.ts';
import { guardPlace } from './guard-place.ts';
import { lay, officer, PURPOSE, RESET, sign, thief } from './officers.ts';
import type { Workplace } from './workplace.ts';

test('what is signed is shown, and a guard takes it', { skip }, async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  workplace.environment['PATH'] = process.env['PATH'] ?? '';
  await writeFile(workplace.path('officer'), privateKeyFile('officer'), { mode: 0o600 });
  await writeFile(workplace.path('officer.pub'), officer.line);
  const file = await lay(place, 'pin.json', place.guarded.pin({ marksReset: RESET }));
  const { out, err } = await workplace.succeed('guard pin sign @pin.json --key @officer');
  assert.match(err, /^ {2}repository +repository-1$/m);
  assert.match(err, /^ {2}marks reset +to the floor, once, .*CHG-9/m);
  assert.ok(out.includes(sha256(file)), out);
  assert.match(out, /as SHA256:\S+ \(ssh-ed25519\): .*pin\.json\.sig$/m);
  await workplace.succeed(`guard init @pin.json --pin-sha256 ${sha256(file)} --officer @officer.pub`);
  // Once more: the file that is there is replaced, and is the same.
  const before = await readFile(workplace.path('pin.json.sig'));
  await workplace.succeed('guard pin sign pin.json --key officer');
  assert.deepEqual(await readFile(workplace.path('pin.json.sig')), before);
});

test('whoever plays ssh-keygen is not believed: what a guard would refuse is not written', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  const file = await lay(place, 'pin.json', place.guarded.pin());
  const before = (await readdir(workplace.directory)).toSorted();
  for (const [message, namespace] of [
    [Buffer.from('{}'), PURPOSE],
    [file, 'file'],
  ] as const) {
    await plays(workplace, forge(officer, { message, namespace }));
    assert.equal((await workplace.refused('guard pin sign @pin.json --key x')).code, 'TRUST_SSH_SIGNATURE');
  }
  await plays(workplace, 'nothing of the kind');
  assert.equal((await workplace.refused('guard pin sign @pin.json --key x')).code, 'TRUST_SSH_SIGNATURE');
  const after = (await readdir(workplace.directory)).filter((name) => !['bin', 'signature'].includes(name));
  assert.deepEqual(after.toSorted(), before);
});

test('without ssh-keygen it is a refusal, and nothing is written', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await lay(place, 'pin.json', place.guarded.pin());
  workplace.environment['PATH'] = workplace.path('nowhere');
  const refusal = await workplace.refused('guard pin sign @pin.json --key x');
  assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_SIGNING']);
  assert.equal((await readdir(workplace.directory)).includes('pin.json.sig'), false);
});

test('what no guard would take is not signed', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await plays(workplace, 'never asked');
  await writeFile(workplace.path('pin.json'), '{"countersign":"pin/v1","polcy":{}}');
  assert.equal((await workplace.refused('guard pin sign @pin.json --key x')).code, 'CONFIG_PIN');
  const { mirrorRoot } = place;
  await lay(place, 'pin.json', place.guarded.pin({ upstreamRoot: mirrorRoot }));
  assert.equal((await workplace.refused('guard pin sign @pin.json --key x')).code, 'USAGE_OPTION');
});

test('a rehearsal shows what would be signed, and asks for no key', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  const file = await lay(place, 'pin.json', place.guarded.pin());
  await sign(place, 'pin.json', file, thief);
  const before = await readFile(workplace.path('pin.json.sig'));
  workplace.environment['PATH'] = workplace.path('nowhere');
  const { json, err } = await workplace.succeed('guard pin sign @pin.json --key x --dry-run --json');
  assert.deepEqual([json['sha256'], json['officer'], json['dryRun']], [sha256(file), null, true]);
  assert.match(err, /^ {2}repository +repository-1$/m);
  assert.deepEqual(await readFile(workplace.path('pin.json.sig')), before);
});

/** In this shell, `ssh-keygen` writes this and says that all is well. */
async function plays(workplace: Workplace, signature: string): Promise<void> {
  mkdirSync(workplace.path('bin'), { recursive: true });
  await writeFile(workplace.path('signature'), signature);
  const script = `#!/bin/sh\nfor last; do :; done\ncp '${workplace.path('signature')}' "$last.sig"\n`;
  await writeFile(workplace.path('bin/ssh-keygen'), script);
  await chmod(workplace.path('bin/ssh-keygen'), 0o700);
  workplace.environment['PATH'] = [workplace.path('bin'), process.env['PATH']].join(delimiter);
}
