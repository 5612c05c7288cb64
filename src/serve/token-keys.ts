/**
 * Keys that a token server signs with, from PEM files: public keys, certificates whose own key signs, and certificates of
 * authorities under which a token brings its signer’s certificate along (`x5c`).
 *
 * A key belongs to one algorithm and a token cannot choose another: a public RSA key that is taken for an HMAC secret, and
 * `none`, are how such checks have been walked around. Key ids (`kid`) are hints that anybody can write; every key of the
 * right kind is tried. What a token says of itself (`jwk`, `jku`, `x5u`) is never used.
 */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Refusal } from '../errors.ts';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

const LEAST_RSA_BITS = 2048;
/** Signer, two between, and the authority itself. */
const LONGEST_CHAIN = 4;

export class TokenKeys {
  readonly #keys: readonly KeyObject[];
  readonly #certificates: readonly X509Certificate[];

  private constructor(keys: readonly KeyObject[], certificates: readonly X509Certificate[]) {
    this.#keys = keys;
    this.#certificates = certificates;
  }

  /**
   * @param label the file’s name, for the message
   * @throws CONFIG_INVALID for anything in it that is not a key for one of the algorithms
   */
  static parse(pem: string, label: string): TokenKeys {
    const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g)];
    if (blocks.length === 0) throw unusable(label, 'holds no certificate and no public key');
    const certificates: X509Certificate[] = [];
    const keys = blocks.map(([block, kind]) => {
      // Whoever has the private key signs tokens: it has no business here.
      if (kind !== 'CERTIFICATE' && kind !== 'PUBLIC KEY') throw unusable(label, `holds a ${String(kind)}`);
      const key = readKey(block, kind, certificates);
      if (key && algorithmOf(key) !== undefined) return key;
      throw unusable(label, 'holds a key that is not RSA (2048 bits or more), ECDSA P-256 or Ed25519');
    });
    return new TokenKeys(keys, certificates);
  }

  static all(some: readonly TokenKeys[]): TokenKeys {
    return new TokenKeys(
      some.flatMap((keys) => keys.#keys),
      some.flatMap((keys) => keys.#certificates),
    );
  }

  /** Keys that a token of this algorithm may be signed with. */
  candidates(algorithm: string, x5c: readonly string[] | undefined, now: Date): KeyObject[] {
    const keys = x5c ? this.#signerIn(x5c, now) : this.#keys;
    return keys.filter((key) => algorithmOf(key) === algorithm);
  }

  /** The first certificate’s key, when the chain ends at one of ours. */
  #signerIn(x5c: readonly string[], now: Date): KeyObject[] {
    if (x5c.length > LONGEST_CHAIN) return [];
    try {
      const chain = x5c.map((text) => new X509Certificate(Buffer.from(text, 'base64')));
      const isTrusted = chain.every((certificate, index) => {
        const next = chain[index + 1];
        return (
          isValidAt(certificate, now) && (next ? isIssuedBy(certificate, next) : this.#isAnchored(certificate, now))
        );
      });
      return isTrusted ? chain.slice(0, 1).map(({ publicKey }) => publicKey) : [];
    } catch {
      // What cannot be read is no certificate; anybody can send it.
      return [];
    }
  }

  #isAnchored(last: X509Certificate, now: Date): boolean {
    return this.#certificates.some(
      (anchor) => anchor.raw.equals(last.raw) || (isValidAt(anchor, now) && isIssuedBy(last, anchor)),
    );
  }
}

/** Which algorithm a key is for; undefined for keys of other kinds. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm | undefined {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {};
  switch (asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= LEAST_RSA_BITS ? 'RS256' : undefined;
    case 'ec':
      return namedCurve === 'prime256v1' ? 'ES256' : undefined;
    case 'ed25519':
      return 'EdDSA';
    default:
      return undefined;
  }
}

function readKey(block: string, kind: string, certificates: X509Certificate[]): KeyObject | undefined {
  try {
    if (kind === 'PUBLIC KEY') return createPublicKey(block);
    const certificate = new X509Certificate(block);
    certificates.push(certificate);
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return new Date(validFrom) <= now && now <= new Date(validTo);
}

function unusable(label: string, what: string): Refusal {
  return new Refusal('CONFIG_INVALID', `The file ${label} of readers.certificates ${what}.`);
}
