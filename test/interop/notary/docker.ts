/** A client’s own folder with what `client-config` hands out, and `docker`’s command line, which needs no engine for this. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { handedCollection } from '../../../src/handout/collections.ts';
import type { Handout } from '../../../src/handout/handout.ts';
import { forNotary } from '../../../src/handout/notary.ts';
import type { Mirror } from '../../../src/mirror.ts';
import { Disk } from '../../../src/platform/disk.ts';
import { APP, SERVED } from '../../simulator/collection-mirror.ts';
import type { Front } from './https-front.ts';

/** For the mirror behind a front. */
export async function handed(mirror: Mirror, front: Front, make: typeof forNotary): Promise<Handout> {
  const collection = handedCollection(mirror.reader, mirror.reader.enrolment(APP));
  assert.ok(collection);
  const authority = await new Disk().read(front.authorityFile, 10_000);
  return make([collection], { server: front.url, authority });
}

/** Everything in a client’s own folder, but for what is left out. */
export async function install(
  { files }: Handout,
  into: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<void> {
  const disk = new Disk();
  for (const { path, bytes } of files) {
    if (!isWanted(path)) continue;
    await disk.makePrivateDirectory(dirname(join(into, path)));
    await disk.write(join(into, path), bytes);
  }
}

export async function run(
  program: string,
  words: readonly string[],
  env: Record<string, string>,
): Promise<{ exitCode: number; out: string }> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeout: 60_000,
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, out };
}

/** `COUNTERSIGN_DOCKER` names another than the one in the path. */
const docker = process.env['COUNTERSIGN_DOCKER'] ?? 'docker';
export const noDocker = spawnSync(docker, ['--version']).error ? 'docker’s command line is not here' : false;

export function inspect(folder: string, { environment }: Handout): ReturnType<typeof run> {
  const env = { HOME: dirname(folder), DOCKER_CONFIG: folder, ...environment };
  return run(docker, ['trust', 'inspect', SERVED], env);
}

/** Tag and digest of every line that docker shows; a tag that two roles list differently has two. */
export async function signedTags(folder: string, handout: Handout): Promise<[tag: string, digest: string][]> {
  const { exitCode, out } = await inspect(folder, handout);
  assert.equal(exitCode, 0, out);
  // Warnings, about a signature that ends within half a year, come before it.
  const [told] = JSON.parse(out.slice(out.search(/^\[/m))) as {
    SignedTags: { SignedTag: string; Digest: string }[];
  }[];
  // Docker sorts by tag alone, so that two lines of one tag come in any order.
  return (told?.SignedTags ?? []).map(({ SignedTag, Digest }): [string, string] => [SignedTag, Digest]).sort();
}

/** The digest that docker would pull for a tag: it says so before it asks its engine, of which there is none. */
export async function pulled(folder: string, { environment }: Handout, tag: string): Promise<string | undefined> {
  const env = { HOME: dirname(folder), DOCKER_CONFIG: folder, DOCKER_HOST: `unix://${folder}/none`, ...environment };
  const { exitCode, out } = await run(docker, ['pull', `${SERVED}:${tag}`], env);
  assert.notEqual(exitCode, 0, 'there is an engine');
  return /@sha256:([0-9a-f]{64})/.exec(out)?.[1];
}
