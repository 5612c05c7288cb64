/** Signed parts with one thing changed. */
import type { Json } from '../../../src/tuf/json.ts';

/** Every way to change one thing in this value: the changed value with a word for it. */
export function* mutations(value: Json, path = ''): Generator<[what: string, changed: Json]> {
  if (typeof value === 'number') yield [`${path} + 1`, value + 1];
  else if (typeof value === 'boolean') yield [`not ${path}`, !value];
  else if (typeof value === 'string') {
    yield [`${path} with more`, `${value}0`];
    // Another digit of the same kind: still a digest, a key, a date.
    if (value !== '')
      yield [`${path} otherwise`, value.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (last) => (last === '1' ? '2' : '1'))];
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      yield [`${path} without ${at}`, value.toSpliced(at, 1)];
      for (const [what, changed] of mutations(item, `${path}[${at}]`)) yield [what, value.with(at, changed)];
    }
    if (value.length > 1) yield [`${path} turned round`, value.toReversed()];
  } else if (value instanceof Map) {
    yield [`${path} with a member`, new Map([...value, ['x-new', 'new']])];
    for (const [name, member] of value) {
      yield [`${path} without ${name}`, new Map([...value].filter(([other]) => other !== name))];
      for (const [what, changed] of mutations(member, `${path}.${name}`))
        yield [what, new Map([...value, [name, changed]])];
    }
  }
}
