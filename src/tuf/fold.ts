/** Unicode case folding as Go’s JSON decoder does it, U+017F (ſ) and U+212A (Kelvin) included (J-03). */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** The first name that differs from a known one, or from another unknown one, by case only. */
export function mismatchKnown(names: Iterable<string>, known: ReadonlySet<string>): string | undefined {
  let folded: Set<string> | undefined;
  for (const name of names) {
    if (known.has(name)) continue;
    folded ??= new Set([...known].map(fold));
    if (folded.has(fold(name))) return name;
    folded.add(fold(name));
  }
  return undefined;
}
