/**
 * Lists that are too long for a leaf: one canonical JSON line per item, stored under the digest that the leaf carries.
 * Equal lists are one file, whatever imports and generations share them.
 */
import { createHash } from 'node:crypto';
import type { RoleName, Sha256, TargetPath } from '../tuf/names.ts';
import type { Note } from '../verify/notes.ts';
import { canonicalText } from './events/leaf.ts';
import type { CarriedTarget, FileKind, GenerationRole, ImportFile } from './records.ts';

/** Unverified bytes beyond this are remembered by digest only: anybody on the network could fill the record. */
export const MOST_UNVERIFIED_BYTES = 262_144;

/** An import’s metadata file with its length: what the table and the list say of it. */
export interface ListedFile extends ImportFile {
  readonly length: number;
}

/** The bytes of a large file that nobody vouched for are not kept; the list has its digest. */
export function isStored({ kind, length }: ListedFile): boolean {
  return kind !== 'refused' || length <= MOST_UNVERIFIED_BYTES;
}

export function filesList(files: readonly ListedFile[]): Buffer {
  return lines(
    files.map(({ kind, role, version, fileSha256, signedSha256, length, expires }) => ({
      kind,
      role,
      version: version ?? null,
      file_sha256: fileSha256,
      signed_sha256: signedSha256 ?? null,
      length,
      expires: expires?.toISOString() ?? null,
    })),
  );
}

export function readFilesList(bytes: Uint8Array): ListedFile[] {
  return read(bytes).map((line) => ({
    kind: String(line['kind']) as FileKind,
    role: String(line['role']) as RoleName,
    version: line['version'] === null ? undefined : Number(line['version']),
    fileSha256: String(line['file_sha256']) as Sha256,
    signedSha256: optional(line['signed_sha256']) as Sha256 | undefined,
    length: Number(line['length']),
    expires: dateOf(line['expires']),
  }));
}

export function carriedList(targets: readonly CarriedTarget[]): Buffer {
  return lines(
    targets.map(({ path, role, length, sha256, hashes }) => ({ path, role, length, sha256, hashes: [...hashes] })),
  );
}

export function readCarriedList(bytes: Uint8Array): CarriedTarget[] {
  return read(bytes).map((line) => ({
    path: String(line['path']) as TargetPath,
    role: String(line['role']) as RoleName,
    length: Number(line['length']),
    sha256: String(line['sha256']) as Sha256,
    hashes: new Map(line['hashes'] as [string, string][]),
  }));
}

export function rolesList(roles: readonly GenerationRole[]): Buffer {
  return lines(
    roles.map(({ role, version, length, fileSha256, expires, reachable }) => ({
      role,
      version,
      length,
      file_sha256: fileSha256,
      expires: expires.toISOString(),
      reachable,
    })),
  );
}

export function readRolesList(bytes: Uint8Array): GenerationRole[] {
  return read(bytes).map((line) => ({
    role: String(line['role']) as RoleName,
    version: Number(line['version']),
    length: Number(line['length']),
    fileSha256: String(line['file_sha256']) as Sha256,
    expires: new Date(String(line['expires'])),
    reachable: line['reachable'] === true,
  }));
}

export function notesList(notes: readonly Note[]): Buffer {
  return lines(notes.map(({ kind, role, text }) => ({ kind, role, text })));
}

export function readNotesList(bytes: Uint8Array): Note[] {
  return read(bytes).map(({ kind, role, text }) => ({ kind, role, text }) as Note);
}

/** The list without items. */
export const EMPTY_LIST = Buffer.alloc(0);
export const EMPTY_LIST_SHA256 = createHash('sha256').digest('hex') as Sha256;

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dateOf(value: unknown): Date | undefined {
  return typeof value === 'string' ? new Date(value) : undefined;
}

type Line = Readonly<Record<string, unknown>>;

function lines(items: readonly object[]): Buffer {
  return Buffer.from(items.map((item) => `${canonicalText(item)}\n`).join(''), 'utf8');
}

function read(bytes: Uint8Array): Line[] {
  const text = Buffer.from(bytes).toString('utf8');
  return text === ''
    ? []
    : text
        .slice(0, -1)
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
}
