/** Files that cannot be read, or are not what their name promises: said, never trusted, and nothing breaks (J-03, R-06). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareMeaning } from '../../../src/verify/meaning/compare.ts';
import { runs } from '../../property/runs.ts';
import { authority, base64, certificateOf, json, log, said, sha256Of, signingConfig, trustedRoot } from './written.ts';

const root = certificateOf('root');
const whole = {
  tlogs: [log('https://log.test', 'key 1')],
  certificateAuthorities: [authority([root])],
  timestampAuthorities: [authority([root])],
};
const good = trustedRoot(whole);

test('a file of no known kind says nothing, whatever its bytes', () => {
  for (const bytes of ['', '{}', '{', 'text', '\u0000\u00ff', '[]', '{"mediaType":1}', '{"mediaType":"x-trustedroot"}'])
    assert.deepEqual(said(undefined, Buffer.from(bytes)), [], bytes);
});

test('one that is named like a kind and is none is said to be none', () => {
  for (const [name, kind] of [
    ['trusted_root.json', 'a Sigstore trusted root'],
    ['dir/trusted_root.v2.json', 'a Sigstore trusted root'],
    ['signing_config.v0.2.json', 'a Sigstore signing config'],
    ['keys.json', 'a list of keys'],
    ['some/keys.json', 'a list of keys'],
  ] as const) {
    assert.deepEqual(said(undefined, json({}), name), [`named like ${kind} and is none`]);
    const broken = Buffer.from('{"a":1.5}');
    assert.deepEqual(said(undefined, broken, name), [
      `named like ${kind} and is none: it is not JSON that all readers understand alike`,
    ]);
  }
  for (const name of ['not_trusted_root.json', 'monkeys.json', 'trusted_root.json.txt'])
    assert.deepEqual(said(undefined, json({}), name), []);
});

test('one that was a kind and is none now is said to be none, whatever its name', () => {
  assert.deepEqual(said(good, json({})), ['was a Sigstore trusted root and is none now']);
  const twice = Buffer.from(good.toString().replace('{', '{"mediaType":"x",'));
  assert.deepEqual(said(good, twice), [
    'was a Sigstore trusted root and is none now: it is not JSON that all readers understand alike',
  ]);
});

test('one whose content is not held is said not to be looked into, when it was or should be a kind', () => {
  const absent = { bytes: undefined, isListed: true };
  const held = { bytes: good, isListed: true };
  const words = 'and its content is not looked into: it is not held here, or too large';
  assert.deepEqual(compareMeaning('x', held, absent), [`was a Sigstore trusted root, ${words}`]);
  assert.deepEqual(compareMeaning('trusted_root.json', absent, absent), [
    `named like a Sigstore trusted root, ${words}`,
  ]);
  assert.deepEqual(compareMeaning('x', absent, absent), []);
  const [first, second] = compareMeaning('x', absent, held);
  assert.match(first ?? '', /^is a Sigstore trusted root \(what it said before is not held here\): /);
  assert.match(second ?? '', / comes: /);
});

test('one that becomes another kind is listed whole', () => {
  const [line] = said(good, signingConfig({ caUrls: [] }));
  assert.match(line ?? '', /^is a Sigstore signing config \(before it was a Sigstore trusted root\): /);
  const [other] = said(Buffer.from('text'), good);
  assert.match(other ?? '', /^is a Sigstore trusted root \(before it was something else\): /);
});

test('certificates and keys that are none are said, and entries of another type too', () => {
  const odd = trustedRoot({
    certificateAuthorities: [
      { certChain: { certificates: [{ rawBytes: base64('junk') }, { rawBytes: '%%' }, 7, {}] } },
      'text',
    ],
    tlogs: [{ publicKey: { rawBytes: [] } }, null, []],
    ctlogs: 'none',
  });
  const lines = said(trustedRoot({}), odd);
  assert.deepEqual(lines, [
    'the file: also "ctlogs" none -> "none"',
    `certificate authority something that is no certificate comes: certificates 4 bytes that are no certificate, sha256 ${sha256Of('junk')}, ` +
      'an entry that cannot be read, also "rawBytes" "%%", an entry that cannot be read, an entry that cannot be read',
    'certificate authority that cannot be read comes: it is "text"',
    'transparency log "without an address" comes: key none that can be read, also "publicKey.rawBytes" []',
    'transparency log that cannot be read comes: it is null',
    'transparency log that cannot be read comes: it is []',
  ]);
});

test('a certificate with more behind it, or in PEM, is not taken for the certificate', () => {
  for (const der of [
    Buffer.concat([root.der, Buffer.of(0)]),
    Buffer.from('-----BEGIN CERTIFICATE-----\n' + root.der.toString('base64') + '\n-----END CERTIFICATE-----\n'),
  ]) {
    const [line] = said(trustedRoot({}), trustedRoot({ certificateAuthorities: [authority([{ der, sha256: '' }])] }));
    assert.match(
      line ?? '',
      /^certificate authority something that is no certificate comes: certificates \d+ bytes that are no certificate, sha256 /,
    );
  }
});

test('words of the file cannot write a line of their own', () => {
  const [line] = said(good, trustedRoot({ ...whole, tlogs: [log('https://x.test"\n goes \u202e', 'key 1')] }));
  assert.equal(
    line,
    'transparency log "https://x.test\\"\\u000a goes \\u202e": at "https://log.test" -> "https://x.test\\"\\u000a goes \\u202e"',
  );
});

test('whatever is changed in a file, there is an answer in printable lines', () => {
  const files = [good, signingConfig({ caUrls: [{ url: 'x' }] }), json({ keys: [{ keyId: 'a', publicKey: {} }] })];
  const bytes = fc
    .tuple(fc.constantFrom(...files), fc.nat(), fc.uint8Array({ maxLength: 4 }))
    .map(([file, at, put]) => {
      const start = at % file.length;
      return Buffer.concat([file.subarray(0, start), put, file.subarray(start + 1)]);
    });
  fc.assert(
    fc.property(bytes, fc.constantFrom(...files), (odd, file) => {
      for (const [before, after] of [
        [file, odd],
        [odd, file],
        [undefined, odd],
        [odd, undefined],
      ] as const) {
        for (const line of said(before, after, 'trusted_root.json')) assert.match(line, /^[\x20-\x7e]+$/);
      }
    }),
    runs(60, 5000),
  );
});

test('whatever is put in place of a member, there is an answer', () => {
  const member = fc.constantFrom('tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities', 'mediaType', 'x');
  const inner = fc.constantFrom('publicKey', 'logId', 'subject', 'certChain', 'validFor', 'baseUrl', 'uri');
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(member, inner, value, value, (name, within, outside, inside) => {
      for (const members of [{ [name]: outside }, { [name]: [{ [within]: inside }] }])
        for (const line of said(good, trustedRoot({ ...whole, ...members }))) assert.match(line, /^[\x20-\x7e]+$/);
    }),
    runs(60, 5000),
  );
});
