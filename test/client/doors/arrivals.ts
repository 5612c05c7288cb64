/** Reading from places and stores in tests. */
import assert from 'node:assert/strict';
import type { Arrival, Place, Reading } from '../../../src/client/fetch/place.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { isSha256, type Sha256 } from '../../../src/tuf/names.ts';

/** The whole of a file as text, within a megabyte unless told otherwise. */
export async function textAt(place: Place, segments: readonly string[], reading: Partial<Reading> = {}) {
  return textOf(await place.read(segments, { maxBytes: 1_000_000, ...reading }));
}

/** `unchanged`, or the text of the bytes. */
export async function textOf(arrival: Arrival): Promise<string> {
  if (arrival === 'unchanged') return arrival;
  const chunks: Uint8Array[] = [];
  for await (const chunk of arrival) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Content that arrives in these pieces; a function among them is called when it is its turn. */
export async function* pieces(...parts: readonly (string | (() => unknown))[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part);
    else await part();
  }
}

export async function stored(store: Store, digest: Sha256): Promise<string | undefined> {
  const found = await store.read(digest);
  return found === undefined ? undefined : textOf(found);
}

export function sha256(text: string): Sha256 {
  assert.ok(isSha256(text));
  return text;
}
