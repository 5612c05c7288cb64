/**
 * A plain copy in a folder: a courier’s disk, the output of a web mirror, another guard’s cache. A name from outside
 * becomes a file name only when it can be nothing else (P-01, P-02); where it cannot, tools write it percent-encoded, and
 * that is where it is looked for. None of this is trusted: the caller checks versions, hashes and signatures.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Refusal } from '../../errors.ts';
import { printable, unsafeFileName } from '../../tuf/names.ts';
import type { Arrival, Place, Reading } from '../fetch/place.ts';
import { findPlainFile, isAbsence, look, readPlainFile, refusal, refuseLarger, unreadable } from './plain-files.ts';

/**
 * Looks at nothing yet. The folder itself may be a link, its owner named it; below it none is followed.
 *
 * `read` throws SOURCE_UNREACHABLE when there is no such folder (a pulled disk must not look like “no newer root”, H-01),
 * SOURCE_NOT_FOUND when it has no such file, SOURCE_UNREADABLE for anything that is not a regular file below folders,
 * SOURCE_TOO_LARGE, SOURCE_TRUNCATED, and TRUST_MALFORMED for a name that no file can have.
 */
export function folderPlace(folder: string): Place {
  const base = resolve(folder);
  return { description: base, read: (segments, reading) => read(base, segments, reading) };
}

async function read(folder: string, segments: readonly string[], reading: Reading): Promise<Arrival> {
  const components = segments.map(fileNames);
  const base = await existing(folder);
  const file = await findPlainFile(base, components);
  if (file === undefined) {
    // Looked at once more: the folder may have gone in between (H-01).
    await existing(folder);
    throw refusal('SOURCE_NOT_FOUND', segments.join('/'), `is not in ${printable(folder)}`);
  }
  refuseLarger(file.path, file.stats, reading.maxBytes);
  if (reading.unless !== undefined) {
    const hash = createHash('sha256');
    for await (const chunk of readPlainFile(file, reading.maxBytes)) hash.update(chunk);
    if (hash.digest('hex') === reading.unless) return 'unchanged';
  }
  return readPlainFile(file, reading.maxBytes);
}

/** The folder with links resolved. @throws SOURCE_UNREACHABLE, SOURCE_UNREADABLE */
async function existing(folder: string): Promise<string> {
  let base: string | undefined;
  try {
    base = await realpath(folder);
  } catch (error) {
    if (!isAbsence(error)) throw unreadable(folder, error);
  }
  if (base !== undefined && (await look(base))?.isDirectory() === true) return base;
  const next = 'Check the path, and that the disk is mounted.';
  throw refusal('SOURCE_UNREACHABLE', folder, 'is not a folder that exists', {}, next);
}

/**
 * Under which file names a segment may lie: its own, where that is safe; as python-tuf writes it (all but letters, digits
 * and `_.-~` encoded); as encodeURIComponent does. @throws TRUST_MALFORMED when none of them can be a file name
 */
function fileNames(segment: string): string[] {
  // A lone surrogate has no UTF-8 form; the disk would be asked for another name (P-04).
  if (!segment.isWellFormed()) throw unnameable(segment, 'it is not Unicode text');
  const encoded = encodeURIComponent(segment);
  const strictly = encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const names = [...(segment.includes('/') ? [] : [segment]), strictly, encoded];
  const safe = names.filter((name) => unsafeFileName(name) === undefined);
  if (safe.length === 0) throw unnameable(segment, unsafeFileName(strictly) ?? 'it is no file name');
  return [...new Set(safe)];
}

function unnameable(segment: string, reason: string): Refusal {
  const shown = printable(segment);
  const what = `“${shown}” is looked for nowhere, because no file can have that name: ${reason}.`;
  return new Refusal('TRUST_MALFORMED', what, {
    details: { file: shown, reason },
    next: 'Read it over http, where names are only data.',
  });
}
