/** A trial, whose root key is on the machine, passes on to holders: in both dialects, and clients follow. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SimulatedCollection } from '../simulator/collection.ts';
import { enrolCollection, importCollection, takenRoots } from './collection-ceremonies.ts';
import { Workplace } from './workplace.ts';

const SERVED = 'mirror.example/team/app';

test('the trial’s key signs the draft by itself; after the ceremony it signs nothing any more', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await writeFile(workplace.path('pass'), 'correct horse battery\n', { mode: 0o600 });
  await workplace.hasHolder('alice', 'correct horse battery');
  const collection = new SimulatedCollection().publish();
  await enrolCollection(workplace, 'app', collection, SERVED);
  await workplace.succeed('import sample');
  assert.equal((await importCollection(workplace, 'app', collection)).outcome, 'published');
  const keyIds = ((await workplace.succeed('keys list --json')).json['repositories'] as { root: string }[]).map(
    ({ root }) => root,
  );
  assert.equal(new Set(keyIds).size, 2);

  await writeFile(workplace.path('list'), `sample\napp ${SERVED}\n`);
  await workplace.succeed('keys public alice --list @list --keys @alice --passphrase-file @pass -o @alice.json');
  const { out } = await workplace.succeed('root draft app sample --root-key @alice.json -o @draft.json');
  assert.match(out, /enough for the current root/);
  await workplace.succeed('root sign @draft.json --key @alice/alice.root.age --passphrase-file @pass --yes');
  await workplace.succeed('root accept --all @draft.json');
  assert.equal((await takenRoots(workplace, 'app', SERVED)).length, 2);
  for (const id of ['app', 'sample']) {
    const refusal = await workplace.refused(`keys rotate ${id}`);
    assert.equal(refusal.code, 'STATE_NEEDS_ROOT');
  }
  await workplace.succeed('renew --force');
  await workplace.succeed('fsck');
});
