/**
 * The sample upstream of `npm start` and of tests: a whole TUF repository in a directory, as a web server would publish
 * it, `metadata/` beside `targets/`. Its keys are made when it is written. They stay in memory only, unless a private
 * directory is given: then the sample can be renewed later, and `renewSampleUpstream` signs what is half way to its end.
 *
 * Files are written in the order targets, root, authored roles, snapshot, timestamp, so that whoever reads in between
 * finds a whole state.
 */
import { join } from 'node:path';
import type { Disk } from '../platform/disk.ts';
import { signerFromSeed } from '../sign/signer.ts';
import { sha256 } from '../tuf/digest.ts';
import { targetFileNames, targetPath } from '../tuf/names.ts';
import { Author, type SampleLifetimes } from './author.ts';
import { addSampleContent } from './content.ts';
import { createPrivateState, issuesOf, readPrivateState, replacePrivateState } from './private-state.ts';

const LIFETIMES: SampleLifetimes = { root: 365, targets: 365, snapshot: 365, timestamp: 30 };
const DAY_MS = 86_400_000;

interface Place {
  /** Where it is published; made when missing. */
  readonly directory: string;
  readonly disk: Disk;
  readonly now: Date;
}

export interface NewSample extends Place {
  /** Gives fresh random bytes of a length (platform/random.ts). */
  readonly draw: (length: number) => Uint8Array;
  /** Where its keys are kept for `renewSampleUpstream`; left out, nobody can ever renew it. */
  readonly privateDirectory?: string;
}

export interface Sample {
  readonly directory: string;
  /** The first root, for enrolment: the file and where it lies. */
  readonly root: Uint8Array;
  readonly rootPath: string;
}

/** @throws STATE_ALREADY_INITIALISED when the private directory holds a sample already */
export async function writeSampleUpstream({
  directory,
  disk,
  now,
  draw,
  privateDirectory,
}: NewSample): Promise<Sample> {
  const seeds = new Map<string, Uint8Array>();
  const author = sampleAuthor(now, (role) => {
    const seed = draw(32);
    seeds.set(role, seed);
    return seed;
  });
  author.publish();
  const state = { seeds, issues: issuesOf(author) };
  if (privateDirectory !== undefined) await createPrivateState(disk, privateDirectory, state);
  await writeFiles(author, directory, disk);
  const root = author.files.get('1.root.json') ?? new Uint8Array();
  return { directory, root, rootPath: join(directory, 'metadata', '1.root.json') };
}

/**
 * Signs every role anew that is past half of its life; a new snapshot and timestamp each time.
 * @throws STATE_KEY, STATE_PERMISSIONS when the sample’s private file cannot be used
 */
export async function renewSampleUpstream(sample: Place & { readonly privateDirectory: string }): Promise<void> {
  const { directory, disk, now, privateDirectory } = sample;
  const { seeds, issues } = await readPrivateState(disk, privateDirectory);
  const author = sampleAuthor(now, (role) => {
    const seed = seeds.get(role);
    if (!seed) throw new TypeError(`the sample has no key for ${role}`);
    return seed;
  });
  const all = [
    ['root', author.root],
    ['timestamp', author.timestamp],
    ['snapshot', author.snapshot],
    ...author.roles,
  ] as const;
  for (const [role, issue] of all) Object.assign(issue, issues.get(role));
  // Ed25519 is deterministic: what is not due is the same file again, so snapshot lists it as before.
  author.signRoot();
  for (const role of author.roles.keys()) author.signRole(role);
  if (isDue(author.root.expires, LIFETIMES.root, now)) author.publishRoot();
  author.publish(
    ...[...author.roles].filter(([, role]) => isDue(role.expires, LIFETIMES.targets, now)).map(([name]) => name),
  );
  await replacePrivateState(disk, privateDirectory, { seeds, issues: issuesOf(author) });
  await writeFiles(author, directory, disk);
}

function sampleAuthor(now: Date, seedFor: (role: string) => Uint8Array): Author {
  const author = new Author({ now, lifetimes: LIFETIMES, signerFor: (role) => signerFromSeed(seedFor(role)) });
  addSampleContent(author);
  return author;
}

async function writeFiles(author: Author, directory: string, disk: Disk): Promise<void> {
  for (const { targets } of author.roles.values()) {
    for (const [path, bytes] of targets) {
      const { prefixedFile } = targetFileNames(targetPath(path), sha256(bytes));
      await write(disk, [directory, 'targets', ...prefixedFile.split('/')], bytes);
    }
  }
  // The Map has them in the order in which they were signed, timestamp last.
  for (const [name, bytes] of author.files) await write(disk, [directory, 'metadata', name], bytes);
}

async function write(disk: Disk, segments: readonly string[], bytes: Uint8Array): Promise<void> {
  await disk.makePrivateDirectory(join(...segments.slice(0, -1)));
  await disk.write(join(...segments), bytes);
}

function isDue(expires: Date, lifetimeDays: number, now: Date): boolean {
  return expires.getTime() - now.getTime() <= (lifetimeDays * DAY_MS) / 2;
}
