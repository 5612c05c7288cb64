/** Kinds of keys and of signatures, and keys under which somebody else can sign. */
import { createECDH, createHash } from 'node:crypto';
import * as ed from '@noble/ed25519';
import { SMALL_ORDER } from '../../tuf/ed25519-points.ts';
import {
  browserNistp256,
  ed25519,
  hardwareEd25519,
  hardwareNistp256,
  lineOf,
  nistp256,
  type Person,
  seedOf,
  wire,
} from '../people.ts';
import { parseSignature } from '../../../src/sshsig/signature.ts';
import { type Vector, vector } from '../vectors.ts';
import { alice, bent, by, made, NAME, row, type Row } from './row.ts';

const ALTERED = /is not one of the key SHA256:\S+ over these bytes/;
const SK = 'sk-ssh-ed25519@openssh.com';

export const KINDS: readonly Row[] = [
  row('ed25519'),
  by(nistp256('bob'), 'nistp256'),
  by(hardwareEd25519('alice'), 'hardware ed25519'),
  by(hardwareNistp256('bob'), 'hardware nistp256'),
  by(hardwareEd25519('alice', { flags: 0x05, counter: 4_000_000_000 }), 'touched, and a PIN was asked'),
  by(hardwareEd25519('alice', { application: 'ssh:work' }), 'hardware for an application of its own'),
  made('ed25519'),
  made('ed25519, sha256'),
  made('nistp256'),
  made('rsa-3072'),
  made('rsa-3072, rsa-sha2-256'),
  made('rsa-3072, a zero in front left away'),
  by(longer(vector('rsa-3072')), 'RSA with a zero more than its modulus has', { refused: ALTERED }),
  made('rsa-3072, ssh-rsa with SHA-1', { refused: /is “ssh-rsa”, which a key of the kind ssh-rsa does not make/ }),
  made('rsa-3072, SHA-1 called rsa-sha2-256', { refused: ALTERED }),
  made('rsa-1024', { refused: /an RSA key of 1024 bits/, differs: 'ssh-keygen takes RSA from 1024 bits.' }),
  made('nistp384', { refused: /of a kind that is not supported/, differs: 'Few kinds are supported here.' }),
  made('certificate', {
    allowed: `${NAME} cert-authority ${vector('certificate').publicKey}\n`,
    refused: /names a key that is a certificate/,
    differs: 'Whoever holds the authority’s key could sign as anybody, and nothing would be recorded of it.',
  }),
  made('certificate', { refused: /names a key that is a certificate/ }),

  by(hardwareEd25519('alice', { flags: 0x00 }), 'hardware that nobody touched', {
    refused: /a hardware key that nobody touched/,
    differs: 'ssh-keygen -Y verify does not look at it, sshd does: a program can sign while the device is plugged in.',
  }),
  by(hardwareNistp256('bob', { flags: 0x04 }), 'hardware that checked a PIN, and nobody touched', {
    refused: /a hardware key that nobody touched/,
    differs: 'As above.',
  }),
  by(withFlags(hardwareEd25519('alice', { flags: 0x00 })), 'the touch written in afterwards', { refused: ALTERED }),
  by(withCounter(hardwareNistp256('bob')), 'the counter changed afterwards', { refused: ALTERED }),
  by(
    dressedAs(hardwareEd25519('alice', { application: 'ssh:other' }), hardwareEd25519('alice').blob),
    'made for another application',
    { refused: ALTERED },
  ),
  by(hardwareEd25519('alice'), 'hardware, and listed is its material as a plain key', {
    allowed: `${NAME} ${alice.line}\n`,
    refused: /which is not one of “/,
  }),
  by(hardwareEd25519('alice'), 'a byte after the counter', {
    parts: { bend: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) },
    refused: /1 bytes after its end/,
  }),
  by(hardwareEd25519('alice'), 'without the counter', {
    parts: { bend: (bytes) => bytes.subarray(0, bytes.length - 4) },
    refused: /is cut off/,
  }),
  by(dressedAs(alice, hardwareEd25519('alice').blob), 'a plain signature under a hardware key', {
    refused: /is “ssh-ed25519”, which a key of the kind sk-ssh/,
  }),
  by(browserNistp256('bob'), 'signed in a browser', {
    refused: /is “webauthn-sk-ecdsa-sha2-nistp256@openssh.com”, which/,
    differs: 'There a web page says what is signed.',
  }),
  bent('another key named', { blob: ed25519('mallory').blob }, { refused: ALTERED }),
  by(everybody(), 'a key under which everybody signs', {
    refused: /a weak or non-canonical Ed25519 point/,
    differs: 'ssh-keygen accepts points of small order (C-02).',
  }),
  by(exponentOne(), 'an RSA key whose signature everybody can write', {
    refused: /an RSA key with the exponent 1\b/,
    differs: 'ssh-keygen accepts the exponent 1.',
  }),
  by(compressed(), 'a compressed point', { refused: /not an uncompressed P-256 point/ }),
  by(offCurve(), 'a point that is not on the curve', { refused: /not a point on the curve P-256/ }),
];

/** A committed signature of the same message, with a byte in front that says nothing. */
function longer({ signature, publicKey }: Vector): Person {
  const { key, algorithm, bytes } = parseSignature(signature);
  const sign = (): Uint8Array => wire(algorithm, Buffer.concat([Buffer.of(0), bytes]));
  return { blob: key.blob, line: publicKey, sign };
}

/** Somebody’s signature under another public key. */
function dressedAs(person: Person, blob: Uint8Array): Person {
  return { ...person, blob, line: lineOf(SK, blob) };
}

function withFlags(person: Person): Person {
  return { ...person, sign: (signed) => patched(person.sign(signed), 5, 0x01) };
}

function withCounter(person: Person): Person {
  return { ...person, sign: (signed) => patched(person.sign(signed), 1, 0x63) };
}

function patched(bytes: Uint8Array, fromEnd: number, value: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[copy.length - fromEnd] = value;
  return copy;
}

/** The neutral point: R = S·B fits every message. */
function everybody(): Person {
  const blob = wire('ssh-ed25519', Buffer.from(SMALL_ORDER[0] ?? '', 'hex'));
  const scalar = Buffer.alloc(32);
  scalar[0] = 5;
  const signature = Buffer.concat([ed.Point.BASE.multiply(5n).toBytes(), scalar]);
  return { blob, line: lineOf('ssh-ed25519', blob), sign: () => wire('ssh-ed25519', signature) };
}

/** With the exponent 1 the padded digest is its own signature (RFC 8017 section 9.2). */
function exponentOne(): Person {
  const modulus = Buffer.concat(Array.from({ length: 8 }, (_, part) => Buffer.from(seedOf(`modulus ${String(part)}`))));
  modulus[0] = 0xff;
  modulus[255] = 0xff;
  const blob = wire('ssh-rsa', Buffer.of(1), Buffer.concat([Buffer.of(0), modulus]));
  const prefix = Buffer.from('3051300d060960864801650304020305000440', 'hex');
  const sign = (signed: Uint8Array): Uint8Array => {
    const digest = Buffer.concat([prefix, createHash('sha512').update(signed).digest()]);
    const padding = Buffer.alloc(256 - 3 - digest.length, 0xff);
    return wire('rsa-sha2-512', Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), digest]));
  };
  return { blob, line: lineOf('ssh-rsa', blob), sign };
}

function compressed(): Person {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(Buffer.from(seedOf('bob')));
  return pointed(curve.getPublicKey(null, 'compressed'));
}

function offCurve(): Person {
  const point = Buffer.from(nistp256('bob').blob.subarray(-65));
  point[64] = (point[64] ?? 0) ^ 1;
  return pointed(point);
}

function pointed(point: Uint8Array): Person {
  const type = 'ecdsa-sha2-nistp256';
  const blob = wire(type, 'nistp256', point);
  return { ...nistp256('bob'), blob, line: lineOf(type, blob) };
}
