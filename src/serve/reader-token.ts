/**
 * A reader’s bearer token: a JSON Web Token (RFC 7519) in compact form, as registries and Notary take it from a token server,
 * with the rights that it gives. Its bytes are verified before anything in them but the header is read, and its JSON is read as
 * strictly as metadata is. Source: the distribution project’s “Token Authentication Implementation”.
 */
import { constants, type KeyObject, verify } from 'node:crypto';
import { isRefusal } from '../errors.ts';
import { type Json, type JsonObject, parseJson } from '../tuf/json.ts';
import type { Algorithm, TokenKeys } from './token-keys.ts';

/** One right: `pull` of the `repository` with a name, `*` of the `registry` called `catalog`. */
export interface Right {
  readonly type: string;
  readonly name: string;
  readonly action: string;
}

export interface TokenRules {
  readonly issuer: string;
  /** For whom the token must be meant. */
  readonly service: string;
  readonly keys: TokenKeys;
}

/** Clocks of two machines; as much as registries allow. */
const LEEWAY_S = 60;
const LONGEST_TOKEN = 12_000;

/** The rights that a token gives now; undefined for one that is not believed, whatever the reason. */
export function rightsOf(token: string, rules: TokenRules, now: Date): Right[] | undefined {
  try {
    const claims = verifiedClaims(token, rules.keys, now);
    return claims && isMeant(claims, rules, now.getTime() / 1000) ? rightsIn(claims) : undefined;
  } catch (error) {
    if (isRefusal(error, 'TRUST_JSON')) return undefined;
    throw error;
  }
}

function verifiedClaims(token: string, keys: TokenKeys, now: Date): JsonObject | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  const [, said = '', ...parts] = /^(([^.]+)\.([^.]+))\.([^.]+)$/.exec(token) ?? [];
  const [header, claims, signature] = parts.map(decodePart);
  if (!header || !claims || !signature) return undefined;
  const fields = objectIn(header);
  const [algorithm, x5c] = [fields?.get('alg'), fields?.get('x5c')];
  // What a token declares critical and we do not know changes what it means (RFC 7515, “crit”).
  if (!fields || typeof algorithm !== 'string' || fields.has('crit')) return undefined;
  if (x5c !== undefined && !isTexts(x5c)) return undefined;
  const isSigned = keys
    .candidates(algorithm, x5c, now)
    .some((key) => isSignedBy(algorithm as Algorithm, Buffer.from(said), key, signature));
  return isSigned ? objectIn(claims) : undefined;
}

function isSignedBy(algorithm: Algorithm, said: Buffer, key: KeyObject, signature: Buffer): boolean {
  switch (algorithm) {
    case 'RS256':
      return verify('sha256', said, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    case 'ES256':
      return verify('sha256', said, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'EdDSA':
      return verify(null, said, key, signature);
  }
}

function isMeant(claims: JsonObject, { issuer, service }: TokenRules, seconds: number): boolean {
  const [audience, expires, begins] = [claims.get('aud'), claims.get('exp'), claims.get('nbf')];
  const isForUs = audience === service || (isTexts(audience) && audience.includes(service));
  const isCurrent = typeof expires === 'number' && seconds < expires + LEEWAY_S;
  const hasBegun = begins === undefined || (typeof begins === 'number' && begins <= seconds + LEEWAY_S);
  return claims.get('iss') === issuer && isForUs && isCurrent && hasBegun;
}

/** Undefined for a list of another form: a right that is misread is worse than none. */
function rightsIn(claims: JsonObject): Right[] | undefined {
  const access = claims.get('access') ?? [];
  if (!Array.isArray(access)) return undefined;
  const rights: Right[] = [];
  for (const entry of access) {
    if (!(entry instanceof Map)) return undefined;
    const [type, name, actions] = [entry.get('type'), entry.get('name'), entry.get('actions') ?? []];
    if (typeof type !== 'string' || typeof name !== 'string' || !isTexts(actions)) return undefined;
    for (const action of actions) rights.push({ type, name, action });
  }
  return rights;
}

/** Exactly one spelling for the same bytes. */
function decodePart(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function objectIn(bytes: Buffer): JsonObject | undefined {
  const value = parseJson(bytes, 'token', 8);
  return value instanceof Map ? value : undefined;
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
