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
    patternParts.every((part, at) => matchesPart(readPart(Array.from(part)), Array.from(pathParts[at] ?? '')))
  );
}

/** Whether clients are known to read the pattern differently. */
export function isAmbiguousPattern(pattern: string): boolean {
  return /[[\]{}!+@()\\#^]/.test(pattern);
}

/** What one place of a pattern stands for: any run, or one character. */
type Element = '*' | ((character: string) => boolean);

/** One part: on a mismatch only the last star is retried, which bounds the work to pattern × name (no ReDoS). */
function matchesPart(pattern: readonly Element[], text: readonly string[]): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < text.length) {
    const element = pattern[at];
    if (element === '*') {
      star = at++;
      starPosition = position;
    } else if (element?.(text[position] ?? '') === true) {
      at++;
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

/** Reads a part once, so that looking for the end of a class is never repeated while matching. */
function readPart(part: readonly string[]): Element[] {
  const lastEnd = part.lastIndexOf(']');
  const elements: Element[] = [];
  for (let at = 0; at < part.length; at++) {
    const element = part[at] ?? '';
    // The first member of a class may be “]”; a bracket that is never closed means itself.
    const end = element === '[' && at + 2 <= lastEnd ? part.indexOf(']', at + 2) : -1;
    if (end > 0) {
      elements.push(readClass(part.slice(at + 1, end)));
      at = end;
    } else if (element === '*') elements.push('*');
    else if (element === '?') elements.push(() => true);
    else elements.push((character) => character === element);
  }
  return elements;
}

function readClass(members: readonly string[]): (character: string) => boolean {
  const ranges: [low: string, high: string][] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i] ?? '';
    const high = members[i + 1] === '-' && i + 2 < members.length ? members[i + 2] : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) i += 2;
  }
  return (character) => ranges.some(([low, high]) => low <= character && character <= high);
}
