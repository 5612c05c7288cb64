/** One byte range of a target (RFC 9110, “Range requests”). */
import type { ByteRange } from '../publish/blobs.ts';

/**
 * What a Range header asks for: a part, `unsatisfiable`, or `whole` for what is not understood or not supported. Several
 * ranges are answered whole: assembling them has cost servers more than it ever saved clients.
 */
export function readRange(header: string, length: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header);
  if (!match) return 'whole';
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '') return last === '' ? 'whole' : lastBytes(Number(last), length);
  const [start, end] = [Number(first), last === '' ? length - 1 : Math.min(Number(last), length - 1)];
  if (last !== '' && Number(last) < start) return 'whole';
  return start < length ? { start, end } : 'unsatisfiable';
}

function lastBytes(count: number, length: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (count === 0) return 'unsatisfiable';
  // An empty file has no part that Content-Range could name.
  return length === 0 ? 'whole' : { start: Math.max(0, length - count), end: length - 1 };
}
