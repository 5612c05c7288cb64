/**
 * Path patterns of delegations, with the specification’s meaning and in linear time (D-04): as many “/”-separated parts
 * as the name, `*` for any run without “/”, `?` for one code point, case-sensitive, leading dots not special, and plain
 * `[abc]`, `[a-z]` classes, which every large client has. Braces, `!`, `^` and `(` mean themselves: clients disagree
 * about them, so `isAmbiguousPattern` reports them at import.
 * Source: TUF 1.0.34, “targets.json and delegated target roles: paths”.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const patternParts = pattern.split('/');
  const pathParts = path.split('/');
  return (
    patternParts.length === pathParts.length &&
    patternParts.every((part, at) => matchesPart(Array.from(part), Array.from(pathParts[at] ?? '')))
  );
}

/** Whether clients are known to read the pattern differently. */
export function isAmbiguousPattern(pattern: string): boolean {
  return /[[\]{}!+@()\\#^]/.test(pattern);
}

/** One part: on a mismatch only the last star is retried, which bounds the work to pattern × name (no ReDoS). */
function matchesPart(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < text.length) {
    const consumed = at < pattern.length ? matchesOne(pattern, at, text[position] ?? '') : 0;
    if (pattern[at] === '*') {
      star = at++;
      starPosition = position;
    } else if (consumed > 0) {
      at += consumed;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** How many pattern elements match this one character: 0 when they do not. */
function matchesOne(pattern: readonly string[], at: number, character: string): number {
  const element = pattern[at];
  if (element === '?') return 1;
  if (element !== '[') return element === character ? 1 : 0;
  const end = pattern.indexOf(']', at + 2);
  if (end < 0) return character === '[' ? 1 : 0;
  for (let i = at + 1; i < end; i++) {
    const low = pattern[i] ?? '';
    const isRange = pattern[i + 1] === '-' && i + 2 < end;
    const high = isRange ? (pattern[i + 2] ?? '') : low;
    if (low <= character && character <= high) return end - at + 1;
    if (isRange) i += 2;
  }
  return 0;
}
