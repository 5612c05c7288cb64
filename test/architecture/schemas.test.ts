/** What the program compiles without looking, because it is always the same: every schema of ours is a schema. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SCHEMA } from '../../src/config/schema.ts';
import { EVENTS } from '../../src/ledger/events/types.ts';

const ajv = new Ajv2020();

const schemas: readonly (readonly [string, object])[] = [
  ['the settings', SCHEMA],
  ...Object.entries(EVENTS).map(([type, { schema }]): [string, object] => [type, schema]),
];

for (const [name, schema] of schemas)
  test(`${name}: a JSON Schema 2020-12`, () => {
    assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
  });
