/**
 * Certificates as PEM text, one or several in a row.
 *
 * Reading takes certificates and nothing else: a private key or text between blocks is something another reader might
 * see and this one not. Writing has one exact form, which clients rebuild before they compute a root key’s id: 64
 * columns, LF, a final LF (6.1, step 6). Source: the dialect’s description, 5.2 and 6.1; RFC 7468.
 */
import { decodeBase64 } from '../tuf/encoding.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END CERTIFICATE-----\r?\n?/y;
/** A leaf and its intermediates; nobody has more, and each costs a parse. */
const MOST_CERTIFICATES = 16;

/** The DER of each certificate, in order; undefined when the text holds anything else, or nothing. */
export function decodePem(text: string): Uint8Array[] | undefined {
  const certificates: Uint8Array[] = [];
  BLOCK.lastIndex = 0;
  for (let at = 0; at < text.length; at = BLOCK.lastIndex) {
    const base64 = BLOCK.exec(text)?.[1]?.replace(/[\r\n]/g, '');
    const der = base64 === undefined ? undefined : decodeBase64(base64);
    if (!der || certificates.push(der) > MOST_CERTIFICATES) return undefined;
  }
  return certificates.length > 0 ? certificates : undefined;
}

/** The exact form, for each certificate in order. */
export function encodePem(...certificates: readonly Uint8Array[]): string {
  const blocks = certificates.map((der) => {
    const lines = Buffer.from(der)
      .toString('base64')
      .replace(/.{64}(?=.)/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  });
  return blocks.join('');
}
