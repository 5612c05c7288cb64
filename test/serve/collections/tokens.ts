/** Tokens as a token server makes them, and as somebody makes them who would like to be one. */
import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { TokenKeys } from '../../../src/serve/token-keys.ts';
import { newAuthority } from '../../acquire/certificates.ts';
import { NOW } from '../../simulator/clock.ts';

export const [SERVICE, ISSUER] = ['notary.dc.internal', 'auth.dc.internal'];

export interface Signer {
  readonly alg: string;
  readonly key: KeyObject;
  readonly x5c?: readonly string[];
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
export const authority = newAuthority('token authority');
const issued = authority.issue('token signer');
const selfSigned = newAuthority('a signer with a certificate of its own');

export const SIGNERS = {
  RS256: { alg: 'RS256', key: rsa.privateKey },
  ES256: { alg: 'ES256', key: ec.privateKey },
  EdDSA: { alg: 'EdDSA', key: ed.privateKey },
  certified: { alg: 'ES256', key: createPrivateKey(issued.key), x5c: [base64Of(issued.certificate)] },
  chained: {
    alg: 'ES256',
    key: createPrivateKey(issued.key),
    x5c: [base64Of(issued.certificate), base64Of(authority.certificate)],
  },
  selfSigned: { alg: 'ES256', key: createPrivateKey(selfSigned.key) },
} satisfies Record<string, Signer>;

export const PEM = [
  ...[rsa.publicKey, ec.publicKey, ed.publicKey].map(spki),
  authority.certificate,
  selfSigned.certificate,
].join('\n');
export const RULES = { issuer: ISSUER, service: SERVICE, keys: TokenKeys.parse(PEM, 'tokens.pem') };

export interface Made {
  readonly by?: Signer;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Beside the usual ones; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A token for the right to read, good for five minutes. */
export function tokenFor(
  access: readonly object[],
  { by = SIGNERS.ES256, header = {}, claims = {} }: Made = {},
): string {
  const now = Math.floor(NOW.getTime() / 1000);
  const usual = { iss: ISSUER, sub: '', aud: SERVICE, exp: now + 300, nbf: now - 60, iat: now, access };
  const fields = { typ: 'JWT', alg: by.alg, kid: 'any', ...(by.x5c && { x5c: by.x5c }), ...header };
  return signToken(JSON.stringify(fields), JSON.stringify({ ...usual, ...claims }), by);
}

export function signToken(header: string, claims: string, { alg, key }: Signer): string {
  const said = [header, claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${said}.${signatureOver(Buffer.from(said), alg, key).toString('base64url')}`;
}

function signatureOver(said: Buffer, alg: string, key: KeyObject): Buffer {
  if (alg === 'RS256') return sign('sha256', said, { key, padding: constants.RSA_PKCS1_PADDING });
  return alg === 'EdDSA' ? sign(null, said, key) : sign('sha256', said, { key, dsaEncoding: 'ieee-p1363' });
}

export function pull(name: string): object {
  return { type: 'repository', name, actions: ['pull'] };
}

export function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

export function base64Of(certificate: string): string {
  return new X509Certificate(certificate).raw.toString('base64');
}
