/** Certificates of every kind that Notary clients are known to judge: good ones, and each one thing wrong. */
import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { TAG, element } from '../../src/notary/der.ts';
import { encodePem } from '../../src/notary/pem.ts';

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Wanted {
  readonly commonNames?: readonly string[];
  readonly isAuthority?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly digest?: 'sha1' | 'sha256';
  /** Any text: two certificates around one key differ by it. */
  readonly serial?: string;
  /** A further extension, DER in hex. */
  readonly extension?: string;
}

export const ec = (namedCurve = 'P-256'): Pair => generateKeyPairSync('ec', { namedCurve });
export const rsa2048: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

const ALGORITHMS: Readonly<Record<string, string>> = {
  'ec sha256': '300a06082a8648ce3d040302',
  'ec sha1': '300906072a8648ce3d0401',
  'rsa sha256': '300d06092a864886f70d01010b0500',
  'rsa sha1': '300d06092a864886f70d0101050500',
  'ed25519 sha256': '300506032b6570',
};

/** DER, self-signed; from 2026 to 2036 for registry.example.com/* unless something else is wanted. */
export function certificateOf({ publicKey, privateKey }: Pair, wanted: Wanted = {}): Uint8Array {
  const digest = wanted.digest ?? 'sha256';
  const kind = String(privateKey.asymmetricKeyType);
  const algorithm = Buffer.from(ALGORITHMS[`${kind} ${digest}`] ?? '', 'hex');
  const names = (wanted.commonNames ?? ['registry.example.com/*']).map((name) => {
    const value = element(TAG.utf8String, Buffer.from(name));
    return element(TAG.set, element(TAG.sequence, Buffer.from('0603550403', 'hex'), value));
  });
  const name = element(TAG.sequence, ...names);
  const time = (text: string): Uint8Array => element(TAG.generalizedTime, Buffer.from(text.replace(/[-:T]/g, '')));
  const validity = [wanted.from ?? '2026-01-01T00:00:00Z', wanted.until ?? '2036-01-01T00:00:00Z'].map(time);
  const constraints = wanted.isAuthority === true ? '30030101ff' : '3000';
  const extensions = [
    Buffer.from('0603551d130101ff', 'hex'),
    element(TAG.octetString, Buffer.from(constraints, 'hex')),
  ];
  const body = element(
    TAG.sequence,
    Buffer.from('a003020102', 'hex'),
    element(
      TAG.integer,
      Buffer.of(1),
      createHash('sha256')
        .update(wanted.serial ?? '')
        .digest()
        .subarray(0, 8),
    ),
    algorithm,
    name,
    element(TAG.sequence, ...validity),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(
      TAG.extensions,
      element(
        TAG.sequence,
        element(TAG.sequence, ...extensions),
        ...(wanted.extension === undefined ? [] : [Buffer.from(wanted.extension, 'hex')]),
      ),
    ),
  );
  const signature = sign(kind === 'ed25519' ? null : digest, body, privateKey);
  return element(TAG.sequence, body, algorithm, element(TAG.bitString, Buffer.of(0), signature));
}

export function pemFor(pair: Pair, wanted: Wanted = {}): string {
  return encodePem(certificateOf(pair, wanted));
}
