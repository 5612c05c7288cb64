/**
 * What the text formats of transparency logs share: UTF-8 without control characters, decimal numbers, base64 hashes.
 * Each has exactly one spelling, because two readers that differ about a signed text are what an attacker looks for (T-06).
 */
import { Refusal } from '../errors.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { type Hash, HASH_BYTES } from './tree.ts';

/** Longest text that is read, bytes: golang.org/x/mod/sumdb/note has the same bound. */
export const LONGEST_TEXT = 1_000_000;

/** @throws TRUST_LOG_FORMAT always; `what` is a sentence that names the thing */
export function refuseFormat(what: string): never {
  throw new Refusal('TRUST_LOG_FORMAT', what);
}

/**
 * The text of bytes that somebody sent.
 * @param label what it should be, as the subject of a message: `The checkpoint`
 * @throws TRUST_LOG_FORMAT when it is too long, not UTF-8, or has control characters other than newline
 */
export function readText(sent: Uint8Array | string, label: string): string {
  if (sent.length > LONGEST_TEXT) refuseFormat(`${label} is longer than ${LONGEST_TEXT} bytes.`);
  const text = typeof sent === 'string' ? sent : decodeUtf8(sent);
  // A lone surrogate has no UTF-8 form: what was signed could not be what is read.
  if (!text?.isWellFormed()) return refuseFormat(`${label} is not UTF-8 text.`);
  if (!isPlainText(text)) refuseFormat(`${label} has control characters; a carriage return is one.`);
  return text;
}

/** Without control characters below U+0020, except newline. */
export function isPlainText(text: string): boolean {
  return !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // A byte-order mark stays in the text, where it makes the first line a different one.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decimal digits without leading zeros, at most 2^53−1; undefined for anything else. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** @throws TRUST_LOG_FORMAT */
export function readDecimal(text: string, label: string): number {
  return parseDecimal(text) ?? refuseFormat(`${label} is “${printable(text, 40)}”, not a number from 0 to 2^53−1.`);
}

/** Base64 of exactly 32 bytes. @throws TRUST_LOG_FORMAT */
export function readHash(text: string, label: string): Hash {
  const hash = decodeBase64(text);
  return hash?.length === HASH_BYTES ? hash : refuseFormat(`${label} is “${printable(text, 60)}”, not a hash.`);
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
