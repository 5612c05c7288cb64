/**
 * Names in TUF: roles, targets, key ids, digests, repository ids, and the file names they take on the wire.
 *
 * Names are data. On disk this program uses digests and integers only (P-01, P-02); a role or target name becomes part
 * of a URL or of a file name in exactly the functions below, and nowhere else.
 * Source: TUF 1.0.34, "File formats: general principles" and "Consistent snapshots".
 */
import { Refusal } from '../errors.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Name of a top-level or delegated role, as signed: any non-empty string. Never a path. */
export type RoleName = Branded<'RoleName'>;
/** Name of a target file, as signed: "/"-separated, compared byte for byte. Never a path on disk. */
export type TargetPath = Branded<'TargetPath'>;
/** Opaque key id, meaningful only inside the file that lists it (K-04). */
export type KeyId = Branded<'KeyId'>;
/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Sha256 = Branded<'Sha256'>;
/** Id of one mirrored upstream; safe as one URL segment and one file name. */
export type RepositoryId = Branded<'RepositoryId'>;

export const ROOT = 'root' as RoleName;
export const TIMESTAMP = 'timestamp' as RoleName;
export const SNAPSHOT = 'snapshot' as RoleName;
export const TARGETS = 'targets' as RoleName;

/** The specification that files issued here are written for: three numbers, as strict clients demand. */
export const SPEC_VERSION = '1.0.34';

/** The roles that a mirror issues itself; targets and delegations stay upstream’s. */
export type MirrorRole = 'root' | 'snapshot' | 'timestamp';

const TOP_LEVEL: ReadonlySet<string> = new Set(['root', 'timestamp', 'snapshot', 'targets']);
const RESERVED_IDS: ReadonlySet<string> = new Set(['v2', 'log', 'api', 'livez', 'readyz', 'metrics']);

export function isTopLevel(name: string): boolean {
  return TOP_LEVEL.has(name);
}

export function roleName(text: string): RoleName {
  return text as RoleName;
}

export function targetPath(text: string): TargetPath {
  return text as TargetPath;
}

export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

/** @throws USAGE_REPOSITORY_ID for anything that could be mistaken for a path or one of our own routes. */
export function repositoryId(text: string): RepositoryId {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text) || RESERVED_IDS.has(text)) {
    throw new Refusal('USAGE_REPOSITORY_ID', `“${printable(text)}” cannot be a repository id.`);
  }
  return text as RepositoryId;
}

/** One metadata file as asked for: with its version, or the unversioned name (`timestamp.json`). */
export interface MetadataFile {
  readonly role: RoleName;
  readonly version?: number;
}

/** `3.snapshot.json`, `timestamp.json`: the file's name before any percent-encoding. */
export function metadataFileName(file: MetadataFile): string {
  return file.version === undefined ? `${file.role}.json` : `${String(file.version)}.${file.role}.json`;
}

/** The reverse, for one decoded path segment; undefined when it is not a metadata file name. */
export function parseMetadataFileName(name: string): { versioned?: MetadataFile; plain: MetadataFile } | undefined {
  if (!name.endsWith('.json') || name.length === '.json'.length) return undefined;
  const stem = name.slice(0, -'.json'.length);
  const plain = { role: roleName(stem) };
  const match = /^([1-9][0-9]{0,15})\.(.+)$/s.exec(stem);
  if (match?.[1] === undefined || match[2] === undefined) return { plain };
  return { versioned: { role: roleName(match[2]), version: Number(match[1]) }, plain };
}

/** Every name under which clients ask for a target of a consistent repository. */
export function targetFileNames(path: TargetPath, digest: string): { prefixedFile: string; prefixedPath: string } {
  const slash = path.lastIndexOf('/') + 1;
  return {
    /** `dir/HASH.file`: the specification's form. */
    prefixedFile: `${path.slice(0, slash)}${digest}.${path.slice(slash)}`,
    /** `HASH.dir/file`: tough's form (docs/clients/compatibility.md). */
    prefixedPath: `${digest}.${path}`,
  };
}

/**
 * Why a name must never become a file name, or undefined when it may (P-01, P-02: `..`, absolute, drive letters,
 * backslashes, controls, reserved device names, over-long). Such a target stays addressable by name and digest over HTTP.
 */
export function unsafeFileName(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (Buffer.byteLength(name) > 1024) return 'it is longer than 1024 bytes';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'it contains control characters';
  if (name.includes('\\')) return 'it contains a backslash';
  if (/^[A-Za-z]:/.test(name)) return 'it starts like a drive letter';
  for (const segment of name.split('/')) {
    if (segment === '') return 'it has an empty path segment';
    if (segment === '.' || segment === '..') return 'it has a “.” or “..” segment';
    if (Buffer.byteLength(segment) > 200) return 'it has a segment longer than 200 bytes';
    if (/[. ]$/.test(segment)) return 'it has a segment that ends in a dot or space';
    if (/^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i.test(segment)) return 'it has a reserved device name';
  }
  return undefined;
}

/** A name made safe for terminals and logs: controls, bidi and line separators are escaped, length is capped. */
export function printable(name: string, maxLength = 200): string {
  const escaped = name.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped.length > maxLength ? `${escaped.slice(0, maxLength)}…` : escaped;
}
