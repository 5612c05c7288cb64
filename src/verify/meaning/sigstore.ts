/** What Sigstore's files have in common: a media type that says what they are, and lists of entries. */
import { canonicalize } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import { quotedValue } from '../difference/words.ts';
import type { Fact, Saying } from './fact.ts';
import { Members } from './members.ts';

/** Both forms in use: `….trustedroot+json;version=0.1` and `….trustedroot.v0.2+json`; of any version, to be shown at least. */
export function hasMediaType(json: Json | undefined, type: string): json is JsonObject {
  const said = json instanceof Map ? json.get('mediaType') : undefined;
  return typeof said === 'string' && said.startsWith(`application/vnd.dev.sigstore.${type}`);
}

/** Each entry of a list; one of another type is said, and counts as a thing of its own. */
export function entriesOf(
  file: Members,
  list: string,
  what: string,
  read: (what: string, entry: Members) => Fact,
  readText?: (what: string, text: string) => Fact,
): Fact[] {
  return file.list(list).map((value) => {
    if (value instanceof Map) return read(what, new Members(value));
    if (typeof value === 'string' && readText) return readText(what, value);
    const identity = `${what} ${sha256(canonicalize(value))}`;
    return { identity, subject: `${what} that cannot be read`, says: [['it is', quotedValue(value)]] };
  });
}

/** What the file says of itself, and every member that nobody asked for: called after all others. */
export function sayingsOf(file: Members): Saying[] {
  return [...file.saying('media type', 'mediaType'), ...file.rest()];
}
