/**
 * Just enough DER for certificates: elements with definite, shortest lengths, read whole or not at all, and written.
 *
 * The reader answers what `node:crypto` does not: the signature algorithm, and basicConstraints as it is written (the
 * runtime’s `ca` also weighs keyUsage, and then disagrees with Go about who is an authority). It decodes no keys.
 * Source: X.690, 8.1 and 10.1.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[0]` and `[3]`, explicit: version and extensions of a certificate. */
  version: 0xa0,
  extensions: 0xa3,
} as const;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that fill `bytes` exactly; undefined when anything is cut short, left over, or not in shortest form. */
export function readElements(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const length = readLength(bytes, at + 1);
    // Tag numbers above 30 take more bytes; certificates have none.
    if (!length || (tag & 0x1f) === 0x1f || length.end + length.value > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(length.end, length.end + length.value) });
    at = length.end + length.value;
  }
  return elements;
}

/** The members of a constructed element with this tag; undefined when it is another, or broken. */
export function membersOf(element: Element | undefined, tag: number = TAG.sequence): Element[] | undefined {
  return element?.tag === tag ? readElements(element.content) : undefined;
}

function readLength(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { value: first, end: at + 1 };
  const count = first & 0x7f;
  // 0x80 is BER’s indefinite length; more than three bytes is more than any certificate here.
  if (count === 0 || count > 3 || at + 1 + count > bytes.length) return undefined;
  const value = bytes.subarray(at + 1, at + 1 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  const isShortest = value >= 0x80 && value >= 256 ** (count - 1);
  return isShortest ? { value, end: at + 1 + count } : undefined;
}

/** One element around the concatenated contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.of(length);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}
