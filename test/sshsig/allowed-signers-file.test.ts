/** The file of allowed signers as it is written: what this program reads back, and what every ssh-keygen reads alike. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AllowedSigners,
  findSigner,
  formatAllowedSigners,
  parseAllowedSigners,
} from '../../src/sshsig/allowed-signers.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { NOTHING_REVOKED, parseRevocations, revocationsOf } from '../../src/sshsig/revocations.ts';
import { ed25519, hardwareEd25519, nistp256 } from './people.ts';
import { refused } from './refused.ts';

const key = parsePublicKeyLine(ed25519('alice').line);
const alice = { principals: ['alice@example.org'], key, isCertAuthority: false };
const ENTRIES: AllowedSigners = [
  alice,
  {
    principals: ['bob of x', '#bob', 'bjørn'],
    key: parsePublicKeyLine(nistp256('bob').line),
    namespaces: ['pin.v1@countersign', 'git'],
    validAfter: new Date('2026-01-02T03:04:05Z'),
    validBefore: new Date('2027-12-31T23:59:59Z'),
    isCertAuthority: false,
  },
  { principals: ['#carol'], key, isCertAuthority: false },
  { principals: ['.example'], key, validBefore: new Date('2027-12-31T00:00:00Z'), isCertAuthority: true },
];

test('what is written is read back, entry by entry', () => {
  const text = formatAllowedSigners(ENTRIES);
  assert.deepEqual(parseAllowedSigners(text), ENTRIES);
  assert.deepEqual(
    text.split('\n').map((line) => line.replace(/ (ssh|ecdsa)-.*/, '')),
    [
      'alice@example.org',
      '"bob of x,#bob,bjørn" namespaces="pin.v1@countersign,git",valid-after="20260102030405Z",valid-before="20271231235959Z"',
      '"#carol"',
      '.example cert-authority,valid-before="20271231000000Z"',
      '',
    ],
  );
  assert.equal(formatAllowedSigners([]), '');
});

test('a name that would be a pattern, a list or another line is not written: it would stand for others', () => {
  const names = ['*', 'a*', '?lice', '!bob', 'a,b', '', 'a"b', 'a\\b', 'a\nb', 'a\tb', 'a\u0000', 'x'.repeat(1023)];
  for (const name of names) {
    const entries = [{ ...alice, principals: ['bob', name] }];
    assert.throws(() => formatAllowedSigners(entries), refused('CONFIG_POLICY', /cannot stand among/), name);
    const purposes = [{ ...alice, namespaces: [name] }];
    assert.throws(() => formatAllowedSigners(purposes), refused('CONFIG_POLICY', /cannot stand among/), name);
  }
  assert.throws(() => formatAllowedSigners([{ ...alice, principals: [] }]), refused('CONFIG_POLICY', /cannot stand/));
  assert.throws(() => formatAllowedSigners([{ ...alice, namespaces: [] }]), refused('CONFIG_POLICY', /cannot stand/));
});

test('a period that no reader would take is not written', () => {
  const day = new Date('2027-01-01T00:00:00Z');
  const periods = [
    { validAfter: day, validBefore: day },
    { validAfter: new Date(0) },
    { validBefore: new Date('+012027-01-01T00:00:00Z') },
    { validBefore: new Date('1969-12-31T00:00:00Z') },
  ];
  for (const period of periods) {
    assert.throws(() => formatAllowedSigners([{ ...alice, ...period }]), refused('CONFIG_POLICY', /not understood/));
  }
});

test('times are read to the day, the minute or the second', () => {
  const read = (time: string): Date | undefined =>
    parseAllowedSigners(`a valid-after="${time}" ${key.line}`)[0]?.validAfter;
  assert.deepEqual(read('20260102Z'), new Date('2026-01-02T00:00:00Z'));
  assert.deepEqual(read('202601020304Z'), new Date('2026-01-02T03:04:00Z'));
  assert.deepEqual(read('20260102030405Z'), new Date('2026-01-02T03:04:05Z'));
  assert.deepEqual(read('20260102030405UTC'), new Date('2026-01-02T03:04:05Z'));
  for (const wrong of [
    '2026010203Z',
    '20260102T0304Z',
    '20261301Z',
    '20260102246060Z',
    '-0260102Z',
    'Z',
    '',
    '20260102+01',
  ]) {
    assert.throws(() => read(wrong), refused('CONFIG_POLICY', /is no time of the form/), wrong);
  }
});

test('a line that is not understood is named, whatever is wrong with it', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['alice', /Line 2 .*is not of the form/],
    [key.line, /is not of the form/],
    [`a,,b ${key.line}`, /a name is empty/],
    [`!,b ${key.line}`, /a name is empty/],
    [`a namespaces="" ${key.line}`, /a purpose is empty/],
    [`a namespaces="x\\"y" ${key.line}`, /is not of the form/],
    [`a namespaces="x\\y" ${key.line}`, /is no option/],
    [`a namespaces="x ${key.line}`, /is not of the form/],
    [`"a ${key.line}`, /is not of the form/],
    [`a"b" ${key.line}`, /is not of the form/],
    [`${'x'.repeat(1023)} ${key.line}`, /a name is too long/],
    [`a\u0000 ${key.line}`, /it has control characters/],
    [`a ${key.line} \u001b[2J`, /it has control characters/],
    [`a restrict,namespaces="x" ${key.line}`, /“restrict,namespaces="x"” is no option/],
    [`a cert-authority,,valid-before="20270101Z" ${key.line}`, /is no option/],
    ['a ssh-ed25519-cert-v01@openssh.com AAAA', /is a certificate/],
  ];
  for (const [line, what] of wrong) {
    assert.throws(() => parseAllowedSigners(`# x\n${line}\n`), refused('CONFIG_POLICY', what), line);
  }
  assert.throws(() => parseAllowedSigners('#'.repeat(1_048_577)), refused('CONFIG_POLICY', /are longer than/));
});

test('the line that counts is handed back, and a part of a second does not end a period', () => {
  const at = new Date('2027-01-01T00:00:00.999Z');
  const [found, ...others] = [
    { ...alice, validBefore: new Date('2027-01-01T00:00:00Z') },
    { ...alice, namespaces: ['git'] },
  ];
  const lists = { signers: [...others, found], revoked: NOTHING_REVOKED };
  assert.equal(findSigner(lists, 'alice@example.org', 'pin.v1@countersign', at, key), found);
  const later = new Date('2027-01-01T00:00:01Z');
  assert.throws(
    () => findSigner(lists, 'alice@example.org', 'pin.v1@countersign', later, key),
    refused('TRUST_SSH_SIGNATURE', /did not count at 2027-01-01T00:00:01/),
  );
});

test('an instant that is none is refused: it would be neither too early nor too late', () => {
  const signers = [{ ...alice, validBefore: new Date('2027-01-01T00:00:00Z') }];
  assert.throws(
    () => findSigner({ signers, revoked: NOTHING_REVOKED }, 'alice@example.org', 'git', new Date(Number.NaN), key),
    refused('TRUST_SSH_SIGNATURE', /an instant that is none/),
  );
});

test('a person without a purpose is refused, even when every purpose is allowed', () => {
  assert.throws(
    () => findSigner({ signers: [alice], revoked: NOTHING_REVOKED }, 'alice@example.org', '', new Date(0), key),
    refused('TRUST_SSH_SIGNATURE', /needs a person and a purpose/),
  );
});

test('revoked keys that are not read from a file count as those that are', () => {
  const revoked = revocationsOf([parsePublicKeyLine(hardwareEd25519('alice').line)]);
  assert.throws(
    () => findSigner({ signers: [alice], revoked }, 'alice@example.org', 'git', new Date(0), key),
    refused('TRUST_SSH_SIGNATURE', /which is revoked/),
  );
});

test('a binary list of revoked keys is refused by name', () => {
  assert.throws(() => parseRevocations('SSHKRL\n\u0000\u0000'), refused('CONFIG_POLICY', /is a binary one \(KRL\)/));
});

test('a fingerprint that is none is refused, and not passed over', () => {
  const good = key.fingerprint;
  assert.deepEqual([...parseRevocations(`${good} lost on a train\n`).fingerprints], [good]);
  for (const wrong of [
    good.slice(0, -1),
    `${good}=`,
    `${good}A`,
    'SHA256:',
    good.replace(/.$/, '*'),
    good.replace(/.$/, 'J'),
  ]) {
    assert.throws(
      () => parseRevocations(`${wrong}\n`),
      refused('CONFIG_POLICY', /has no fingerprint in line 1/),
      wrong,
    );
  }
  assert.throws(() => parseRevocations('MD5:00:11\n'), refused('CONFIG_POLICY', /not understood in line 1/));
});
