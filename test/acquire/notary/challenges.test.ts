/** The header that says where tokens come from: what is read from it, and what is refused instead of guessed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerChallenge } from '../../../src/acquire/notary/challenge.ts';
import { isRefusal } from '../../../src/errors.ts';

const REALM = 'https://auth.example.com/token';

void test('realm and service are read, in any order, spelling and company', () => {
  const headers: readonly (readonly string[])[] = [
    [`Bearer realm="${REALM}",service="notary-server",scope="repository:a/b:pull"`],
    [`Bearer realm="${REALM}",service="notary-server",scope="a",error="invalid_token"`],
    [`bearer  SERVICE = notary-server , realm = "${REALM}"`],
    [`Basic realm="x", Bearer realm="${REALM}", service="notary-server"`],
    [`Bearer realm="${REALM}",service="notary-server", Basic realm="x"`],
    ['Negotiate', `Bearer realm="${REALM}",service="notary-server"`],
    [`Negotiate YWJj==, Bearer realm="${REALM}",service="notary-server"`],
    [`, Bearer realm="https:\\/\\/auth.example.com/token",service="notary\\-server",`],
  ];
  for (const lines of headers) {
    assert.deepEqual(bearerChallenge(lines, 'host'), { realm: REALM, service: 'notary-server' }, lines.join('\n'));
  }
});

void test('commas, equals signs and escaped quotes in a quoted string are data', () => {
  const [line, realm] = [
    'Bearer realm="https://a/?x=1,y=\\"2\\", Basic realm=\\\\"',
    'https://a/?x=1,y="2", Basic realm=\\',
  ];
  assert.deepEqual(bearerChallenge([line], 'host'), { realm, service: undefined });
});

void test('other schemes are named, and nothing is sent to them', () => {
  for (const [line, words] of [
    ['Basic realm="notary"', /asks for basic, and clients speak Bearer only/],
    ['Negotiate', /asks for negotiate/],
    ['Digest realm="x", qop="auth", NTLM', /asks for digest, ntlm/],
    ['', /asks for nothing that has a name/],
  ] as const) {
    assert.throws(() => bearerChallenge([line], 'host'), words);
  }
});

void test('a 401 without the header, without a realm, or with two of them, is refused', () => {
  for (const lines of [
    [],
    ['Bearer'],
    ['Bearer service="a"'],
    ['Bearer realm'],
    [`Bearer realm="${REALM}"`, 'Bearer realm="https://evil.example/"'],
    [`Bearer realm="${REALM}", Bearer realm="https://evil.example/"`],
  ]) {
    assert.throws(() => bearerChallenge(lines, 'host.example:4443'), { code: 'SOURCE_STATUS' }, lines.join('\n'));
  }
});

void test('H-05: what cannot be read exactly is refused', () => {
  const broken = [
    `Bearer realm="${REALM}`,
    `Bearer realm="${REALM}" service="a"`,
    `Bearer realm="${REALM}",realm="https://evil.example/"`,
    `Bearer realm="${REALM}",REALM="https://evil.example/"`,
    `Bearer realm=${REALM}`,
    `Bearer realm="a\u0000b"`,
    `Bearer realm="grö\u00dfe"`,
    `Bearer realm='${REALM}'`,
    `Bearer realm="${REALM}"x`,
    `Bearer realm="${REALM}\\`,
    `Bearer=realm="${REALM}"`,
    `"Bearer" realm="${REALM}"`,
    `Bearer; realm="${REALM}"`,
    `Bearer realm="${REALM}",service="${'a'.repeat(4096)}"`,
  ];
  for (const line of broken) {
    assert.throws(
      () => bearerChallenge([line], 'host.example'),
      (error) => isRefusal(error, 'SOURCE_STATUS') && error.what.startsWith('host.example asks for a token'),
      line,
    );
  }
});
