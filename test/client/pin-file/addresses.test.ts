/** A location says where to ask: an address or a folder, in one reading, and without anybody’s credentials. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPin, read, refusedPin } from './pins.ts';

const MEMBERS = ['base', 'metadata', 'targets'] as const;
const GOOD = 'https://mirror.example/';

const READ: readonly [text: string, href: string][] = [
  ['http://mirror.example:8700/sigstore', 'http://mirror.example:8700/sigstore/'],
  ['https://MIRROR.example', 'https://mirror.example/'],
  ['http://[::1]:80/a%20b', 'http://[::1]/a%20b/'],
  ['file:///srv/tuf', 'file:///srv/tuf/'],
  ['file:///srv/a%20b/', 'file:///srv/a%20b/'],
  ['file:///', 'file:///'],
];

test('addresses and folders end in a slash', () => {
  for (const [text, href] of READ) {
    for (const name of MEMBERS) {
      const { location } = read(plainPin({ location: { base: GOOD, [name]: text } }));
      assert.equal(location[name]?.href, href);
    }
  }
});

test('anything else is refused, and what could be a password is not repeated', () => {
  const refused = [
    ...[
      '',
      '/srv/tuf',
      'mirror.example',
      '//mirror.example/',
      'ftp://mirror.example/',
      'javascript:alert(1)',
      'http:',
      'http://',
    ],
    ...[
      'http:mirror.example',
      'http:/mirror.example',
      'http://mirror.example:99999/',
      'http://exa mple/',
      ' http://mirror.example/',
    ],
    ...[
      'http://mirror.example/\n',
      'http://mirror\t.example/',
      'http:\\\\mirror.example\\',
      'http://mirror.example\\@other.example/',
    ],
    ...['http://user:hunter2@mirror.example/', 'http://hunter2@mirror.example/', 'http://:hunter2@mirror.example/'],
    ...[
      'http://mirror.example/?token=hunter2',
      'http://mirror.example/?',
      'http://mirror.example/#hunter2',
      'http://mirror.example/#',
    ],
    ...[
      'file:srv',
      'file:/srv',
      'file://server/srv',
      'file://user:hunter2@server/srv',
      'file:///srv?hunter2',
      'file:///srv#x',
    ],
    ...['file:///srv%2fx', 'file:///srv%5Cx', 'file:///srv%00', 'file:///srv%ff', 'file:///srv%zz', 'file:///srv%'],
  ];
  for (const text of refused) {
    for (const name of MEMBERS) {
      const { message } = refusedPin(plainPin({ location: { base: GOOD, [name]: text } }), `The pin: location.${name}`);
      assert.doesNotMatch(message, /hunter2/);
    }
  }
});
