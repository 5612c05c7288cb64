/**
 * The wire format of SSH, read strictly: every byte is accounted for, and each value has exactly one spelling. What is
 * read leniently can be read in two ways, and then the person signed the other one.
 * Source: RFC 4251, section 5 (“byte”, “uint32”, “string”, “mpint”).
 */

/** Makes the refusal that fits what is being read, of a clause that follows its name: `ends within a length`. */
export type RefusalOf = (what: string) => Error;

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #refusal: RefusalOf;
  #at = 0;

  constructor(bytes: Uint8Array, refusal: RefusalOf) {
    this.#bytes = bytes;
    this.#refusal = refusal;
  }

  /** `count` bytes as they stand, without a length in front. */
  raw(count: number): Uint8Array {
    // Asked before anything is cut: a length of four gigabytes costs nothing.
    if (count > this.#bytes.length - this.#at) throw this.#refusal('is cut off');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  byte(): number {
    return this.raw(1)[0] ?? 0;
  }

  uint32(): number {
    const bytes = this.raw(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  /** A length in four bytes, and that many bytes. */
  string(): Uint8Array {
    return this.raw(this.uint32());
  }

  /** A string that is text. ssh-keygen lets one end in a zero byte, which would be a second spelling of every name. */
  text(): string {
    const bytes = this.string();
    try {
      // A leading byte order mark is kept: dropped, two names would look like one.
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      if (!text.includes('\0')) return text;
    } catch {
      // Refused below with the zero byte.
    }
    throw this.#refusal('has a name that is not text');
  }

  /** A whole number above zero, big-endian, without its sign byte; it must have been written in its shortest form. */
  positive(): Uint8Array {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (first > 0x7f) throw this.#refusal('has a negative number');
    if (bytes.length === 0) throw this.#refusal('has a zero where a number must stand');
    if (first !== 0) return bytes;
    if (second < 0x80) throw this.#refusal('has a number with zeros in front of it');
    return bytes.subarray(1);
  }

  /** Whatever follows could be read by another program, or be changed by anybody without breaking a signature. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw this.#refusal(`has ${String(left)} bytes after its end`);
  }
}

/** The same as `string()` reads. */
export function wireString(content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
