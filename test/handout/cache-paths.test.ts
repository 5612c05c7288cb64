/** Names become paths on clients’ machines: none leads out of the client’s own folder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { seeded } from '../../src/handout/handout.ts';

test('a name that would lead elsewhere is refused', () => {
  for (const gun of ['../../.ssh', 'a/../../b', '/etc', 'a//b', 'a\u0000b'])
    assert.throws(
      () => seeded([{ gun, root: new Uint8Array(), certificates: [] }], 'tuf'),
      (error) => isRefusal(error, 'USAGE_OPTION'),
      gun,
    );
});
