/**
 * Ed25519 points that must never be keys, and signatures that two families of verifiers judge differently (C-01, C-02).
 * Little-endian y with the sign of x in the top bit, as RFC 8032 encodes points; p = 2^255 − 19.
 */

/** The eight points of order 1, 2, 4 and 8, in their canonical encodings. */
export const SMALL_ORDER: readonly string[] = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

/** Other encodings: of the same points (y + p, or a sign on x = 0), of larger ones, and of no point at all. */
export const NON_CANONICAL: readonly string[] = [
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(31)}`,
  `ed${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(31)}`,
  `ee${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(31)}`,
  `f0${'ff'.repeat(30)}7f`,
  `f3${'ff'.repeat(30)}7f`,
  'ff'.repeat(32),
  `02${'00'.repeat(31)}`,
];

/** The order of the base point. */
export const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with S + L: the same curve point, another encoding, and no honest signer writes it. */
export function withLargeS(signature: Uint8Array): Uint8Array {
  const s = littleEndian(signature.subarray(32)) + GROUP_ORDER;
  return Buffer.concat([signature.subarray(0, 32), bytesOf(s)]);
}

export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
}
