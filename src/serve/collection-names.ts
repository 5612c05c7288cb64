/**
 * Names of files below `tuf/`, as Notary’s clients spell them, taken apart. A file has one spelling for each way to ask for
 * it: no leading zeros, no upper-case digits, no longer digests. Notary takes some of these; none of its clients sends one,
 * and a name that is only looked up cannot be misread.
 */
import { type MetadataFile, type RoleName, roleName, type Sha256 } from '../tuf/names.ts';

/** By version, by digest, or as it is now; never by both. */
export interface CollectionFile extends MetadataFile {
  readonly digest?: Sha256;
}

const FORM =
  /^(?:(?<version>[1-9][0-9]{0,15})\.)?(?<role>root|snapshot|timestamp|targets(?:\/[a-z0-9_-]+)*)(?:\.(?<digest>[0-9a-f]{64}))?\.json$/;

/** @param name decoded; undefined for what names nothing */
export function parseCollectionFile(name: string): CollectionFile | undefined {
  const { version, role, digest } = FORM.exec(name)?.groups ?? {};
  if (role === undefined || (version !== undefined && digest !== undefined)) return undefined;
  const file: { role: RoleName } = { role: roleName(role) };
  if (version !== undefined) return { ...file, version: Number(version) };
  return digest === undefined ? file : { ...file, digest: digest as Sha256 };
}
