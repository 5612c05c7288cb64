/** Which tokens are believed: those that the configured keys signed, for this service, now, and no other. */
import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { rightsOf, type TokenRules } from '../../../src/serve/reader-token.ts';
import { TokenKeys } from '../../../src/serve/token-keys.ts';
import { type Certified, newAuthority } from '../../acquire/certificates.ts';
import { NOW } from '../../simulator/clock.ts';
import {
  authority,
  base64Of,
  ISSUER,
  PEM,
  pull,
  RULES,
  SERVICE,
  SIGNERS,
  signToken,
  spki,
  tokenFor,
} from './tokens.ts';

const seconds = Math.floor(NOW.getTime() / 1000);
const RIGHT = { type: 'repository', name: 'team/app', action: 'pull' };

function rights(token: string, { rules = RULES, at = NOW }: { rules?: TokenRules; at?: Date } = {}): unknown {
  return rightsOf(token, rules, at);
}

void test('RSA, P-256 and Ed25519, by public key, by certificate, and by a certificate under an authority', () => {
  for (const [name, by] of Object.entries(SIGNERS)) {
    assert.deepEqual(rights(tokenFor([pull('team/app')], { by })), [RIGHT], name);
  }
});

void test('rights are read one by one, and none are none', () => {
  const access = [
    { type: 'repository', name: 'a', actions: ['push', 'pull'] },
    { type: 'registry', name: 'catalog', actions: ['*'] },
    { type: 'repository', name: 'b', actions: null },
  ];
  assert.deepEqual(rights(tokenFor(access)), [
    { type: 'repository', name: 'a', action: 'push' },
    { type: 'repository', name: 'a', action: 'pull' },
    { type: 'registry', name: 'catalog', action: '*' },
  ]);
  assert.deepEqual(rights(tokenFor([], { claims: { access: undefined } })), []);
  assert.deepEqual(rights(tokenFor([], { claims: { access: null } })), []);
  assert.deepEqual(rights(tokenFor([], { claims: { aud: ['another', SERVICE] } })), []);
  assert.deepEqual(rights(tokenFor([], { claims: { nbf: undefined } })), []);
});

void test('its time: from `nbf` to `exp`, with a minute for clocks that differ', () => {
  const token = tokenFor([]);
  const isBelieved = (shift: number): boolean =>
    rights(token, { at: new Date((seconds + shift) * 1000) }) !== undefined;
  const turns = [-121, -120, 0, 359, 360].map(isBelieved);
  assert.deepEqual(turns, [false, true, true, true, false]);
});

for (const [name, claims] of Object.entries({
  'another issuer': { iss: 'somebody else' },
  'no issuer': { iss: undefined },
  'another service': { aud: 'registry.dc.internal' },
  'a list without this service': { aud: ['a', 'b'] },
  'a list that holds something else': { aud: [SERVICE, 1] },
  'no service': { aud: undefined },
  'no end': { exp: undefined },
  'an end in words': { exp: String(seconds + 300) },
  'a beginning in words': { nbf: String(seconds) },
  'rights that are no list': { access: pull('team/app') },
  'a right without a name': { access: [{ type: 'repository', actions: ['pull'] }] },
  'a right with one action instead of a list': { access: [{ ...pull('team/app'), actions: 'pull' }] },
  'fractions of a second': { exp: seconds + 0.5 },
})) {
  void test(`not believed, though it is signed: ${name}`, () => {
    assert.equal(rights(tokenFor([pull('team/app')], { claims })), undefined);
  });
}

void test('a token chooses no key and no algorithm: none, HMAC with a public key, another key’s, its own', () => {
  const stranger = { alg: 'ES256', key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const claims = JSON.stringify({ iss: ISSUER, aud: SERVICE, exp: seconds + 300, access: [pull('team/app')] });
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');
  const hmac = (header: object, secret: string): string => {
    const said = `${encoded(JSON.stringify(header))}.${encoded(claims)}`;
    return `${said}.${createHmac('sha256', secret).update(said).digest('base64url')}`;
  };
  const [first = ''] = PEM.split(/(?<=-----END PUBLIC KEY-----\n)/);
  const refused = {
    none: `${encoded('{"alg":"none"}')}.${encoded(claims)}.`,
    'none, with something': `${encoded('{"alg":"none"}')}.${encoded(claims)}.AA`,
    hmac: hmac({ alg: 'HS256' }, first),
    'hmac that says RS256': hmac({ alg: 'RS256' }, first),
    'a stranger': tokenFor([], { by: stranger }),
    'its own key': tokenFor([], {
      by: { alg: 'ES256', key: jwk.privateKey },
      header: { jwk: jwk.publicKey.export({ format: 'jwk' }) },
    }),
    'another algorithm’s name': tokenFor([], { header: { alg: 'RS256' } }),
    ES384: tokenFor([], { header: { alg: 'ES384' } }),
    'lower case': tokenFor([], { header: { alg: 'es256' } }),
    'no algorithm': tokenFor([], { header: { alg: undefined } }),
    'what is critical and unknown': tokenFor([], { header: { crit: ['exp'] } }),
    'x5c that is no list': tokenFor([], { header: { x5c: base64Of(authority.certificate) } }),
    'x5c that is null': tokenFor([], { header: { x5c: null } }),
    'x5c that is empty': tokenFor([], { header: { x5c: [] } }),
    'x5c that is no certificate': tokenFor([], { header: { x5c: ['AAAA'] } }),
  };
  for (const [name, token] of Object.entries(refused)) assert.equal(rights(token), undefined, name);
});

void test('a certificate that comes along must be of an authority here, in its time, and the authority must be one', () => {
  const { x5c, key } = SIGNERS.certified;
  const other = newAuthority('token authority');
  const forged = other.issue('token signer');
  // What an authority certified is none itself: a signer cannot make others.
  const below = newAuthority('token signer').issue('below');
  const bySigner = (certificates: readonly string[], pem: string): string =>
    tokenFor([], { by: { alg: 'ES256', key: createPrivateKey(pem), x5c: certificates } });
  assert.equal(rights(bySigner([base64Of(forged.certificate)], forged.key)), undefined, 'the same name, another key');
  const chain = [base64Of(forged.certificate), base64Of(other.certificate)];
  assert.equal(rights(bySigner(chain, forged.key)), undefined, 'it brings its authority along');
  assert.equal(rights(bySigner([base64Of(below.certificate), ...x5c], below.key)), undefined, 'below a signer');
  assert.equal(rights(bySigner([...x5c], forged.key)), undefined, 'somebody else’s certificate');
  const long = [...x5c, ...Array.from({ length: 4 }, () => base64Of(authority.certificate))];
  assert.equal(rights(tokenFor([], { by: { alg: 'ES256', key, x5c: long } })), undefined, 'too long');
  const certifiedBy = (pem: string, { certificate, key: own }: Certified, ...others: string[]): unknown => {
    const x5c = [certificate, ...others].map(base64Of);
    const rules = { ...RULES, keys: TokenKeys.parse(pem, 'tokens.pem') };
    return rights(tokenFor([], { by: { alg: 'ES256', key: createPrivateKey(own), x5c } }), { rules });
  };
  const past = [2020, 2025] as const;
  const { certificate } = authority;
  assert.deepEqual(certifiedBy(certificate, authority.issue('signer')), []);
  assert.equal(certifiedBy(certificate, authority.issue('signer', undefined, past)), undefined, 'a signer of the past');
  const gone = newAuthority('gone', { years: past });
  assert.equal(certifiedBy(gone.certificate, gone.issue('signer')), undefined, 'an authority of the past');
  const none = newAuthority('no authority', { isAuthority: false });
  assert.equal(certifiedBy(none.certificate, none.issue('signer')), undefined, 'no authority at all');
  assert.equal(certifiedBy(none.certificate, none.issue('signer'), none.certificate), undefined, 'nor in a chain');
  const renamed = newAuthority('another name', { key: authority.key });
  assert.equal(certifiedBy(certificate, renamed.issue('signer')), undefined, 'the same key under another name');
  const at = new Date('2050-06-01T00:00:00Z');
  const claims = { exp: at.getTime() / 1000 + 300 };
  assert.equal(rights(tokenFor([], { by: SIGNERS.certified, claims }), { at }), undefined, 'expired');
  assert.deepEqual(
    rights(tokenFor([], { by: SIGNERS.selfSigned, claims }), { at }),
    [],
    'a key that was named does not',
  );
});

void test('one spelling: whatever is not exactly a token is none', () => {
  const token = tokenFor([]);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const twice = '{"iss":"x","iss":"y"}';
  for (const text of [
    ...['', '.', '..', '...', header, `${header}.${claims}`, `${token}.`, `.${token}`, `${token}=`, ` ${token}`],
    ...[`${header}.${claims}.`, `${header}.${claims}.${signature.slice(0, -4)}`, `${header}.${claims}.${signature}AA`],
    ...[`${header}=.${claims}.${signature}`, `${header}.${claims}\n.${signature}`, `${header}.${signature}.${claims}`],
    ...[`${header}.${claims}.${Buffer.from(signature, 'base64url').toString('base64')}=`],
    signToken('{"alg":"ES256"}', twice, SIGNERS.ES256),
    signToken('{"alg":"ES256","alg":"RS256"}', '{}', SIGNERS.ES256),
    signToken('[]', '{}', SIGNERS.ES256),
    signToken('{"alg":"ES256"}', '[]', SIGNERS.ES256),
    signToken('{"alg":"ES256"}', 'null', SIGNERS.ES256),
    tokenFor([], { claims: { jti: 'x'.repeat(12_000) } }),
  ]) {
    assert.equal(rights(text), undefined, text.slice(0, 80));
  }
});

void test('a file of keys holds public keys and certificates of the three kinds, and nothing else', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const secret = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const [pem, what] of [
    ['', /no certificate and no public key/],
    ['hello', /no certificate and no public key/],
    [`${PEM}${secret}`, /holds a PRIVATE KEY/],
    [spki(small.publicKey), /not RSA \(2048/],
    [spki(p384.publicKey), /not RSA \(2048/],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', /not RSA \(2048/],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /not RSA \(2048/],
  ] as const) {
    assert.throws(() => TokenKeys.parse(pem, 'tokens.pem'), { code: 'CONFIG_INVALID', what });
  }
});
