/** What a list of digests is worth: nothing else in the list, on the line or in the record makes it say less. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { APP, DB, firstUse, site, type Told } from './rescue-place.ts';

const WRONG = 'ab'.repeat(32);

test('a name that stands in the list again without its digest keeps it, first use or not (N-09)', async (t) => {
  const { workplace, notary } = await site(t);
  await writeFile(workplace.path('list'), `${APP} ${WRONG}\n${APP}\n`);
  const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} --list list`));
  assert.deepEqual([exitCode, (json['collections'] as Told[])[0]?.refusal?.code], [1, 'TRUST_ROOT_DIGEST']);
  await writeFile(workplace.path('list'), `${DB}\n${DB} ${sha256(notary.collections.get(DB)?.firstRoot ?? WRONG)}\n`);
  const { json: other } = await workplace.succeed(`rescue ${notary.url.href} --list list --json`);
  assert.deepEqual(
    (other['collections'] as Told[]).map(({ confirmedBy }) => confirmedBy),
    ['digest'],
  );
});

test('two digests for one name are refused, and one digest for many names, before anybody is asked', async (t) => {
  const { workplace, notary } = await site(t);
  for (const [text, what] of [
    [
      `${APP} ${WRONG}\n${APP} ${'cd'.repeat(32)}\n`,
      /^Line 2 of list gives registry.example.com\/team\/app another digest/,
    ],
    [`registry.example.com/* ${WRONG}\n`, /^Line 1 of list gives many collections one digest/],
  ] as const) {
    await writeFile(workplace.path('list'), text);
    const { code, what: said } = await workplace.refused(`rescue ${notary.url.href} --list list`);
    assert.equal(code, 'USAGE_FILE');
    assert.match(said, what);
  }
  assert.deepEqual(notary.asked, []);
});
