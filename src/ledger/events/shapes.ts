/**
 * What a leaf may hold, said once: each shape is a JSON Schema for the check (ajv) and a TypeScript type for the program.
 * Only our own typed events enter the ledger, and nothing in them that a stranger chose escapes its bound (T-07).
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** A JSON Schema, and the type of what it accepts. */
export interface Shape<T> {
  readonly schema: object;
  /** Never there: carries the type. */
  readonly accepts?: T;
}
export type Of<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type Object<M extends Members> = { readonly [K in keyof M]: Of<M[K]> };

const shape = <T>(schema: object): Shape<T> => ({ schema });

/** Every member is there and none beside them: an event that says less, or more, is another event. */
export function members<M extends Members>(of: M): Shape<Object<M>> {
  return shape({
    type: 'object',
    properties: Object.fromEntries(Object.entries(of).map(([name, one]) => [name, one.schema])),
    required: Object.keys(of),
    additionalProperties: false,
  });
}

export function list<T>(item: Shape<T>, most = 1000): Shape<readonly T[]> {
  return shape({ type: 'array', items: item.schema, maxItems: most });
}

export function orNull<T>(one: Shape<T>): Shape<T | null> {
  return shape({ anyOf: [one.schema, { type: 'null' }] });
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return shape({ enum: words });
}

export function numbersByName(): Shape<Readonly<Record<string, number>>> {
  return shape({ type: 'object', additionalProperties: count.schema, maxProperties: 100 });
}

export const count: Shape<number> = shape({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const whole: Shape<number> = shape({
  type: 'integer',
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
});
export const yesOrNo: Shape<boolean> = shape({ type: 'boolean' });
/** Lower-case hex SHA-256: of a file, a leaf, a commitment. */
export const digest: Shape<string> = shape({ type: 'string', pattern: '^[0-9a-f]{64}$' });
/** Sixteen random bytes. */
export const nonce: Shape<string> = shape({ type: 'string', pattern: '^[0-9a-f]{32}$' });
/** RFC 3339 UTC, whole seconds. */
export const time: Shape<string> = shape({
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
});
/** Whoever did it: the account of this machine, a person’s pseudonym, or a job of the program. */
export const actor: Shape<string> = shape({
  type: 'string',
  pattern: '^(local|a-[0-9a-f]{20}|system:[a-z-]{1,32})$',
});
/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export const fingerprint: Shape<string> = shape({ type: 'string', pattern: '^SHA256:[A-Za-z0-9+/]{43}$' });
export const repository: Shape<string> = shape({ type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' });

/** A collection of Notary’s, at most what fits the common name of a few registries’ certificates and a request’s path. */
export const collectionName: Shape<string> = shape({ type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' });

/** Text of our own, or of upstream’s and then bounded. */
export function text(most = 500): Shape<string> {
  return shape({ type: 'string', maxLength: most });
}

/** A leaf before this one. */
export const leafRef = members({ index: count, hash: digest });
/** A metadata file that we issued. */
export const issuedFile = members({ version: count, sha256: digest, length: count, expires: time });
/** Who signed, with what; the signature itself may be erased and lies in the sealed store under its digest. */
export const personSignature = members({ key: fingerprint, sshsig_sha256: digest });
/** The attestation key’s, over the DSSE encoding of the canonical statement beside it. */
export const serverSignature = members({
  keyid: digest,
  sig: shape<string>({ type: 'string', pattern: '^[A-Za-z0-9+/]{86}==$' }),
});

// Every command that writes compiles a few; that they are schemas is checked once, by a test.
const ajv = new Ajv2020({ strict: true, validateSchema: false, code: { optimize: false } });
const compiled = new WeakMap<object, ValidateFunction>();

/** What is wrong with a value, in ajv’s words; undefined when it has the shape. */
export function problemOf(value: unknown, { schema }: Shape<unknown>): string | undefined {
  let validate = compiled.get(schema);
  if (!validate) compiled.set(schema, (validate = ajv.compile(schema)));
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'body' });
}
