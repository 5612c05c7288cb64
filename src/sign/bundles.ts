/**
 * Many drafts, or many public files, in one file: a ceremony for a thousand repositories is one file that travels, one
 * passphrase, and one digest to compare. Each entry is what it would be in a file of its own, and is judged as such.
 */
import { Refusal } from '../errors.ts';
import { sha256 } from '../tuf/digest.ts';
import { type Json, jsonObject, parseJson, stringifyJson } from '../tuf/json.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RepositoryId, type Sha256, printable } from '../tuf/names.ts';
import { draftMembers, MAX_DRAFT_BYTES, type RootDraft, readDraft } from './draft-document.ts';
import { publicMembers, readRootPublic, type RootPublic } from './root-public.ts';

const DRAFTS = 'root-drafts/v1';
const PUBLICS = 'root-publics/v1';
/** A draft of a collection has some ten thousand bytes, so this is for several thousand of them. */
export const MAX_DRAFTS_BYTES = 32 * MAX_DRAFT_BYTES;
/** The bundle, the list, and around each entry as deep as it may be alone. */
const DEPTH = DEFAULT_LIMITS.jsonDepth + 2;

/** One draft as it always was; several as a list. */
export function formatDrafts(drafts: readonly RootDraft[]): string {
  const [only, ...others] = drafts.map(draftMembers);
  const document =
    only && others.length === 0 ? only : jsonObject({ countersign: DRAFTS, drafts: drafts.map(draftMembers) });
  return `${stringifyJson(document)}\n`;
}

/**
 * Shape only: nothing in the result has been judged. At least one, and no repository twice.
 * @param label the file’s name, for messages
 * @throws STATE_ROOT_DRAFT
 */
export function parseDrafts(bytes: Uint8Array, label: string): [RootDraft, ...RootDraft[]] {
  try {
    if (bytes.length > MAX_DRAFTS_BYTES) refuseDraft(label, `is larger than ${MAX_DRAFTS_BYTES} bytes`);
    const document = parseJson(bytes, label, DEPTH);
    const [first, ...others] = entriesOf(document, DRAFTS, 'drafts') ?? [document];
    if (first === undefined) return refuseDraft(label, 'holds no draft');
    const drafts: [RootDraft, ...RootDraft[]] = [
      readDraft(first, label),
      ...others.map((one) => readDraft(one, label)),
    ];
    const twice = repeated(drafts.map(({ repository }) => repository));
    // Otherwise a holder could be shown one of them and sign the other.
    if (twice !== undefined) return refuseDraft(label, `holds two drafts of ${twice}`);
    return drafts;
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code === 'STATE_ROOT_DRAFT') throw cause;
    throw new Refusal('STATE_ROOT_DRAFT', cause.what, { cause });
  }
}

export function formatRootPublics(keys: readonly RootPublic[]): string {
  return `${stringifyJson(jsonObject({ countersign: PUBLICS, keys: keys.map(publicMembers) }))}\n`;
}

/**
 * @param label the file’s name, for messages
 * @throws STATE_KEY when it is not such a document, or a key in it is not one that mirror roots list
 */
export function parseRootPublics(bytes: Uint8Array, label: string): RootPublic[] {
  const keys = readPublics(bytes, label);
  const twice = repeated(keys.map(({ holder, repository }) => `${holder} for ${repository}`));
  if (twice !== undefined) throw new Refusal('STATE_KEY', `${printable(label)} holds two keys of ${twice}.`);
  return keys;
}

function readPublics(bytes: Uint8Array, label: string): RootPublic[] {
  try {
    const document = parseJson(bytes, label, DEPTH);
    return (entriesOf(document, PUBLICS, 'keys') ?? [document]).map((entry) => readRootPublic(entry, label));
  } catch (cause) {
    throw new Refusal('STATE_KEY', `${printable(label)} is not a root holder’s public file.`, { cause });
  }
}

/** One digest for what belongs to many repositories, each once: SHA-256 of the lines `REPOSITORY VALUE`, sorted. */
export function digestTogether(values: ReadonlyMap<RepositoryId, string>): Sha256 {
  const lines = [...values].map(([repository, value]) => `${repository} ${value}\n`).sort();
  return sha256(Buffer.from(lines.join(''), 'utf8'));
}

/** Undefined for another document. */
function entriesOf(document: Json, format: string, list: string): Json[] | undefined {
  if (!(document instanceof Map) || document.get('countersign') !== format || document.size !== 2) return undefined;
  const entries = document.get(list);
  return Array.isArray(entries) ? entries : undefined;
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.has(name) || !seen.add(name));
}

function refuseDraft(label: string, problem: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', `${printable(label)} ${problem}.`);
}
