/** Upstream said two things under one version: when, which contents, and who decided to accept one (W-07). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { contradictions } from '../../src/audit/questions/contradictions.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { decide } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { AuditedOffice } from './office.ts';

test('a contradiction is listed with both contents, the import that met it, and the one that was told to accept it', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  assert.deepEqual((await office.ask((inquiry) => contradictions(inquiry))).contradictions, []);
  const first = sha256(office.upstream.file('1.targets.json'));
  // The same upstream once more, from its beginning: with another targets file of version 1.
  const other = new SimulatedUpstream().add('file.txt', 'another').publish('targets');
  other.publish();
  office.upstream = other;
  const refusal = await office.import('local').then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(isRefusal(refusal, 'TRUST_EQUIVOCATION'));
  const named = (refusal.details['roles'] as string[]).map((file) => decide('accept-equivocation', file));
  await office.import('local', {}, named);
  const { contradictions: found } = await office.ask((inquiry) => contradictions(inquiry));
  const [one] = found;
  assert.ok(one && found.length === 1);
  assert.equal(one.import?.reject_code, 'TRUST_EQUIVOCATION');
  assert.ok(one.files.includes('targets@1'));
  const seen = one.contents.filter(({ file }) => file === 'targets@1');
  assert.deepEqual(
    seen.map(({ sha256: digest, first_import }) => [digest, first_import]),
    [
      [first, 1],
      [sha256(other.file('1.targets.json')), 2],
    ],
  );
  assert.deepEqual(
    one.accepted_by.map(({ import: number, file }) => [number, file]),
    one.files.map((file) => [3, file]),
  );
  assert.equal(one.accepted_by[0]?.reason, 'asked upstream');
  assert.deepEqual((await office.ask((inquiry) => contradictions(inquiry, 'another'))).contradictions, []);
});
