/** Under which names a target may lie in a source, in the order in which they are tried. */
import { type TargetPath, targetFileNames } from './names.ts';

/**
 * Consistent repositories: for every listed algorithm, sha256 first, `dir/HASH.file`; then the same with tough's
 * `HASH.dir/file`, where it differs. Others: the plain name.
 */
export function targetNames(
  wanted: { readonly path: TargetPath; readonly hashes: ReadonlyMap<string, string> },
  isConsistent: boolean,
): string[] {
  if (!isConsistent) return [wanted.path];
  const digests = [...wanted.hashes]
    .sort(([a], [b]) => Number(b === 'sha256') - Number(a === 'sha256'))
    .map(([, digest]) => digest)
    // A digest becomes part of a name, so it must be one and not a path (P-02).
    .filter((digest) => /^[0-9a-f]{16,}$/.test(digest));
  const names = digests.map((digest) => targetFileNames(wanted.path, digest));
  return [...new Set([...names.map((name) => name.prefixedFile), ...names.map((name) => name.prefixedPath)])];
}
