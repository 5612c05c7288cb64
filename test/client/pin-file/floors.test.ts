/** Floors are least versions that somebody can check; two that contradict each other are refused (M-04). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedPin, plainPin, type Plain, read, refusedPin, staticPin } from './pins.ts';

function floors(floor: Plain): ReturnType<typeof read>['floor'] {
  return read(plainPin({ floor })).floor;
}

test('a floor is a whole number from 1 to the highest version', () => {
  for (const name of ['root', 'timestamp', 'snapshot', 'targets']) {
    for (const version of [0, -1, '3', true, null, [], 2 ** 31 - 1])
      refusedPin(plainPin({ floor: { [name]: version } }), `The pin: floor.${name} must be`);
  }
  for (const version of [0, '3', null])
    refusedPin(plainPin({ floor: { roles: { npm: version } } }), 'The pin: floor.roles.npm must be');
  assert.equal(floors({ root: 2 ** 31 - 2 }).root, 2 ** 31 - 2);
});

test('targets is one role: two different floors of it are refused, and equal ones are one', () => {
  refusedPin(
    plainPin({ floor: { targets: 14, roles: { targets: 15 } } }),
    'The pin: floor says 14 for targets and 15 for roles.targets',
  );
  assert.deepEqual([...floors({ targets: 14, roles: { targets: 14 } }).roles], [['targets', 14]]);
  assert.deepEqual(floors({ roles: { targets: 14 } }), floors({ targets: 14 }));
});

test('floors of upstream’s own roles need upstream’s keys', () => {
  for (const name of ['root', 'timestamp', 'snapshot']) {
    refusedPin(staticPin({ floor: { [name]: 1 } }), `The pin: floor.${name} needs an upstream_root`);
    assert.ok(read(carriedPin({ floor: { [name]: 1 } })));
  }
  const { floor } = read(staticPin({ floor: { targets: 3, roles: { npm: 2 } } }));
  assert.deepEqual(
    [...floor.roles],
    [
      ['npm', 2],
      ['targets', 3],
    ],
  );
});

test('roles are the authored ones', () => {
  for (const name of ['root', 'timestamp', 'snapshot'])
    refusedPin(plainPin({ floor: { roles: { [name]: 2 } } }), `The pin: floor.roles.${name} stands beside`);
  refusedPin(plainPin({ floor: { roles: { '': 2 } } }), 'The pin: floor.roles names a role without a name');
});
