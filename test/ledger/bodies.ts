/** Bodies of events, drawn from the shapes themselves: whatever a shape accepts, a leaf must carry. */
import fc from 'fast-check';
import type { AnyEvent } from '../../src/ledger/events/leaf.ts';
import { EVENTS, type EventType } from '../../src/ledger/events/types.ts';

export const TYPES = Object.keys(EVENTS) as EventType[];

/** As much of JSON Schema as the shapes use. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Texts are short, so that the whole stays a leaf; how long they may get has tests of its own. */
const MOST_TEXT = 40;
const PLAIN = { noNullPrototype: true } as const;

function bodyOf(type: EventType): fc.Arbitrary<object> {
  return fromSchema(EVENTS[type].schema) as fc.Arbitrary<object>;
}

export function eventOf(type: EventType, n = fc.nat()): fc.Arbitrary<AnyEvent> {
  return fc
    .record(
      {
        n,
        type: fc.constant(type),
        mirrorId: fc.stringMatching(/^[0-9a-f]{32}$/),
        at: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000)),
        actor: fc.stringMatching(/^(local|a-[0-9a-f]{20}|system:[a-z-]{1,32})$/),
        cause: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
        nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
        body: bodyOf(type),
      },
      PLAIN,
    )
    .map((event) => event as AnyEvent);
}

function fromSchema(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fromSchema));
  switch (schema.type) {
    case 'object':
      return objects(schema);
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'string':
      return schema.pattern === undefined
        ? fc.string({ unit: 'binary', maxLength: Math.min(schema.maxLength ?? MOST_TEXT, MOST_TEXT) })
        : fc.stringMatching(new RegExp(schema.pattern));
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? Number.MAX_SAFE_INTEGER });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      throw new TypeError(`a shape that is not understood here: ${JSON.stringify(schema)}`);
  }
}

function objects({ properties, additionalProperties }: Schema): fc.Arbitrary<unknown> {
  if (properties)
    return fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fromSchema(one)])),
      PLAIN,
    );
  const name = fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/);
  return fc.dictionary(name, fromSchema(additionalProperties || {}), { maxKeys: 4, noNullPrototype: true });
}
