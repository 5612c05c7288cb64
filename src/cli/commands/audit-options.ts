/** Values that audit commands take as arguments, where commander cannot read them. */
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';

/** @throws USAGE_OPTION */
export function pointInTime(text: string, read: (text: string) => Date): Date {
  try {
    return read(text);
  } catch (cause) {
    throw new Refusal('USAGE_OPTION', `“${printable(text, 60)}” is no time.`, {
      next: 'Write a day or a time: 2026-12-24 or 2026-12-24T18:00:00Z.',
      cause,
    });
  }
}
