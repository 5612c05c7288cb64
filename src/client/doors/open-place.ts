/** The place behind an address: a folder for `file:`, a web server for everything else. */
import { fileURLToPath } from 'node:url';
import type { Place } from '../fetch/place.ts';
import { folderPlace } from './folder-place.ts';
import { httpPlace } from './http-place.ts';

/** @param fetch in place of the runtime’s own @throws USAGE_OPTION for an address of another kind */
export function openPlace(url: URL, fetch?: typeof globalThis.fetch): Place {
  if (url.protocol === 'file:') return folderPlace(fileURLToPath(url));
  return httpPlace(url, fetch === undefined ? {} : { fetch });
}
