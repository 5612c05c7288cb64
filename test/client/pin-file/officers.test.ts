/** Pins that an officer answers for: one key, one purpose, exact bytes; and what only an officer may say (A-04, F-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSignedPin } from '../../../src/client/pin/officer.ts';
import { withoutMarks } from '../../../src/client/pin/marks-reset.ts';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import { writePin } from '../../../src/client/pin/pin-write.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { forge } from '../../sshsig/forge.ts';
import { ed25519, hardwareEd25519, type Person } from '../../sshsig/people.ts';
import { refused } from '../../simulator/refused.ts';
import { carriedPin, type Plain, plainPin, refusedPin } from './pins.ts';

const PURPOSE = 'pin.v1@countersign';
const officer = ed25519('officer');

function bytesOf(pin: Plain): Buffer {
  return Buffer.from(JSON.stringify(pin));
}

function signedBy(person: Person, message: Uint8Array, namespace = PURPOSE): string {
  return forge(person, { message, namespace });
}

test('the pin that the officer signed is read, and says who signed', () => {
  for (const person of [officer, hardwareEd25519('officer', { flags: 0x05 })]) {
    const bytes = bytesOf(plainPin());
    const { pin, signer } = readSignedPin(bytes, signedBy(person, bytes), `${person.line} officer@example.org\n`);
    assert.deepEqual(pin.repository, readPin(bytes).repository);
    assert.equal(signer.line, person.line);
    assert.equal(signer.presence?.isVerified, person === officer ? undefined : true);
  }
});

test('a signature of somebody else, for something else or over something else is none', () => {
  const bytes = bytesOf(plainPin());
  const read = (signature: string, file: Uint8Array = bytes): unknown => readSignedPin(file, signature, officer.line);
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => read(signedBy(ed25519('thief'), bytes)), /signed by the key SHA256:\S+, and the officer’s is SHA256:/],
    // The same material in a file instead of a device, or the other way round, is another key.
    [() => read(signedBy(hardwareEd25519('officer'), bytes)), /signed by the key SHA256:\S+, and the officer’s is/],
    [() => read(signedBy(officer, bytes, 'git')), /for the purpose “git”/],
    [() => read(signedBy(officer, bytes, 'import-approval.v1@countersign')), /for the purpose “import-approval/],
    [() => read(signedBy(officer, bytes), bytesOf(plainPin({ expires: undefined }))), /over these bytes/],
    [() => read(signedBy(officer, bytes), Buffer.concat([bytes, Buffer.from('\n')])), /over these bytes/],
    [() => read(''), /is not exactly what stands/],
  ];
  for (const [attempt, what] of cases) assert.match(refused('TRUST_SSH_SIGNATURE', attempt).what, what);
  refused('TRUST_KEY', () => readSignedPin(bytes, signedBy(officer, bytes), 'ssh-dss AAAA'));
});

test('nothing of a pin is looked at before its signature is', () => {
  const bytes = Buffer.from('{"countersign":');
  refused('TRUST_SSH_SIGNATURE', () => readSignedPin(bytes, signedBy(ed25519('thief'), bytes), officer.line));
  refused('CONFIG_PIN', () => readSignedPin(bytes, signedBy(officer, bytes), officer.line));
});

const RESET = { reason: 'CHG-2077: upstream began its versions anew', at: '2026-11-24T10:00:00Z' };

test('marks_reset is the officer’s word only: without a signature the pin is refused (F-02)', () => {
  const bytes = bytesOf(carriedPin({ marks_reset: RESET }));
  assert.match(refusedPin(bytes).what, /marks_reset counts only in a pin that this guard’s officer signed/);
  const { pin } = readSignedPin(bytes, signedBy(officer, bytes), officer.line);
  assert.deepEqual(pin.marksReset, { reason: RESET.reason, at: new Date(RESET.at) });
});

test('marks_reset says why and when, and nothing else', () => {
  for (const [reset, what] of [
    [{ at: RESET.at }, /marks_reset\.reason must be a string/],
    [{ ...RESET, reason: ' ' }, /marks_reset\.reason must say why/],
    [{ reason: 'why' }, /marks_reset\.at must be a string/],
    [{ ...RESET, at: '2026-11-24' }, /marks_reset\.at must be a UTC time/],
    [{ ...RESET, to: 1 }, /marks_reset has the unknown member “to”/],
    ['now', /marks_reset must be an object/],
    [null, /marks_reset must be an object/],
  ] as const) {
    assert.match(refusedPin(carriedPin({ marks_reset: reset })).what, what);
  }
});

test('a pin with marks_reset is written as it is read, for an officer to sign', () => {
  const bytes = bytesOf(carriedPin({ marks_reset: RESET }));
  const { pin } = readSignedPin(bytes, signedBy(officer, bytes), officer.line);
  const written = writePin(pin);
  const again = readSignedPin(written, signedBy(officer, written), officer.line);
  assert.deepEqual(again.pin.marksReset, pin.marksReset);
});

test('a reset takes the marks and what was seen under them, and nothing else of the memory', () => {
  const digest = 'ab'.repeat(32);
  const top = { roots: [digest], timestamp: digest, snapshot: digest };
  const memory = {
    countersign: 'guard-state/v1',
    repository: 'sigstore',
    last_trusted_time: '2026-11-23T03:00:00Z',
    refreshed_at: '2026-11-23T02:00:00Z',
    marks: { root: 2, timestamp: 3, snapshot: 3, roles: { targets: 3 } },
    mirror: top,
    upstream: top,
    roles: { targets: { version: 3, sha256: digest } },
    targets: { 'file.txt': digest },
    contents: { targets: { version: 3, sha256: digest } },
  };
  const bytes = Buffer.from(JSON.stringify(memory));
  const after = JSON.parse(Buffer.from(withoutMarks(bytes, repositoryId('sigstore'))).toString()) as unknown;
  const none = { root: 0, timestamp: 0, snapshot: 0, roles: {} };
  assert.deepEqual(after, { ...memory, marks: none, contents: {} });
  refused('STATE_CACHE', () => withoutMarks(bytes, repositoryId('other')));
});
