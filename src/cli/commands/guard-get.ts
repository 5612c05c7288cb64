/**
 * `countersign guard get`: a target, verified, as a file that appears whole or not at all, or on standard output. Upstream
 * chooses a target’s name; it becomes a file’s name only where it can be nothing else (P-01, P-02).
 */
import { Readable } from 'node:stream';
import { Option } from 'commander';
import { dirname, resolve } from 'node:path';
import { CollectionGuard } from '../../client/collection-guard.ts';
import { Refusal } from '../../errors.ts';
import type { Disk } from '../../platform/disk.ts';
import { printable, unsafeFileName } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type AskedGiven, modeOption, nameOption, openAnswerer } from '../guard-target.ts';
import type { Invocation } from '../invocation.ts';
import { verdictDocument } from '../verdict-document.ts';
import { verdictLines } from '../verdict-lines.ts';

interface Given extends AskedGiven {
  readonly target: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** They are held in memory until the last one was checked. */
const MOST_POURED_BYTES = 256 * 2 ** 20;
const STANDARD_OUTPUT = '-';

export const guardGetCommand = defineCommand<Given>({
  name: 'get',
  summary: 'fetch a target, verified from the pin',
  details:
    'Without -o it becomes a new file here, under the last part of its name. -o replaces a file; “-o -” writes to ' +
    'standard output, and the verdict to standard error. Nothing is written that was not verified whole.',
  arguments: [['<target>', 'its name, as upstream lists it']],
  options: [new Option('-o, --output <file>', 'where it goes; “-” for standard output'), nameOption(), modeOption()],
  examples: [
    'countersign guard get trusted_root.json',
    'countersign guard get trusted_root.json --name sigstore --mode offline -o /etc/sigstore/trusted_root.json',
  ],
  changesSomething: true,
  async perform(invocation, { target, name, mode, output, json }) {
    const toStandardOutput = output === STANDARD_OUTPUT;
    if (toStandardOutput && json === true) {
      throw new Refusal('USAGE_OPTION', 'Standard output cannot carry the target and its verdict as JSON.', {
        next: 'Name a file with -o.',
      });
    }
    const place = toStandardOutput ? undefined : await placeOf(invocation, target, output);
    const answerer = await openAnswerer(invocation, name);
    if (answerer instanceof CollectionGuard) {
      throw new Refusal('USAGE_OPTION', `${answerer.pin.repository} is a collection: its images lie in the registry.`, {
        next: `Ask for the digest and pull that: countersign guard resolve ${printable(target, 60)}.`,
      });
    }
    const { verdict, content } = await answerer.open(target, { mode });
    const lines = verdictLines(verdict, invocation.surroundings.out.columns);
    if (place === undefined) {
      for (const line of lines) invocation.remark(line);
      if (!invocation.isRehearsal) await invocation.surroundings.pour(await wholeOf(content, verdict.length ?? 0));
      return undefined;
    }
    if (!invocation.isRehearsal) await write(invocation.disk, place, content);
    return {
      lines: [...lines, '', `${invocation.isRehearsal ? 'Would write' : 'Wrote'} ${place.path}`],
      document: { ...verdictDocument(verdict), file: place.path, dryRun: invocation.isRehearsal },
    };
  },
});

/** Whoever reads from a pipe acts on each piece, so the first one is handed out after the last one was checked. */
async function wholeOf(content: AsyncIterable<Uint8Array>, length: number): Promise<AsyncIterable<Uint8Array>> {
  if (length > MOST_POURED_BYTES) {
    throw new Refusal('USAGE_OPTION', `The target has ${length} bytes, too many for standard output.`, {
      next: 'Say where it goes with -o FILE.',
    });
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Readable.from(pieces);
}

interface FilePlace {
  readonly path: string;
  readonly mayReplace: boolean;
}

/** Decided before anything is asked. @throws USAGE_OPTION, USAGE_FILE */
async function placeOf(invocation: Invocation, target: string, output: string | undefined): Promise<FilePlace> {
  const { workingDirectory } = invocation.surroundings;
  if (output !== undefined) {
    const place = { path: resolve(workingDirectory, output), mayReplace: true };
    await requireFree(invocation.disk, place);
    return place;
  }
  const last = target.slice(target.lastIndexOf('/') + 1);
  const reason = unsafeFileName(last);
  if (reason !== undefined) {
    throw new Refusal('USAGE_OPTION', `“${printable(last)}” will not become a file’s name: ${reason}.`, {
      next: 'Say where it goes with -o FILE.',
    });
  }
  const place = { path: resolve(workingDirectory, last), mayReplace: false };
  await requireFree(invocation.disk, place);
  return place;
}

/** A device, a link or a folder is never replaced: /dev/null would be a file afterwards. @throws USAGE_FILE */
async function requireFree(disk: Disk, { path, mayReplace }: FilePlace): Promise<void> {
  const stats = await disk.stat(path);
  if (stats === undefined || (mayReplace && stats.isFile())) return;
  const what = stats.isFile() ? 'exists already' : 'is there and is no regular file';
  throw new Refusal('USAGE_FILE', `${printable(path)} ${what}.`, { next: 'Say where it goes with -o FILE.' });
}

async function write(disk: Disk, place: FilePlace, content: AsyncIterable<Uint8Array>): Promise<void> {
  // With a dot behind it, a link to a folder is the folder, and a file is none.
  if ((await disk.stat(`${dirname(place.path)}/.`)) === undefined) {
    throw new Refusal('USAGE_FILE', `The folder ${printable(dirname(place.path))} does not exist.`);
  }
  const staged = await disk.stage(dirname(place.path));
  try {
    for await (const chunk of content) await staged.append(chunk);
    // Somebody may have put something there meanwhile.
    await requireFree(disk, place);
    await staged.place(place.path);
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
