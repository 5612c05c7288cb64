/** A map is TAP 4’s, read strictly: an entry that dangles or counts one repository twice would ask fewer than was meant (X-05, P-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMap } from '../../src/client/pin/map-file.ts';
import type { RepositoryMap } from '../../src/client/pin/map.ts';
import { isRefusal, type Refusal } from '../../src/errors.ts';
import { refused } from '../simulator/refused.ts';

type Plain = Record<string, unknown>;

const DJANGO = {
  paths: ['/django/django-1.*.tgz'],
  repositories: ['Django', 'PyPI'],
  threshold: 1,
  terminating: false,
};
const REST = { paths: ['*', 'simple/*'], repositories: ['PyPI'], terminating: true, threshold: 1 };
const REPOSITORIES = {
  Django: ['https://djangoproject.com/'],
  PyPI: ['https://pypi.example', 'file:///srv/pypi/'],
  own: { pin: 'company' },
};

function plainMap(changes: Plain = {}): Plain {
  return { repositories: REPOSITORIES, mapping: [DJANGO, REST], ...changes };
}

function withEntry(changes: Plain): Plain {
  return plainMap({ mapping: [DJANGO, { ...REST, ...changes }] });
}

function read(map: Plain): RepositoryMap {
  return readMap(Buffer.from(JSON.stringify(map)));
}

function refusedMap(map: Plain | string | Uint8Array, what = 'The map'): Refusal {
  const bytes = map instanceof Uint8Array ? map : Buffer.from(typeof map === 'string' ? map : JSON.stringify(map));
  const refusal = refused('CONFIG_MAP', () => readMap(bytes));
  assert.ok(refusal.what.startsWith(what), refusal.what);
  assert.match(refusal.what, /\.$/);
  return refusal;
}

test('the example of TAP 4 is understood, in its order', () => {
  const { repositories, mapping } = read(plainMap());
  assert.deepEqual(
    [...repositories].map(([name, { enrolment, addresses }]) => [name, enrolment, addresses?.map(({ href }) => href)]),
    [
      ['Django', 'Django', ['https://djangoproject.com/']],
      ['PyPI', 'PyPI', ['https://pypi.example/', 'file:///srv/pypi/']],
      ['own', 'company', undefined],
    ],
  );
  assert.deepEqual(mapping, [DJANGO, REST]);
});

test('static pins of TAP 13 belong into the pin, and the refusal says so', () => {
  for (const value of [[], null, [{ repositories: ['PyPI'], targets_rolename: 'targets', threshold: 1, keys: {} }]]) {
    const { what } = refusedMap(plainMap({ targets_mappings: value }), 'The map: targets_mappings (TAP 13)');
    assert.match(what, /belong into the pin/);
  }
});

test('a repository that is named and not defined is refused (go-tuf #760)', () => {
  for (const name of ['pypi', 'PyPI ', '', '__proto__', 'constructor', 'toString', '../PyPI']) {
    refusedMap(withEntry({ repositories: ['PyPI', name] }), 'The map: mapping.1.repositories.1 names “');
  }
});

test('entries that are null or of another type are refused (go-tuf #749)', () => {
  for (const value of [null, true, 7, 'x', {}]) {
    refusedMap(plainMap({ mapping: value }), 'The map: mapping must be an array');
    for (const name of ['paths', 'repositories'])
      refusedMap(withEntry({ [name]: value }), `The map: mapping.1.${name} must be an array`);
  }
  for (const value of [null, true, 7, 'x', []]) {
    refusedMap(plainMap({ mapping: [DJANGO, value] }), 'The map: mapping.1 must be an object');
    refusedMap(plainMap({ repositories: value }), 'The map: repositories must be an object');
  }
  for (const value of [null, true, 7, {}, []]) {
    refusedMap(withEntry({ paths: [value] }), 'The map: mapping.1.paths.0 must be a string');
    refusedMap(withEntry({ repositories: [value] }), 'The map: mapping.1.repositories.0 must be a string');
    refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, PyPI: [value] } }),
      'The map: repositories.PyPI.0 must be a string',
    );
    refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, own: { pin: value } } }),
      'The map: repositories.own.pin must be a string',
    );
  }
  for (const value of [null, true, 7, 'https://x.example/']) {
    refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, PyPI: value } }),
      'The map: repositories.PyPI must be an object',
    );
  }
});

test('nothing may be left out, and nothing empty stands for nothing', () => {
  for (const name of ['repositories', 'mapping'])
    refusedMap(plainMap({ [name]: undefined }), `The map: ${name} must be`);
  for (const name of Object.keys(REST))
    refusedMap(withEntry({ [name]: undefined }), `The map: mapping.1.${name} must be`);
  for (const name of ['paths', 'repositories'])
    refusedMap(withEntry({ [name]: [] }), `The map: mapping.1.${name} is empty`);
  refusedMap(plainMap({ mapping: [] }), 'The map: mapping is empty');
  refusedMap(plainMap({ repositories: { ...REPOSITORIES, PyPI: [] } }), 'The map: repositories.PyPI lists no address');
  refusedMap(
    plainMap({ repositories: { ...REPOSITORIES, own: {} } }),
    'The map: repositories.own.pin must be a string',
  );
  refusedMap(withEntry({ paths: ['a', ''] }), 'The map: mapping.1.paths.1 is empty');
});

test('K-03 the threshold is a whole number from 1 to the number of repositories', () => {
  for (const threshold of [0, -1, 3, '1', true, null, [1]]) {
    refusedMap(
      withEntry({ repositories: ['PyPI', 'own'], threshold }),
      'The map: mapping.1.threshold must be a whole number from 1 to 2',
    );
  }
  refusedMap(withEntry({ threshold: 1.5 }), 'The map has a number');
  assert.equal(read(withEntry({ repositories: ['PyPI', 'own'], threshold: 2 })).mapping[1]?.threshold, 2);
});

test('terminating is said, not guessed', () => {
  for (const terminating of [0, 1, 'true', null, undefined])
    refusedMap(withEntry({ terminating }), 'The map: mapping.1.terminating must be true or false');
});

test('no repository counts twice, under its own name or another', () => {
  const twice = (repositories: Plain, names: readonly string[]): void => {
    const mapping = [{ ...REST, repositories: names, threshold: 2 }];
    refusedMap({ repositories, mapping }, 'The map: mapping.0.repositories.1 would count one repository twice');
  };
  twice(REPOSITORIES, ['PyPI', 'PyPI']);
  twice({ a: { pin: 'x' }, b: { pin: 'x' } }, ['a', 'b']);
  twice({ a: ['https://x.example/'], b: { pin: 'a' } }, ['a', 'b']);
  twice({ a: ['https://x.example/'], b: ['https://y.example', 'https://X.example'] }, ['a', 'b']);
  const apart = {
    repositories: { a: { pin: 'x' }, b: { pin: 'x' } },
    mapping: [REST, REST].map((entry, at) => ({ ...entry, repositories: ['ab'[at]] })),
  };
  assert.equal(read(apart).mapping.length, 2);
  assert.equal(
    read(plainMap({ repositories: { ...REPOSITORIES, a: ['https://x.example/', 'https://x.example'] } })).repositories
      .size,
    4,
  );
});

test('P-03 a name could be the name of a folder, and of none but its own', () => {
  const names = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '-x',
    '_x',
    '.x',
    'a b',
    'a\n',
    'C:x',
    'é',
    'con',
    'NUL.txt',
    'x.',
    'a'.repeat(64),
    '%2e',
    '\u001b[2J',
  ];
  for (const name of names) {
    refusedMap(plainMap({ repositories: { ...REPOSITORIES, [name]: { pin: 'x' } } }), 'The map: repositories has “');
    refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, own: { pin: name } } }),
      'The map: repositories.own.pin has “',
    );
  }
  const text = JSON.stringify(plainMap()).replace('"own"', '"__proto__"');
  refusedMap(text, 'The map: repositories has “__proto__”');
  for (const name of ['pypi', 'PYPI', 'OWN'])
    refusedMap(plainMap({ repositories: { ...REPOSITORIES, [name]: { pin: 'x' } } }), 'The map: repositories names “');
  for (const name of ['a', '0', 'a..b', 'npm.example', 'a'.repeat(63)])
    assert.ok(read(plainMap({ repositories: { ...REPOSITORIES, [name]: { pin: name } } })));
});

test('addresses are those of a pin: no credentials, no query, nothing but http, https and folders', () => {
  for (const url of [
    '',
    '/srv',
    'ftp://x.example/',
    'http://user:hunter2@x.example/',
    'http://x.example/?hunter2',
    'file://server/x',
  ]) {
    const { message } = refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, PyPI: ['https://ok.example/', url] } }),
      'The map: repositories.PyPI.1',
    );
    assert.doesNotMatch(message, /hunter2/);
  }
});

test('patterns keep TUF’s meaning; “**” has none in it, and would match less than was meant', () => {
  for (const pattern of ['**', '**/*.tgz', 'a/**', 'a**b'])
    refusedMap(withEntry({ paths: [pattern] }), 'The map: mapping.1.paths.0 has “**”');
  for (const pattern of ['*', '*/*', '@scope/*.tgz', 'a?[bc]', '{a,b}'])
    assert.deepEqual(read(withEntry({ paths: [pattern] })).mapping[1]?.paths, [pattern]);
});

test('a member that nobody knows is refused at every level, and one that differs by case too', () => {
  for (const name of ['x', 'Mapping', 'repoſitories', 'target_mappings', 'countersign', '__proto__']) {
    const text = JSON.stringify(plainMap()).replace('{', `{"${name}":1,`);
    refusedMap(text, 'The map has the unknown member “');
  }
  for (const name of ['x', 'Terminating', 'threſhold', 'treshold', 'custom'])
    refusedMap(withEntry({ [name]: 1 }), 'The map: mapping.1 has the unknown member “');
  for (const name of ['x', 'Pin', 'urls', 'root']) {
    refusedMap(
      plainMap({ repositories: { ...REPOSITORIES, own: { pin: 'x', [name]: 'x' } } }),
      'The map: repositories.own has the unknown member “',
    );
  }
});

test('bytes that are no map, or that two readers would understand differently, are refused', () => {
  const good = JSON.stringify(plainMap());
  for (let length = 0; length < good.length; length += 20) refusedMap(good.slice(0, length));
  const hostile = [
    `\ufeff${good}`,
    `${good}{}`,
    good.replace('{', '{"mapping":[],'),
    good.replace('"threshold":1', '"threshold":1,"threshold":2'),
    good.replace('"own"', '"PyPI"'),
    good.replace('simple', '\\ud800'),
    good.replace('{', '{// comment\n'),
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
    'null',
    '[]',
  ];
  for (const text of hostile) refusedMap(text);
  refusedMap(Buffer.from(good, 'utf16le'));
  refusedMap(`${good}${' '.repeat(1_000_000)}`, 'The map is larger than 1000000 bytes');
});

test('any map with a byte changed is read or refused, and nothing else happens', () => {
  const good = Buffer.from(JSON.stringify(plainMap()));
  for (const [at] of good.entries()) {
    for (const byte of [0x00, 0x22, 0x5b, 0x7b, 0x2c, 0x30, 0xff]) {
      const altered = Buffer.from(good);
      altered[at] = byte;
      try {
        readMap(altered);
      } catch (error) {
        if (!isRefusal(error, 'CONFIG_MAP')) throw error;
      }
    }
  }
});
