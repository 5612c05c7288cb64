/** M-16 at pinned level: a mirror that hides the newest root of upstream’s, and with it what that root revoked. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { directory } from '../../acquire/directories.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { refusedUnchanged } from '../workflow/unchanged.ts';
import { DAMAGES, heldFiles, heldPath } from './held-files.ts';

test('M-16 pinned: a hidden root is refused by whoever saw it, and by a newcomer because the mirror itself stated it', async (context) => {
  const guarded = await guardedBy(context);
  guarded.upstream.author.publishRoot();
  guarded.upstream.publish();
  await guarded.importNow();
  const folder = join(await directory(context), 'guard');
  const store = folderStore(folder);
  const guard = guarded.guard({ store });
  await guard.refresh();
  guarded.answer('upstream/metadata/2.root.json', 404);
  const newcomer = memoryStore();
  await refusedUnchanged('TRUST_EVIDENCE', newcomer, () => guarded.guard({ store: newcomer }).refresh());
  await guarded.renew();
  assert.equal((await guard.refresh()).upstream?.root, 2, 'what is held is enough');
  await DAMAGES['removed']?.(heldPath(folder, (await heldFiles(folder)).get('upstream root 2') ?? ''));
  await refusedUnchanged('TRUST_ROLLBACK', store, () => guard.refresh());
  guarded.restore();
  assert.equal((await guard.refresh()).upstream?.root, 2);
});
