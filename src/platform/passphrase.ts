/**
 * Passphrases come from a terminal, a file descriptor or a private file. Never from the command line or the environment:
 * both can be read by others while the program runs, and end up in histories and logs (Y-02).
 *
 * Bytes are zeroed once they are decoded. The passphrase itself is a string, because the age library takes one, and
 * strings cannot be zeroed: it stays in this process’s memory until collected. Ceremonies are short-lived processes.
 */
import { closeSync, constants, openSync, read as readCallback, type Stats, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ReadStream, isatty } from 'node:tty';
import { promisify } from 'node:util';
import { Refusal } from '../errors.ts';

/** What the command line says about where passphrases come from; with neither, a terminal is asked. */
export interface PassphraseOptions {
  /** `--passphrase-fd N`: read to its end, one line per holder, in the order in which the holders are named. */
  readonly fd?: number;
  /** `--passphrase-file PATH`: the same lines in a private file, such as one of systemd’s credentials. */
  readonly file?: string;
}

/** A new passphrase is asked for twice and must have some length; an old one is taken as it is. */
export type PassphrasePurpose = 'create' | 'open';

/** Characters that a new passphrase must have: age’s own scrypt then makes guessing slow, not hopeless. */
const MIN_LENGTH = 12;
/** Sixteen holders with long passphrases are far below this, bytes. */
const MAX_BYTES = 16_384;

const readDescriptor = promisify(readCallback);

/**
 * One passphrase per holder, in order.
 *
 * @param holders names for the prompts; also how many passphrases are expected
 * @throws USAGE_OPTION when there is no such source, it has another number of lines, or a new passphrase is too short
 * @throws USAGE_FILE when the file cannot be read; STATE_PERMISSIONS when others can read it
 */
export async function readPassphrases(
  holders: readonly string[],
  purpose: PassphrasePurpose,
  options: PassphraseOptions,
): Promise<string[]> {
  const { fd, file } = options;
  if (fd !== undefined && file !== undefined) refuse('Give --passphrase-fd or --passphrase-file, not both.');
  const passphrases =
    fd !== undefined
      ? splitLines(await readFromDescriptor(fd), holders, '--passphrase-fd')
      : file !== undefined
        ? splitLines(await readFromFile(file), holders, '--passphrase-file')
        : await askTerminal(holders, purpose);
  if (purpose === 'create')
    passphrases.forEach((passphrase, index) => requireStrength(passphrase, holders[index] ?? ''));
  return passphrases;
}

async function readFromDescriptor(fd: number): Promise<Buffer> {
  if (!Number.isSafeInteger(fd) || fd < 0) refuse('--passphrase-fd needs the number of an open file descriptor.');
  // Typed there, the passphrase would show on the screen.
  if (isatty(fd)) refuse(`File descriptor ${fd} is a terminal; without --passphrase-fd it is asked for unseen.`);
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  while (length <= MAX_BYTES) {
    const count = await readSome(fd, bytes, length);
    if (count === 0) return bytes.subarray(0, length);
    length += count;
  }
  bytes.fill(0);
  return refuse(`File descriptor ${fd} carries more than ${MAX_BYTES} bytes.`);
}

async function readSome(fd: number, bytes: Buffer, at: number): Promise<number> {
  for (;;) {
    try {
      return (await readDescriptor(fd, bytes, at, bytes.length - at, null)).bytesRead;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') {
        throw new Refusal('USAGE_OPTION', `File descriptor ${fd} cannot be read (${String(code)}).`, { cause });
      }
      // The other end set the pipe non-blocking and has not written yet.
      await wait(20);
    }
  }
}

async function readFromFile(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      // Judged on the open file: between a check by name and the opening it could be exchanged (P-05).
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Refusal('USAGE_FILE', `${path} is not a regular file.`);
      if (!isPrivate(stats)) throw new Refusal('STATE_PERMISSIONS', `${path} can be read or written by others.`);
      if (stats.size > MAX_BYTES) throw new Refusal('USAGE_FILE', `${path} is larger than ${MAX_BYTES} bytes.`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    throw new Refusal('USAGE_FILE', `${path} cannot be read (${String(code)}).`, { cause });
  }
}

/**
 * Nobody but the owner (S-09). One exception: systemd hands credentials to a service as root’s files with an access
 * list, which shows as mode 0440 with root as owner and group; nobody but root can make such a file.
 */
function isPrivate(stats: Stats): boolean {
  const isFromSystemd = stats.uid === 0 && stats.gid === 0 && (stats.mode & 0o777) === 0o440;
  return (stats.mode & 0o077) === 0 || isFromSystemd;
}

function splitLines(bytes: Buffer, holders: readonly string[], option: string): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('USAGE_OPTION', `What ${option} reads is not UTF-8 text.`, { cause });
  } finally {
    bytes.fill(0);
  }
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  // One line too many or too few would try one holder’s passphrase on another’s file.
  if (lines.length !== holders.length) {
    refuse(`${option} must give one line for each of ${holders.join(', ')}, and gives ${lines.length}.`);
  }
  if (lines.includes('')) refuse(`${option} gives an empty passphrase.`);
  return lines;
}

function requireStrength(passphrase: string, holder: string): void {
  if (Array.from(passphrase).length < MIN_LENGTH) {
    refuse(`The passphrase of ${holder} is too short: ${MIN_LENGTH} characters or more, better five random words.`);
  }
  // An arrow key or a stray paste at an unseen prompt; nobody could type it again.
  if (/[\u0000-\u001f\u007f]/.test(passphrase)) refuse(`The passphrase of ${holder} contains control characters.`);
}

async function askTerminal(holders: readonly string[], purpose: PassphrasePurpose): Promise<string[]> {
  const terminal = new Terminal();
  try {
    const passphrases: string[] = [];
    for (const holder of holders) {
      const isNew = purpose === 'create';
      const passphrase = await terminal.ask(`${isNew ? 'New passphrase' : 'Passphrase'} of ${holder}: `);
      // Checked before it is typed a second time.
      if (isNew) requireStrength(passphrase, holder);
      if (isNew && (await terminal.ask(`The same again: `)) !== passphrase) refuse('The two passphrases differ.');
      passphrases.push(passphrase);
    }
    return passphrases;
  } finally {
    terminal.close();
  }
}

const ENTER = new Set([0x0a, 0x0d]);
const ERASE = new Set([0x08, 0x7f]);
const INTERRUPT = 0x03;
const END = 0x04;
const ERASE_LINE = 0x15;

/** The controlling terminal (or a terminal on standard input) in raw mode: nothing typed is shown. */
class Terminal {
  readonly #fd: number;
  readonly #input: ReadStream;
  /** Typed and not yet asked for: a paste may bring several lines at once. */
  #typed: number[] = [];
  #wake: () => void = () => undefined;
  #hasEnded = false;

  constructor() {
    this.#fd = openTerminal();
    this.#input = new ReadStream(this.#fd);
    this.#input.setRawMode(true);
    this.#input.on('data', (chunk: Buffer) => {
      this.#typed.push(...chunk);
      chunk.fill(0);
      this.#wake();
    });
    for (const event of ['end', 'error', 'close']) {
      this.#input.on(event, () => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  async ask(prompt: string): Promise<string> {
    writeSync(this.#fd, prompt);
    const line: number[] = [];
    try {
      for (;;) {
        const byte = await this.#next();
        if (byte === undefined || byte === INTERRUPT || (byte === END && line.length === 0)) {
          refuse('The passphrase prompt was left without an answer.');
        }
        if (ENTER.has(byte)) return Buffer.from(line).toString('utf8');
        if (ERASE.has(byte)) eraseCharacter(line);
        else if (byte === ERASE_LINE) line.length = 0;
        else if (byte !== END) line.push(byte);
      }
    } finally {
      line.fill(0);
      writeSync(this.#fd, '\n');
    }
  }

  close(): void {
    this.#typed.fill(0);
    if (!this.#input.destroyed) this.#input.setRawMode(false);
    this.#input.destroy();
  }

  async #next(): Promise<number | undefined> {
    while (this.#typed.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#typed.shift();
  }
}

/** Removes one whole character, whose UTF-8 form may have several bytes. */
function eraseCharacter(line: number[]): void {
  while (((line.pop() ?? 0) & 0xc0) === 0x80);
}

function openTerminal(): number {
  try {
    const fd = openSync('/dev/tty', 'r+');
    if (isatty(fd)) return fd;
    closeSync(fd);
  } catch {
    // No controlling terminal: cron, systemd, a container without -t.
  }
  if (isatty(0)) return 0;
  return refuse(
    'There is no terminal to ask for a passphrase, and neither --passphrase-fd nor --passphrase-file is given.',
  );
}

function refuse(what: string): never {
  throw new Refusal('USAGE_OPTION', what);
}
