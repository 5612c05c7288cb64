/**
 * What one X.509 certificate says, as far as Notary clients look: name, validity, authority or not, digest, key.
 *
 * A certificate is a container here. Nobody checks its own signature, its issuer or its alternative names, except where a
 * client pins an authority. Facts are stated, not judged: `root-certificates.ts` judges.
 * Source: the dialect’s description, 6.1; N-02.
 */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { type Element, TAG, membersOf, readElements } from './der.ts';

export interface Certificate {
  readonly der: Uint8Array;
  readonly publicKey: KeyObject;
  /** The subject’s only common name; undefined when it has none or several, or one in another encoding than ASCII or UTF-8. */
  readonly commonName: string | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether basicConstraints says CA:TRUE. */
  readonly isAuthority: boolean;
  /** Whether it was signed over SHA-1 or something older. */
  readonly hasWeakDigest: boolean;
}

/** Object identifiers, content bytes in hex. */
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
/** MD2, MD5 and SHA-1 with RSA, its older name, DSA and ECDSA with SHA-1. */
const WEAK_ALGORITHMS = new Set([
  '2a864886f70d010102',
  '2a864886f70d010104',
  '2a864886f70d010105',
  '2b0e03021d',
  '2a8648ce380403',
  '2a8648ce3d0401',
]);

/** Undefined for anything that is not exactly one DER certificate, version 3 or older. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  const [body, outerAlgorithm] = membersOf(onlyElement(der)) ?? [];
  const members = membersOf(body);
  // Absent means version 1; then everything stands one place earlier.
  if (members && members[0]?.tag !== TAG.version) members.unshift({ tag: TAG.version, content: new Uint8Array() });
  const [, serial, algorithm, , validity, subject, , ...optional] = members ?? [];
  const [notBefore, notAfter] = membersOf(validity)?.map(timeOf) ?? [];
  const names = commonNamesOf(subject);
  const isAuthority = readAuthority(optional);
  const digest = algorithmOf(algorithm);
  if (serial?.tag !== TAG.integer || !notBefore || !notAfter || !names || isAuthority === undefined) return undefined;
  // Both places name the algorithm, and only the inner one is signed.
  if (digest === undefined || digest !== algorithmOf(outerAlgorithm)) return undefined;
  const publicKey = publicKeyOf(der);
  if (!publicKey) return undefined;
  const commonName = names.length === 1 ? names[0] : undefined;
  return { der, publicKey, commonName, notBefore, notAfter, isAuthority, hasWeakDigest: WEAK_ALGORITHMS.has(digest) };
}

/**
 * Whether the key in the certificate signed it. No client asks; but without the key nobody can write another name or another
 * end around it, so a certificate that passes is the holder’s own work.
 */
export function isSelfSigned({ der, publicKey }: Certificate): boolean {
  try {
    return new X509Certificate(der).verify(publicKey);
  } catch {
    // An algorithm that OpenSSL does not know, or not any more.
    return false;
  }
}

function onlyElement(bytes: Uint8Array): Element | undefined {
  const elements = readElements(bytes);
  return elements?.length === 1 ? elements[0] : undefined;
}

function publicKeyOf(der: Uint8Array): KeyObject | undefined {
  try {
    return new X509Certificate(der).publicKey;
  } catch {
    // OpenSSL does not know the key’s kind, or finds the certificate broken.
    return undefined;
  }
}

function algorithmOf(identifier: Element | undefined): string | undefined {
  const [algorithm] = membersOf(identifier) ?? [];
  return algorithm?.tag === TAG.oid ? hex(algorithm) : undefined;
}

/** Undefined when the name is broken; an entry is undefined when its encoding is not read here. */
function commonNamesOf(name: Element | undefined): (string | undefined)[] | undefined {
  const attributes = membersOf(name)?.map((set) => membersOf(set, TAG.set)?.map((attribute) => membersOf(attribute)));
  if (!attributes) return undefined;
  return attributes.flatMap((set) =>
    (set ?? []).flatMap((attribute) => {
      const [type, value] = attribute ?? [];
      return type && value && hex(type) === COMMON_NAME ? [textOf(value)] : [];
    }),
  );
}

const TEXTS: readonly number[] = [TAG.utf8String, TAG.printableString, TAG.ia5String];

function textOf({ tag, content }: Element): string | undefined {
  if (!TEXTS.includes(tag)) return undefined;
  const text = Buffer.from(content).toString('utf8');
  // A name that does not encode back to its bytes could be read as another.
  return Buffer.from(text, 'utf8').equals(content) ? text : undefined;
}

/** RFC 5280, 4.1.2.5: two-digit years mean 1950 to 2049; seconds and “Z” are always there. */
function timeOf({ tag, content }: Element): Date | undefined {
  const text = Buffer.from(content).toString('latin1');
  const digits = { [TAG.utcTime]: 12, [TAG.generalizedTime]: 14 }[tag] ?? 0;
  if (digits === 0 || text.length !== digits + 1 || !/^\d+Z$/.test(text)) return undefined;
  const century = digits === 14 ? '' : Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const [year, ...rest] = `${century}${text}`.match(/^\d{4}|\d\d/g) ?? [];
  const [month, day, hour, minute, second] = rest;
  const iso = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}.000Z`;
  const date = new Date(iso);
  // An impossible day would otherwise roll over into the next month.
  return Number.isNaN(date.getTime()) || date.toISOString() !== iso ? undefined : date;
}

/** Whether basicConstraints says CA:TRUE; undefined when the extensions are broken or name it twice. */
function readAuthority(optional: readonly Element[]): boolean | undefined {
  const wrapper = optional.find(({ tag }) => tag === TAG.extensions);
  if (!wrapper) return false;
  const extensions = membersOf(membersOf(wrapper, TAG.extensions)?.[0])?.map((extension) => membersOf(extension));
  if (!extensions?.every((extension) => extension !== undefined)) return undefined;
  const [constraints, second] = extensions.filter(([id]) => id !== undefined && hex(id) === BASIC_CONSTRAINTS);
  if (second) return undefined;
  if (!constraints) return false;
  const value = constraints.at(-1);
  const members = value?.tag === TAG.octetString ? membersOf(onlyElement(value.content)) : undefined;
  if (!members) return undefined;
  const [flag] = members;
  return flag?.tag === TAG.boolean && flag.content[0] !== 0;
}

function hex({ content }: Element): string {
  return Buffer.from(content).toString('hex');
}
