/**
 * The promise of the whole product: what upstream authored is served byte for byte, through a whole import, whatever its
 * names, values and spacing; and what the mirror adds is its own root, snapshot and timestamp only.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../src/tuf/digest.ts';
import type { Json } from '../../src/tuf/json.ts';
import { TestMirror } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { runs } from './runs.ts';

const cleanUps: (() => Promise<void>)[] = [];
after(() => Promise.all(cleanUps.map((cleanUp) => cleanUp())));

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'dir/file',
    '../x',
    '__proto__',
    '1.root',
    'é',
    'e\u0301',
    '😀',
    'Ａ',
    'a b',
    '%2e',
    'x.',
    'a\u0001b',
  ),
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
);
const custom: fc.Arbitrary<Json> = fc.oneof(
  fc.maxSafeInteger().map((value) => value + 0),
  name,
  fc.constant(null),
  fc.array(name, { maxLength: 3 }),
);
const state = fc.record({
  // In a repository without versioned names, a role called “1.root” would lie where a root does.
  roles: fc.uniqueArray(
    name.filter((text) => !/^\d+\./.test(text)),
    { maxLength: 4 },
  ),
  targets: fc.array(fc.tuple(fc.nat(4), name, fc.uint8Array({ maxLength: 200 })), { maxLength: 6 }),
  members: fc.array(
    fc.tuple(
      name.map((text) => `x-${text}`),
      custom,
    ),
    { maxLength: 3 },
  ),
  spacing: fc.constantFrom('', ' ', '\n', '\t\r\n'),
  isConsistent: fc.boolean(),
});

test('every authored file and every target is served with the bytes that upstream published', async () => {
  const mirror = await TestMirror.open({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  await fc.assert(
    fc.asyncProperty(state, async (drawn) => {
      const upstream = publish(drawn);
      const mirrored = await mirror.enrol(upstream);
      const { current } = await mirrored.importNow();
      const published = mirrored.published();
      const roles = mirrored.mirror.reader.generationRoles(mirrored.id, current.generation);
      assert.equal(roles.length, upstream.author.roles.size);
      for (const { role, version, fileSha256 } of roles) {
        const original = upstream.file(drawn.isConsistent ? `${String(version)}.${role}.json` : `${role}.json`);
        assert.equal(fileSha256, sha256(original));
        assert.ok(Buffer.from(original).equals(published.get(`${String(version)}.${role}.json`) ?? Buffer.alloc(0)));
      }
      const ours = [...published.keys()].filter((file) => !roles.some(({ role }) => file === `1.${role}.json`));
      assert.deepEqual(
        ours.sort(),
        ['1.root.json', `${String(current.snapshotVersion)}.snapshot.json`, 'timestamp.json'].sort(),
      );
      for (const { path, sha256: digest } of mirrored.mirror.reader.importTargets(mirrored.lastImport.number)) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of await mirrored.mirror.blobs.open(digest)) chunks.push(chunk);
        const originals = [...upstream.author.roles.values()].map(({ targets }) => targets.get(path));
        assert.ok(
          originals.some((bytes) => bytes && Buffer.concat(chunks).equals(bytes)),
          path,
        );
      }
    }),
    runs(12, 400),
  );
});

function publish(drawn: typeof state extends fc.Arbitrary<infer State> ? State : never): SimulatedUpstream {
  const upstream = new SimulatedUpstream({ consistentSnapshot: drawn.isConsistent });
  const roles = [
    'targets',
    ...drawn.roles.filter((role) => !['root', 'timestamp', 'snapshot', 'targets'].includes(role)),
  ];
  for (const [at, role] of roles.entries()) {
    if (at > 0) upstream.author.delegate(roles[Math.floor(at / 2)] ?? 'targets', role, { paths: ['*', '*/*'] });
    upstream.alter(role, (signed) => {
      for (const [member, value] of drawn.members) signed.set(member, value);
    });
    upstream.rewrite(
      role,
      (text) => text.replace('":', `"${drawn.spacing}:${drawn.spacing}`).trimEnd() + drawn.spacing,
    );
  }
  for (const [at, path, bytes] of drawn.targets)
    upstream.author.role(roles[at % roles.length] ?? 'targets').targets.set(path, bytes);
  return upstream.publish();
}
