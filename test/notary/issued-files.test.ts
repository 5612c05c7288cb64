/** What a mirror issues: a whole collection from its builders, read and verified as anybody’s, whatever is in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { issueRootCertificate } from '../../src/notary/certificate-template.ts';
import {
  type RootIssue,
  listingOf,
  notaryRoot,
  notarySnapshot,
  notaryTimestamp,
  signNotary,
} from '../../src/notary/documents.ts';
import { parseNotaryRoot, parseNotarySnapshot, parseNotaryTimestamp } from '../../src/notary/metadata.ts';
import { requireFirstRoot } from '../../src/notary/root-certificates.ts';
import { requireNotaryThreshold } from '../../src/notary/signatures.ts';
import { type NotarySigner, notaryRootSigner, notarySignerFromScalar } from '../../src/notary/signer.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { ROOT, SNAPSHOT, TARGETS, TIMESTAMP, roleName } from '../../src/tuf/names.ts';
import { runs } from '../property/runs.ts';
import { seedNamed } from '../simulator/keys.ts';
import { fileOf, signerNamed, targetsWith } from './files.ts';

const NOW = new Date('2027-01-01T00:00:00Z');
const expires = new Date('2030-01-01T00:00:00Z');
const upstream = signerNamed('upstream’s targets');
const certificate = issueRootCertificate(seedNamed('root'), {
  commonName: 'mirror.dc.internal/*',
  serial: Buffer.alloc(16, 7),
  notBefore: new Date('2026-12-01T00:00:00Z'),
  notAfter: new Date('2040-01-01T00:00:00Z'),
});
const rootSigner = notaryRootSigner(seedNamed('root'), certificate);

for (const [kind, online] of [
  ['Ed25519', signerNamed('online')],
  ['ECDSA', notarySignerFromScalar(seedNamed('online'))],
] as const) {
  test(`a collection with ${kind} online keys: root, snapshot and timestamp verify, and list each other`, () => {
    const issued = collection(online, [1, 2, 3]);
    const root = parseNotaryRoot(issued.root, 'root', DEFAULT_LIMITS);
    requireFirstRoot(root, 'mirror.dc.internal/team/app', NOW);
    const { roles } = root.payload;
    assert.deepEqual(
      roles.targets.keys.map(({ id }) => id),
      [upstream.keyId],
    );
    const snapshot = parseNotarySnapshot(issued.snapshot, 'snapshot', DEFAULT_LIMITS);
    const timestamp = parseNotaryTimestamp(issued.timestamp, 'timestamp', DEFAULT_LIMITS);
    requireNotaryThreshold(ROOT, roles.root, root.envelope.message, root.envelope.signatures);
    requireNotaryThreshold(SNAPSHOT, roles.snapshot, snapshot.envelope.message, snapshot.envelope.signatures);
    requireNotaryThreshold(TIMESTAMP, roles.timestamp, timestamp.envelope.message, timestamp.envelope.signatures);
    assert.deepEqual(snapshot.payload.roles.get(ROOT), listingOf(issued.root));
    assert.deepEqual(timestamp.payload.snapshot, listingOf(issued.snapshot));
    assert.deepEqual([root.version, snapshot.version, timestamp.version], [1, 2, 3]);
    assert.deepEqual(timestamp.expires, expires);
  });
}

test('whatever versions, times and delegations there are, what is written is read back', () => {
  const version = fc.integer({ min: 1, max: 2 ** 31 - 2 });
  const segment = fc.string({ unit: fc.constantFrom('a', 'z', '0', '-', '_'), minLength: 1, maxLength: 8 });
  const names = fc.uniqueArray(
    segment.map((name) => roleName(`targets/${name}`)),
    { maxLength: 6 },
  );
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
  const online = signerNamed('online');
  fc.assert(
    fc.property(version, names, seconds, fc.uint8Array({ maxLength: 40 }), (number, delegated, at, content) => {
      const listed = new Map([ROOT, ...delegated, TARGETS].map((name) => [name, listingOf(content)]));
      const signed = notarySnapshot({ version: number, expires: new Date(at * 1000), roles: listed });
      const read = parseNotarySnapshot(signNotary(signed, [online]), 'snapshot', DEFAULT_LIMITS);
      assert.equal(read.version, number);
      assert.equal(read.expires.getTime(), at * 1000);
      assert.deepEqual(new Map([...read.payload.roles].sort()), new Map([...listed].sort()));
    }),
    runs(100, 5000),
  );
});

test('two root keys, each signing: the file carries both signatures in order', () => {
  const bytes = signNotary(notaryRoot(rootIssue(signerNamed('online'))), [rootSigner, upstream]);
  const { envelope } = parseNotaryRoot(bytes, 'root', DEFAULT_LIMITS);
  assert.deepEqual(
    envelope.signatures.map(({ keyId, method }) => [keyId, method]),
    [
      [rootSigner.keyId, 'ecdsa'],
      [upstream.keyId, 'eddsa'],
    ],
  );
});

test('what every client would refuse is not built', () => {
  const issue = rootIssue(signerNamed('online'));
  const unlisted = { ...issue.roles, targets: { keyIds: [signerNamed('unlisted').keyId], threshold: 1 } };
  assert.throws(() => notaryRoot({ ...issue, roles: unlisted }), RangeError);
  const listing = listingOf(Buffer.from('x'));
  for (const names of [['targets'], ['root'], ['root', 'targets', 'targets/A'], ['root', 'targets', 'timestamp']]) {
    const roles = new Map(names.map((name) => [roleName(name), listing]));
    assert.throws(() => notarySnapshot({ version: 1, expires, roles }), RangeError);
  }
  const without = { length: 1, hashes: new Map([['sha512', '00'.repeat(64)]]) };
  assert.throws(() => notaryTimestamp({ version: 1, expires, snapshot: without }), RangeError);
});

function rootIssue(online: NotarySigner): RootIssue {
  const byOne = ({ keyId }: NotarySigner): RootIssue['roles']['root'] => ({ keyIds: [keyId], threshold: 1 });
  return {
    version: 1,
    expires,
    keys: new Map([rootSigner, online, upstream].map(({ keyId, keyObject }) => [keyId, keyObject])),
    roles: { root: byOne(rootSigner), snapshot: byOne(online), targets: byOne(upstream), timestamp: byOne(online) },
  };
}

function collection(
  online: NotarySigner,
  [rootVersion, snapshotVersion, timestampVersion]: readonly [number, number, number],
): { root: Uint8Array; snapshot: Uint8Array; timestamp: Uint8Array } {
  const root = signNotary(notaryRoot({ ...rootIssue(online), version: rootVersion }), [rootSigner]);
  const targets = fileOf(targetsWith(), upstream);
  const roles = new Map([
    [TARGETS, listingOf(targets)],
    [ROOT, listingOf(root)],
  ]);
  const snapshot = signNotary(notarySnapshot({ version: snapshotVersion, expires, roles }), [online]);
  const stamped = notaryTimestamp({ version: timestampVersion, expires, snapshot: listingOf(snapshot) });
  return { root, snapshot, timestamp: signNotary(stamped, [online]) };
}
