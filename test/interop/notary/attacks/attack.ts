/** One thing that may happen to readers of a collection, and what was measured of each of them. */
import { signNotary } from '../../../../src/notary/documents.ts';
import type { JsonObject } from '../../../../src/tuf/json.ts';
import { signedOf } from '../../../client/collections/stolen-keys.ts';
import { put } from '../../../simulator/places.ts';
import type { Answers, EvilMirror } from '../evil-mirror.ts';

export interface Attack extends Answers {
  readonly what: string;
  /** Of the dialect’s description. */
  readonly section: '6.2' | '7.2' | '7.3' | '7.4' | '10';
  /** Before those with a memory read for the first time. */
  readonly before?: (mirror: EvilMirror) => unknown;
  readonly act: (mirror: EvilMirror) => unknown;
}

export const RELEASES = 'targets/releases';
export const PAST = '2026-01-01T00:00:00Z';

export function padded(bytes: Uint8Array, length: number): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(length, ' ')]);
}

/** One digit, so that the length stays. */
export function altered(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('utf8').replace('"length":1000', '"length":1001'));
}

/** For snapshots and timestamps. */
export function version(number: number): (signed: JsonObject) => void {
  return (signed) => {
    signed.set('version', number);
  };
}

export function asItIs(): void {
  // A thief alters nothing here.
}

/** The next targets, in which v1 is another image. */
export function otherTargets(mirror: EvilMirror, signer: string): Uint8Array {
  const signed = signedOf(mirror.file('targets.json'));
  signed.set('version', 3);
  put(signed, ['targets', 'v1', 'hashes', 'sha256'], Buffer.alloc(32, 9).toString('base64'));
  return signNotary(signed, [mirror.guarded.collection.signer(signer)]);
}
