/**
 * The armour around a signature: two lines, and base64 in between. One form only, the one that every `ssh-keygen -Y sign`
 * writes, so that whatever is accepted here is accepted by every `ssh-keygen -Y verify` too.
 *
 * Stricter than it: ssh-keygen reads white space anywhere in the base64, ignores whatever follows the last line, and
 * since 9.3 takes line ends of CR LF, which older ones refuse. Text around a signature could be anything, and would be
 * kept and shown as if it were signed.
 * Source: OpenSSH PROTOCOL.sshsig, “Armored format”.
 */
import { decodeBase64 } from '../tuf/encoding.ts';
import type { RefusalOf } from './wire.ts';

/** The longest signature of the longest key, RSA with 16384 bits, has 5.7 kB. */
const LONGEST_ARMOR = 16_384;
const FORM = /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]+={0,2}\n)+)-----END SSH SIGNATURE-----\n?$/;

/** The bytes inside. @throws what `refusal` makes of the clause that does not hold */
export function unarmor(text: string, refusal: RefusalOf): Uint8Array {
  if (text.length > LONGEST_ARMOR) throw refusal(`is longer than ${String(LONGEST_ARMOR)} characters`);
  if (text.includes('\r')) throw refusal('has line ends of CR LF; ssh-keygen writes LF, so it was altered on its way');
  const base64 = FORM.exec(text)?.[1]?.replaceAll('\n', '');
  if (base64 === undefined) throw refusal('is not exactly what stands from BEGIN SSH SIGNATURE to END SSH SIGNATURE');
  const bytes = decodeBase64(base64);
  if (!bytes) throw refusal('is not padded base64');
  return bytes;
}
