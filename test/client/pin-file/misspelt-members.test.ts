/** A member that is misspelt must not be ignored: a `polcy` would be a policy that does not hold (J-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPin, type Plain, read, refusedPin } from './pins.ts';

/** Every object that is ours, by the way to it. */
const OBJECTS: readonly (readonly string[])[] = [
  [],
  ['location'],
  ['targets'],
  ['floor'],
  ['policy'],
  ['policy', 'grace', 'targets'],
];

function objectAt(pin: Plain, path: readonly string[]): Plain {
  return path.reduce((object, name) => object[name] as Plain, pin);
}

for (const path of OBJECTS) {
  const place = path.length === 0 ? 'The pin' : `The pin: ${path.join('.')}`;

  test(`${place}: a member that nobody knows is refused by name`, () => {
    for (const name of ['polcy', 'x', '', '__proto__', 'toString', 'comment', 'witnesses', '\u001b[2J']) {
      const pin = plainPin();
      Object.defineProperty(objectAt(pin, path), name, { value: 'P1D', enumerable: true });
      const { what } = refusedPin(pin, `${place} has the unknown member “`);
      assert.doesNotMatch(what, /[\u0000-\u001f]/);
    }
  });

  test(`${place}: each member is refused when it is misspelt or differs by case, alone or beside the right one`, () => {
    for (const name of Object.keys(objectAt(plainPin(), path))) {
      for (const other of misspellings(name)) {
        const beside = plainPin();
        const object = objectAt(beside, path);
        object[other] = object[name];
        refusedPin(beside, `${place} has the unknown member “`);
        Reflect.deleteProperty(object, name);
        refusedPin(beside, `${place} has the unknown member “`);
      }
    }
  });
}

/** The two letters that fold into ASCII ones among them: Go reads `polıcy` as itself, and `ſnapshot` as `snapshot`. */
function misspellings(name: string): string[] {
  const spellings = [
    name.toUpperCase(),
    name.charAt(0).toUpperCase() + name.slice(1),
    name.slice(1),
    `${name}s`,
    `${name} `,
    name.replace('s', 'ſ'),
    name.replace('k', '\u212a'),
    name.replace('_', ''),
  ];
  return [...new Set(spellings)].filter((spelling) => spelling !== name);
}

test('J-03 a member of a key that differs by case only is refused, another one is upstream’s to add', () => {
  const alter = (name: string): Plain => {
    const pin = plainPin();
    const keys = objectAt(pin, ['targets', 'keys']);
    for (const key of Object.values(keys)) (key as Plain)[name] = 'x';
    return pin;
  };
  refusedPin(alter('Keytype'), 'The pin: targets.keys key ');
  refusedPin(alter('ſcheme'), 'The pin: targets.keys key ');
  assert.equal(read(alter('x-owner')).targets?.keys.size, 2);
});

test('roles that differ by case are two roles: their names are compared byte for byte', () => {
  const pin = read(
    plainPin({ floor: { roles: { Alice: 2, alice: 3 } }, policy: { grace: { Alice: 'P1D', alice: 'P2D' } } }),
  );
  assert.deepEqual(
    [...pin.floor.roles],
    [
      ['Alice', 2],
      ['alice', 3],
    ],
  );
  assert.deepEqual([...pin.policy.grace.keys()], ['Alice', 'alice']);
});

test('J-06 a role may have any name, a prototype’s too', () => {
  const text = JSON.stringify(plainPin()).replace('"npm.example":3', '"__proto__":3,"constructor":4');
  const pin = read(JSON.parse(text) as Plain);
  assert.equal(pin.floor.roles.get('__proto__' as never), 3);
});
