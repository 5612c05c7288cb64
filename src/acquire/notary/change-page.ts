/**
 * One page of a change feed, from bytes to records: `{"count":1,"records":[{"ID":"1","CreatedAt":…,"GUN":…,"Version":1,
 * "SHA256":…,"Category":"update"}]}`. Unsigned, so it is a hint about where to look and never evidence.
 */
import { parseDate } from '../../tuf/dates.ts';
import { type Json, parseJson } from '../../tuf/json.ts';
import { isSha256, type Sha256 } from '../../tuf/names.ts';
import { refuseShape, Shape } from '../../tuf/shape.ts';

interface AnyChange {
  /** Opaque; the place from which to go on. */
  readonly id: string;
  /** The server's clock, not signed by anybody. */
  readonly at: Date;
  /** Any text that a server took for a collection's name: judge it before use. */
  readonly gun: string;
}

/** A new timestamp: its version, and its digest. */
export interface Update extends AnyChange {
  readonly kind: 'update';
  readonly version: number;
  readonly sha256: Sha256;
}

/** The collection was deleted, with everything in it; a later update of the same name began at version 1 again. */
export interface Deletion extends AnyChange {
  readonly kind: 'deletion';
}

export type Change = Update | Deletion;

export interface ChangePage {
  readonly changes: readonly Change[];
  /** Id of the last of them, or empty when there is none. */
  readonly last: string;
}

export interface PageRules {
  /** For messages. */
  readonly url: URL;
  /** Whose feed it is; undefined = everybody's. */
  readonly gun: string | undefined;
  /** How many records were asked for. */
  readonly limit: number;
  /** Ids that were passed on the way here. */
  readonly passed: ReadonlySet<string>;
}

const PAGE: ReadonlySet<string> = new Set(['count', 'records']);
const RECORD: ReadonlySet<string> = new Set(['ID', 'CreatedAt', 'GUN', 'Version', 'SHA256', 'Category']);
/** Longest name that is looked at, bytes. */
const MOST_NAME_BYTES = 1024;

/** @throws TRUST_JSON, TRUST_MALFORMED */
export function readPage(bytes: Uint8Array, { url, gun, limit, passed }: PageRules): ChangePage {
  const label = `the change feed of ${url.host}`;
  const page = new Shape(parseJson(bytes, label, 4), label, PAGE);
  // Go writes an empty list as null.
  const records = page.object.get('records') === null ? [] : page.array('records');
  if (page.length('count') !== records.length) refuseShape(label, 'counts other records than it has');
  if (records.length > limit) refuseShape(label, `has more than the ${limit} records that were asked for`);
  const changes = records.map((record) => readChange(record, label));
  const ids = new Set(changes.map(({ id }) => id));
  // A server that comes back to where we have been would be asked for ever.
  if (ids.size !== changes.length || changes.some(({ id }) => passed.has(id))) refuseShape(label, 'does not go on');
  if (gun !== undefined && changes.some((change) => change.gun !== gun)) {
    refuseShape(label, 'tells of another collection than was asked for');
  }
  return { changes, last: changes.at(-1)?.id ?? '' };
}

function readChange(value: Json, label: string): Change {
  const record = new Shape(value, label, RECORD);
  const id = record.string('ID');
  if (!/^[\u0021-\u007e]{1,128}$/.test(id) || id.startsWith('-')) refuseShape(label, ': “ID” is no id');
  const at = parseDate(record.string('CreatedAt'));
  if (at === undefined) refuseShape(label, ': “CreatedAt” is no date');
  const gun = record.string('GUN');
  if (gun === '' || Buffer.byteLength(gun) > MOST_NAME_BYTES) refuseShape(label, ': “GUN” is empty or very long');
  const category = record.string('Category');
  if (category === 'deletion') return { kind: category, id, at, gun };
  // An unknown word is not taken for harmless: it may be another way of taking something away (N-08).
  if (category !== 'update') refuseShape(label, ': “Category” is neither update nor deletion');
  const sha256 = record.string('SHA256');
  if (!isSha256(sha256)) refuseShape(label, ': “SHA256” is no digest');
  return { kind: category, id, at, gun, version: record.length('Version'), sha256 };
}
