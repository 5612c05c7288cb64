/**
 * People with fixed keys, so that every run signs the same bytes: plain keys, and keys of hardware that is played here
 * (OpenSSH PROTOCOL.u2f). Nothing is random: ECDSA takes its nonce from the message.
 */
import { createECDH, createHash } from 'node:crypto';
import { wireString } from '../../src/sshsig/wire.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';

export interface Person {
  /** The public key on the wire. */
  readonly blob: Uint8Array;
  /** `type base64` */
  readonly line: string;
  /** The signature as it stands in an SSHSIG: algorithm, bytes, and what a device adds. */
  sign(signed: Uint8Array): Uint8Array;
}

/** What a device is made for, what it says of the person, and how often it has signed. */
export interface Device {
  readonly application?: string;
  readonly flags?: number;
  readonly counter?: number;
}

export function seedOf(name: string): Uint8Array {
  return createHash('sha256').update(`countersign test key ${name}`).digest();
}

export function ed25519(name: string): Person {
  const seed = seedOf(name);
  return person('ssh-ed25519', [publicKeyOf(seed)], (signed) => wire('ssh-ed25519', signEd25519(seed, signed)));
}

export function nistp256(name: string): Person {
  const type = 'ecdsa-sha2-nistp256';
  return person(type, ['nistp256', pointOf(scalarOf(name))], (signed) => wire(type, signNistp256(name, signed)));
}

/** The same point as `ed25519(name)`, dressed as a hardware key. */
export function hardwareEd25519(name: string, device: Device = {}): Person {
  const type = 'sk-ssh-ed25519@openssh.com';
  const seed = seedOf(name);
  return person(type, [publicKeyOf(seed), device.application ?? 'ssh:'], (signed) =>
    Buffer.concat([wire(type, signEd25519(seed, deviceMessage(device, signed))), deviceWords(device)]),
  );
}

export function hardwareNistp256(name: string, device: Device = {}): Person {
  const type = 'sk-ecdsa-sha2-nistp256@openssh.com';
  return person(type, ['nistp256', pointOf(scalarOf(name)), device.application ?? 'ssh:'], (signed) =>
    Buffer.concat([wire(type, signNistp256(name, deviceMessage(device, signed))), deviceWords(device)]),
  );
}

/** A hardware key asked by a web page, which signs what the page hands in (OpenSSH PROTOCOL.u2f, “webauthn”). */
export function browserNistp256(name: string): Person {
  const plain = hardwareNistp256(name);
  const sign = (signed: Uint8Array): Uint8Array => {
    const challenge = Buffer.from(signed).toString('base64url');
    const said = `{"type":"webauthn.get","challenge":"${challenge}","origin":"https://example.org"}`;
    const message = Buffer.concat([sha256(Buffer.from('ssh:')), deviceWords({}), sha256(Buffer.from(said))]);
    return Buffer.concat([
      wire('webauthn-sk-ecdsa-sha2-nistp256@openssh.com', signNistp256(name, message)),
      deviceWords({}),
      wire('https://example.org', said, ''),
    ]);
  };
  return { ...plain, sign };
}

export function lineOf(type: string, blob: Uint8Array): string {
  return `${type} ${Buffer.from(blob).toString('base64')}`;
}

export function wire(...parts: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map(wireString));
}

function person(type: string, parts: (string | Uint8Array)[], sign: Person['sign']): Person {
  const blob = wire(type, ...parts);
  return { blob, line: lineOf(type, blob), sign };
}

function deviceMessage({ application = 'ssh:', ...device }: Device, signed: Uint8Array): Uint8Array {
  return Buffer.concat([sha256(Buffer.from(application)), deviceWords(device), sha256(signed)]);
}

function deviceWords({ flags = 0x01, counter = 7 }: Device): Buffer {
  const words = Buffer.alloc(5);
  words.writeUInt8(flags);
  words.writeUInt32BE(counter, 1);
  return words;
}

/** The order of P-256. */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Two numbers, r and s, as SSH writes them. */
function signNistp256(name: string, message: Uint8Array): Uint8Array {
  const nonce = modulo(numberOf(sha256(Buffer.concat([seedOf(name), message]))));
  const r = modulo(numberOf(pointOf(nonce).subarray(1, 33)));
  const s = modulo(inverse(nonce) * (numberOf(sha256(message)) + r * scalarOf(name)));
  return wire(mpint(r), mpint(s));
}

export function mpint(value: bigint): Uint8Array {
  const bytes = bytesOf(value);
  return (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

export function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function scalarOf(name: string): bigint {
  return modulo(numberOf(seedOf(name)));
}

function pointOf(scalar: bigint): Buffer {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  return curve.getPublicKey();
}

function modulo(value: bigint): bigint {
  return ((value % ORDER) + ORDER) % ORDER;
}

/** By Fermat: the order is prime. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value];
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = modulo(result * base);
    base = modulo(base * base);
  }
  return result;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
