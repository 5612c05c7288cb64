/** Files that stock clients took, made by another program: they verify here, and are written again byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateBody } from '../../src/notary/certificate-template.ts';
import { TAG, membersOf, readElements } from '../../src/notary/der.ts';
import { listingOf, notaryRoot, notarySnapshot, notaryTimestamp, writeNotary } from '../../src/notary/documents.ts';
import { parseNotaryRoot, parseNotarySnapshot, parseNotaryTimestamp } from '../../src/notary/metadata.ts';
import { decodePem } from '../../src/notary/pem.ts';
import { requireFirstRoot } from '../../src/notary/root-certificates.ts';
import { requireNotaryThreshold } from '../../src/notary/signatures.ts';
import { mismatchedHash } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { ROOT, SNAPSHOT, TIMESTAMP } from '../../src/tuf/names.ts';
import { refused } from '../simulator/refused.ts';
import { ROOT_EXAMPLE, SNAPSHOT_EXAMPLE, TIMESTAMP_EXAMPLE } from './examples.ts';

const root = parseNotaryRoot(Buffer.from(ROOT_EXAMPLE), 'root', DEFAULT_LIMITS);
const snapshot = parseNotarySnapshot(Buffer.from(SNAPSHOT_EXAMPLE), 'snapshot', DEFAULT_LIMITS);
const timestamp = parseNotaryTimestamp(Buffer.from(TIMESTAMP_EXAMPLE), 'timestamp', DEFAULT_LIMITS);
const { roles } = root.payload;

test('each is signed by the keys that its root gives the role', () => {
  for (const [name, role, { envelope }] of [
    [ROOT, roles.root, root],
    [SNAPSHOT, roles.snapshot, snapshot],
    [TIMESTAMP, roles.timestamp, timestamp],
  ] as const) {
    requireNotaryThreshold(name, role, envelope.message, envelope.signatures);
  }
  refused('TRUST_SIGNATURES', () =>
    requireNotaryThreshold(SNAPSHOT, roles.timestamp, snapshot.envelope.message, snapshot.envelope.signatures),
  );
});

test('each lists the other as it is', () => {
  const listed = snapshot.payload.roles.get(ROOT);
  assert.ok(listed);
  assert.deepEqual([...snapshot.payload.roles.keys()], ['root', 'targets', 'targets/releases']);
  assert.equal(mismatchedHash(root.envelope.bytes, listed.hashes), undefined);
  assert.equal(listed.length, 2174);
  assert.equal(mismatchedHash(snapshot.envelope.bytes, timestamp.payload.snapshot.hashes), undefined);
  assert.equal(timestamp.payload.snapshot.length, 875);
});

test('root is written again to the same bytes', () => {
  const given = (role: keyof typeof roles): { keyIds: ReturnType<typeof idsOf>; threshold: number } => ({
    keyIds: idsOf(role),
    threshold: roles[role].threshold,
  });
  const signed = notaryRoot({
    version: 1,
    expires: root.expires,
    keys: new Map([...root.payload.keys].reverse().map(([id, { object }]) => [id, object])),
    roles: {
      timestamp: given('timestamp'),
      targets: given('targets'),
      snapshot: given('snapshot'),
      root: given('root'),
    },
  });
  assert.equal(text(writeNotary(signed, root.envelope.signatures)), ROOT_EXAMPLE);
});

test('snapshot and timestamp are written again to the same bytes', () => {
  const { expires } = snapshot;
  const listed = notarySnapshot({ version: 1, expires, roles: snapshot.payload.roles });
  assert.equal(text(writeNotary(listed, snapshot.envelope.signatures)), SNAPSHOT_EXAMPLE);
  const stamped = notaryTimestamp({ version: 1, expires, snapshot: listingOf(Buffer.from(SNAPSHOT_EXAMPLE)) });
  assert.equal(text(writeNotary(stamped, timestamp.envelope.signatures)), TIMESTAMP_EXAMPLE);
});

test('the root’s certificate is what the template makes of its fields, byte for byte', () => {
  const [key] = roles.root.keys;
  const [der] = decodePem(Buffer.from(key?.publicBytes ?? []).toString('latin1')) ?? [];
  const [body] = membersOf(readElements(der ?? new Uint8Array())?.[0]) ?? [];
  const [, serial] = membersOf(body) ?? [];
  const made = certificateBody(publicKeyIn(body?.content), {
    commonName: 'mirror.dc.internal/*',
    serial: serial?.content ?? new Uint8Array(),
    notBefore: new Date('2026-11-22T10:34:30Z'),
    notAfter: new Date('2036-11-19T10:35:30Z'),
  });
  assert.equal(Buffer.from(membersOnly(made)).toString('hex'), Buffer.from(body?.content ?? []).toString('hex'));
});

test('a client that knows nothing takes this root for what its certificate names, while that is valid', () => {
  const at = (gun: string, now: string) => () => requireFirstRoot(root, gun, new Date(now));
  at('mirror.dc.internal/team/app', '2027-01-01T00:00:00Z')();
  at('mirror.dc.internal/team/app', '2026-11-21T10:34:30Z')();
  refused('TRUST_SIGNATURES', at('registry.example.com/team/app', '2027-01-01T00:00:00Z'));
  refused('TRUST_SIGNATURES', at('mirror.dc.internal/team/app', '2036-11-19T10:35:31Z'));
  refused('TRUST_SIGNATURES', at('mirror.dc.internal/team/app', '2026-11-21T10:34:29Z'));
});

function idsOf(role: keyof typeof roles): (typeof roles)['root']['keys'][number]['id'][] {
  return roles[role].keys.map(({ id }) => id);
}

/** Its subjectPublicKeyInfo, whole: the last member but the extensions. */
function publicKeyIn(body: Uint8Array | undefined): Uint8Array {
  const bytes = Buffer.from(body ?? []);
  const start = bytes.indexOf(Buffer.from('3059301306072a8648ce3d0201', 'hex'));
  return bytes.subarray(start, start + 0x5b);
}

function membersOnly(element: Uint8Array): Uint8Array {
  const [only] = readElements(element) ?? [];
  assert.equal(only?.tag, TAG.sequence);
  return only.content;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
