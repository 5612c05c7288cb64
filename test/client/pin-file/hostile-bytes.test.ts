/** Bytes that are no pin, or that two readers would understand differently: one refusal each, and nothing else (J-01 to J-07, R-06). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import { isRefusal } from '../../../src/errors.ts';
import { runs } from '../../property/runs.ts';
import { plainPin, refusedPin } from './pins.ts';

const good = JSON.stringify(plainPin());

test('a pin that was cut off is refused wherever it was cut', () => {
  const bytes = Buffer.from(good);
  for (let length = 0; length < bytes.length; length += 50) refusedPin(bytes.subarray(0, length), 'The pin ');
  refusedPin(bytes.subarray(0, -1), 'The pin has an object that is not closed');
});

test('J-03 a member that is there twice is refused at every level, however it is spelt', () => {
  const twice: readonly [find: string, double: string][] = [
    ['{"countersign"', '{"countersign":"pin/v1","countersign"'],
    ['"repository":', '"repository":"other","repository":'],
    ['"repository":', '"\\u0072epository":"other","repository":'],
    ['"threshold":', '"threshold":1,"threshold":'],
    ['"base":', '"base":"http://other.example/","base":'],
    ['"maxOffline":', '"maxOffline":"P7D","maxOffline":'],
    ['"root":', '"root":1,"root":'],
    ['"npm.example":3', '"npm.example":3,"npm.example":2'],
    ['"until":', '"until":"2999-01-01T00:00:00Z","until":'],
    ['"keytype":', '"keytype":"rsa","keytype":'],
  ];
  for (const [find, double] of twice) {
    const altered = good.replace(find, double);
    assert.notEqual(altered, good);
    const { what } = refusedPin(altered, 'The pin names the member “');
    assert.match(what, /twice in one object/);
  }
});

const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  'nothing at all': '',
  'white space': ' \n',
  'an error page': '<html><body>502</body></html>',
  'J-05 a byte-order mark': `\ufeff${good}`,
  'J-05 UTF-16': Buffer.from(good, 'utf16le'),
  'J-05 bytes that are not UTF-8': Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xff, 0x7d])]),
  'J-05 a lone surrogate in a value': good.replace('upstream is retired', '\\ud800'),
  'J-05 a lone surrogate in a name': good.replace('"npm.example":3', '"\\udc00":3'),
  'J-05 the bytes of a surrogate': Buffer.from(good.replace('upstream is retired', '\u0001'), 'latin1').map((byte) =>
    byte === 1 ? 0xed : byte,
  ),
  'J-04 a fraction': good.replace('"root":15', '"root":15.0'),
  'J-04 an exponent': good.replace('"root":15', '"root":1e1'),
  'J-04 a number that rounds': good.replace('"root":15', '"root":9007199254740993'),
  'J-04 minus zero': good.replace('"root":15', '"root":-0'),
  'J-04 a megabyte of digits': good.replace('"root":15', `"root":${'1'.repeat(1_000_000)}`),
  'J-06 a prototype as a member': good.replace('{', '{"__proto__":{"expires":"2999-01-01T00:00:00Z"},'),
  'J-06 a constructor as a member': good.replace('{', '{"constructor":{"prototype":{}},'),
  'J-06 a prototype in the policy': good.replace('"maxOffline"', '"__proto__":{"maxOffline":"P99D"},"maxOffline"'),
  'J-07 content after the end': `${good}{}`,
  'J-07 a second pin': `${good}\n${good}`,
  'a comment': good.replace('{', '{/* */'),
  'a comma too many': good.replace(/\}$/, ',}'),
  'R-06 a thousand arrays': `${'['.repeat(1000)}${']'.repeat(1000)}`,
  'R-06 a thousand objects in a key': good.replace(
    '"keytype"',
    `"x":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)},"keytype"`,
  ),
  'R-06 a hundred thousand arrays': '['.repeat(100_000),
  'R-01 three megabytes of white space': `${good}${' '.repeat(3_000_000)}`,
  'R-01 three megabytes of base64': good.replace('"mirror_root":"', `"mirror_root":"${'A'.repeat(3_000_000)}`),
};

for (const [name, pin] of Object.entries(HOSTILE)) {
  test(`${name} is refused`, () => {
    assert.notEqual(pin, good);
    refusedPin(pin, 'The pin');
  });
}

test('R-01 what is too large is not read at all', () => {
  refusedPin(new Uint8Array(3_000_000), 'The pin is larger than 2000000 bytes');
});

test('any pin with one byte changed, added or taken away is read or refused, and nothing else happens', () => {
  const bytes = Buffer.from(good);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(2), fc.uint8Array({ maxLength: 2 }), (at, removed, added) => {
      const altered = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
      try {
        readPin(altered);
      } catch (error) {
        if (!isRefusal(error, 'CONFIG_PIN')) throw error;
      }
    }),
    runs(300, 20_000),
  );
});
