/** Values of options as they are typed, each read by one function that says what was expected instead. */
import { InvalidArgumentError, Option } from 'commander';
import { parseDate } from '../tuf/dates.ts';

export function wholeNumber(text: string): number {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('It must be 1 or more.');
  return value;
}

/** RFC 3339, or a day as its first moment in UTC. */
export function time(text: string): Date {
  const date = parseDate(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!date) throw new InvalidArgumentError('It must be a time such as 2026-12-24 or 2026-12-24T18:00:00Z.');
  return date;
}

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  );
}

/** Where passphrases come from when no terminal is asked; never the command line itself (Y-02). */
export function passphraseOptions(): Option[] {
  return [
    new Option('--passphrase-fd <n>', 'read passphrases from this open file descriptor, a line each').argParser(
      wholeNumber,
    ),
    new Option('--passphrase-file <file>', 'read them from this private file'),
  ];
}

export interface PassphraseGiven {
  readonly passphraseFd?: number;
  readonly passphraseFile?: string;
}

export function passphraseSource({ passphraseFd: fd, passphraseFile: file }: PassphraseGiven): {
  fd?: number;
  file?: string;
} {
  return { ...(fd === undefined ? {} : { fd }), ...(file === undefined ? {} : { file }) };
}
