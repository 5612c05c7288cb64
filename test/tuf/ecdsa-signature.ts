/** ECDSA signatures in DER, and the other signature that everybody can make of one (C-03). */

/** The order of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same P-256 signature with n − s: another string, and just as valid. */
export function negated(signature: Buffer): Buffer {
  const rLength = signature[3] ?? 0;
  const s = BigInt(`0x${signature.subarray(6 + rLength).toString('hex')}`);
  const r = signature.subarray(2, 4 + rLength);
  const body = Buffer.concat([r, integer(ORDER - s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** The shortest form, with a zero byte in front when the first bit would make it negative. */
function integer(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const content = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(2, content.length), content]);
}
