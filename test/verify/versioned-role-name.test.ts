/** A delegated role called like a root file must not answer for the mirror’s next root (H-01). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetadataNames } from '../../src/serve/metadata-names.ts';
import type { Sha256 } from '../../src/tuf/names.ts';
import { noteKinds } from '../simulator/mirrored.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('H-01: a role called “2.root” is carried and noted, and “2.root.json” stays absent', async (t) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', '2.root', { paths: ['odd/*'] });
  const mirrored = await mirrorOf(t, upstream.add('odd/a', 'a', '2.root').publish());
  const published = await mirrored.importNow();
  assert.ok(noteKinds(published).includes('versioned-role-name'));
  const roles = mirrored.mirror.reader.generationRoles(mirrored.id, 1);
  const names = new MetadataNames('revalidated', roles, roles);
  assert.equal(names.find('2.root.json'), undefined);
  assert.equal(names.find('1.2.root.json')?.sha256, roles.find(({ role }) => role === '2.root')?.fileSha256 as Sha256);
});
