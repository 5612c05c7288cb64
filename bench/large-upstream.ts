/**
 * A large upstream in a directory: 2^bits succinct bins (TAP 15) that share a million targets, as a package index would
 * publish them (PEP 458 has 16,384 bins). Only metadata: nobody carries its targets. Signed with the real parts of the
 * sample’s author, one bin at a time, so that making it needs little memory.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bins, rootPart, snapshotPart, targetsPart, timestampPart } from '../src/sample/parts.ts';
import { type Keyholders, signFile } from '../src/sample/signing.ts';
import { type Signer, signerFromSeed } from '../src/sign/signer.ts';

export interface LargeUpstreamSize {
  readonly bitLength: number;
  readonly targets: number;
}

const DAY_MS = 86_400_000;

/** @returns the number of bytes of all metadata files */
export async function writeLargeUpstream(directory: string, size: LargeUpstreamSize, now: Date): Promise<number> {
  const metadata = join(directory, 'metadata');
  await mkdir(metadata, { recursive: true });
  let written = 0;
  const write = async (name: string, bytes: Uint8Array): Promise<void> => {
    written += bytes.length;
    await writeFile(join(metadata, name), bytes);
  };
  const issue = { version: 1, expires: new Date(now.getTime() + 90 * DAY_MS) };
  const bins: Bins = { ...heldBy('bins'), bitLength: size.bitLength, namePrefix: 'bin' };
  const listed = new Map<string, { issue: typeof issue; bytes: Uint8Array }>();
  const author = async (role: string, bytes: Uint8Array): Promise<void> => {
    // The snapshot lists length and digest of each, so the bytes must be at hand; a digest alone would do.
    listed.set(role, { issue, bytes });
    await write(`1.${role}.json`, bytes);
  };

  const targets = targetsPart({ ...issue, targets: new Map(), delegations: [], bins });
  await author('targets', signFile('targets', targets, [signerNamed('targets')]));
  for (const [bin, paths] of pathsByBin(size).entries()) {
    const content = new Map(paths.map((path) => [path, Buffer.from(path, 'utf8')]));
    const part = targetsPart({ ...issue, targets: content, delegations: [] });
    await author(binName(bins, bin), signFile('bin', part, bins.signers));
  }
  const snapshot = signFile('snapshot', snapshotPart(issue, listed, true), [signerNamed('snapshot')]);
  await write('1.snapshot.json', snapshot);
  const timestamp = timestampPart(issue, issue, snapshot, true);
  await write('timestamp.json', signFile('timestamp', timestamp, [signerNamed('timestamp')]));
  const roles = new Map(['root', 'timestamp', 'snapshot', 'targets'].map((role) => [role, heldBy(role)]));
  await write('1.root.json', signFile('root', rootPart(issue, roles, true), [signerNamed('root')]));
  return written;
}

function pathsByBin({ bitLength, targets }: LargeUpstreamSize): string[][] {
  const bins = Array.from({ length: 2 ** bitLength }, (): string[] => []);
  for (let index = 0; index < targets; index++) {
    const path = `packages/${String(index % 7919)}/example-package-${String(index)}-1.0.${String(index % 97)}.tar.gz`;
    const first = createHash('sha256').update(path).digest().readUInt32BE();
    bins[Math.floor(first / 2 ** (32 - bitLength))]?.push(path);
  }
  return bins;
}

function binName({ bitLength, namePrefix }: Bins, bin: number): string {
  return `${namePrefix}-${bin.toString(16).padStart(Math.ceil(bitLength / 4), '0')}`;
}

const signers = new Map<string, Signer>();

function signerNamed(name: string): Signer {
  const seed = new Uint8Array(createHash('sha256').update(`bench ${name}`).digest());
  const signer = signers.get(name) ?? signerFromSeed(seed);
  signers.set(name, signer);
  return signer;
}

function heldBy(name: string): Keyholders {
  return { signers: [signerNamed(name)], threshold: 1 };
}
