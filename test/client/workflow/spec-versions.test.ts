/** W-09: files of other specifications than TUF 1.x are not read by guess. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Json } from '../../../src/tuf/json.ts';
import { put } from '../../simulator/places.ts';
import { rotating } from './rotating.ts';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'];
const OTHERS: readonly (readonly [Json | undefined, 'TRUST_SPEC_VERSION' | 'TRUST_MALFORMED'])[] = [
  ...['2.0.0', '0.9', '11.0', '1', '1.', '1.x', 'v1.0.0', '1.0.34-rc', '1.0.34.0', ' 1.0', ''].map(
    (version) => [version, 'TRUST_SPEC_VERSION'] as const,
  ),
  ...[1, null, ['1.0.0'], undefined].map((version) => [version, 'TRUST_MALFORMED'] as const),
];

for (const role of ROLES) {
  test(`W-09 ${role}: any 1.x is read, anything else is refused, and the memory stays`, async (context) => {
    const rotation = await rotating(context);
    const { upstream } = rotation;
    let version: Json | undefined = '1.0';
    upstream.alter(role, (signed) => void put(signed, ['spec_version'], version));
    for (const [other, code] of role === 'timestamp' ? OTHERS : OTHERS.slice(0, 2)) {
      version = other;
      const refusal = await rotation.reissue(role).refused(code);
      assert.match(refusal.what, new RegExp(`^${role}\\b`));
    }
    for (const good of ['1.0', '1.99', '1.0.0', '1.0.999']) {
      version = good;
      await rotation.reissue(role).followed();
      if (role === 'root') break;
    }
  });
}
