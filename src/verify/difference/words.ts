/**
 * Upstream's words as the summary shows them: ASCII on one line, and no two texts alike. Escapes steer no terminal
 * (A-01); letters that look like others, and the two spellings of an accent, are told apart; a name cannot pretend to
 * be a sentence of ours, because names stand in quotes and a quote inside is escaped.
 */
import { canonicalize, compareUtf8 } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Json } from '../../tuf/json.ts';
import { printable } from '../../tuf/names.ts';

/** Longest text shown, in upstream's characters; a digest stands for the rest. */
const LONGEST = 120;

/** A text of upstream's, without quotes: for key ids and words of a closed kind. */
export function shown(text: string, longest = LONGEST): string {
  // Cut before escaping: a name of a megabyte must not cost one.
  const escaped = printable(text.slice(0, longest).replace(/[\\"]/g, '\\$&'), Infinity).replace(
    /[^\u0020-\u007e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (text.length <= longest) return escaped;
  return `${escaped}... [${text.length} characters, sha256 ${shortDigest(sha256(Buffer.from(text, 'utf8')))}]`;
}

export function quoted(text: string, longest = LONGEST): string {
  return `"${shown(text, longest)}"`;
}

/** A value of upstream's, members by name; every text in it is quoted on its own. */
export function quotedValue(value: Json | undefined, longest = LONGEST): string {
  if (value === undefined) return 'absent';
  if (typeof value === 'string') return quoted(value, longest);
  const text = render(value);
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}... [${text.length} characters, sha256 ${shortDigest(sha256(canonicalize(value)))}]`;
}

function render(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(render).join(', ')}]`;
  if (!(value instanceof Map)) return String(value);
  const members = [...value].sort(([a], [b]) => compareUtf8(a, b));
  return `{${members.map(([name, member]) => `${quoted(name)}: ${render(member)}`).join(', ')}}`;
}

/** Enough of a digest for the eye; the whole is covered by the digest of all changes. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 16)}...`;
}

/** With milliseconds where there are any: two instants that differ never look alike. */
export function instant(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

/** Names of a list, the first few; nothing hides behind “more”, because the count and a digest cover them all. */
export function listed(items: readonly string[], most = 20, show: (item: string) => string = quoted): string {
  const first = items
    .slice(0, most)
    .map((item) => show(item))
    .join(', ');
  if (items.length <= most) return first;
  const digest = shortDigest(sha256(canonicalize([...items])));
  return `${first} and ${items.length - most} more [sha256 of all ${items.length}: ${digest}]`;
}
