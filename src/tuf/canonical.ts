/**
 * Values to the exact bytes that get signed: OLPC canonical JSON, as securesystemslib writes it (J-02).
 *
 * Members are sorted by the UTF-8 bytes of their names, only `\` and `"` are escaped, there is no white space and no
 * Unicode normalisation. Values come from the strict reader, so numbers are already safe integers.
 */
import type { Json, JsonObject } from './json.ts';

export function canonicalize(value: Json): Uint8Array {
  const parts: string[] = [];
  write(value, parts);
  return Buffer.from(parts.join(''), 'utf8');
}

function write(value: Json, parts: string[]): void {
  if (typeof value === 'string') {
    parts.push(quote(value));
  } else if (value === null || typeof value !== 'object') {
    parts.push(String(value));
  } else if (Array.isArray(value)) {
    let separator = '[';
    for (const item of value) {
      parts.push(separator);
      separator = ',';
      write(item, parts);
    }
    parts.push(separator === '[' ? '[]' : ']');
  } else {
    let separator = '{';
    for (const name of sortedNames(value)) {
      parts.push(separator, quote(name), ':');
      separator = ',';
      // The name comes from this very Map.
      write(value.get(name) as Json, parts);
    }
    parts.push(separator === '{' ? '{}' : '}');
  }
}

function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

function sortedNames(object: JsonObject): string[] {
  const names = [...object.keys()];
  // UTF-16 order (the default) equals UTF-8 order unless surrogates meet U+E000–U+FFFF; tuf-js gets that case wrong.
  return names.some((name) => /[\ud800-\udfff]/.test(name)) ? names.sort(compareUtf8) : names.sort();
}

/** Orders strings by their UTF-8 bytes. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
