/**
 * Lists of patterns as OpenSSH matches them: `*` any number of bytes, `?` one, `!` in front forbids, commas between.
 * Source: ssh_config(5), “PATTERNS”.
 */

/** In a longer one ssh-keygen sees no match at all. */
export const LONGEST_PATTERN = 1022;

/** Whether some pattern matches and none that starts with `!` does. */
export function matchesList(text: string, patterns: readonly string[]): boolean {
  const bytes = bytesOf(text);
  const isMatched = (pattern: string): boolean => matches(bytes, bytesOf(pattern));
  if (patterns.some((pattern) => pattern.startsWith('!') && isMatched(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && isMatched(pattern));
}

/** Whether a name stands for itself only, and cannot be read as a list or as a pattern. */
export function isExact(name: string): boolean {
  return name !== '' && !/[*?!,]/.test(name);
}

/** `?` is one byte of UTF-8 to OpenSSH: one character per byte makes both the same. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Goes back to the last `*` only: no pattern costs more than its length times the text’s. */
function matches(text: string, pattern: string): boolean {
  let [read, at] = [0, 0];
  // Where to go on when what follows the last `*` does not fit: one more byte goes to the `*`.
  let retry: { read: number; at: number } | undefined;
  while (read < text.length) {
    if (pattern[at] === '*') {
      at++;
      retry = { read: read + 1, at };
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++;
      read++;
    } else if (retry) {
      ({ read, at } = retry);
      retry = { read: read + 1, at };
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
