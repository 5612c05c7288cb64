/**
 * Authorities and certificates made on the spot: X.509 v3, P-256, valid from 2020 to 2049. Just enough DER to be accepted
 * by OpenSSL, so that the tests need no other program.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certified {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Authority extends Certified {
  /** For 127.0.0.1 and `localhost` unless another name is given. */
  issue(commonName: string, dnsName?: string, years?: Years): Certified;
}

/** Valid from the first of January of one to the last of December of the other. */
export type Years = readonly [from: number, to: number];

export interface AuthorityOptions {
  readonly years?: Years;
  /** False: its certificate says that it is none. */
  readonly isAuthority?: boolean;
  /** The key of another one, PEM. */
  readonly key?: string;
}

export function newAuthority(commonName: string, { years, isAuthority = true, key }: AuthorityOptions = {}): Authority {
  const keys =
    key === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : { publicKey: createPublicKey(key), privateKey: createPrivateKey(key) };
  // basicConstraints, critical, CA:TRUE
  const extension = sequence(
    oid('551d13'),
    tlv(0x01, Buffer.from([0xff])),
    tlv(0x04, sequence(...(isAuthority ? [tlv(0x01, Buffer.from([0xff]))] : []))),
  );
  const certificate = certify(commonName, commonName, keys.publicKey, keys.privateKey, extension, years);
  return {
    certificate,
    key: pem(keys.privateKey),
    issue(subject, dnsName, itsYears) {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const dns = tlv(0x82, Buffer.from(dnsName ?? 'localhost'));
      const address = dnsName === undefined ? [tlv(0x87, Buffer.from([127, 0, 0, 1]))] : [];
      const alternative = sequence(oid('551d11'), tlv(0x04, sequence(dns, ...address)));
      return {
        certificate: certify(subject, commonName, leaf.publicKey, keys.privateKey, alternative, itsYears),
        key: pem(leaf.privateKey),
      };
    },
  };
}

function certify(
  subject: string,
  issuer: string,
  key: KeyObject,
  signer: KeyObject,
  extension: Buffer,
  [from, to]: Years = [2020, 2049],
): string {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const validity = sequence(
    tlv(0x17, Buffer.from(`${String(from % 100)}0101000000Z`)),
    tlv(0x17, Buffer.from(`${String(to % 100)}1231235959Z`)),
  );
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    nameOf(issuer),
    validity,
    nameOf(subject),
    key.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extension)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)]);
  const der = sequence(body, algorithm, tlv(0x03, signature));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))));
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}
