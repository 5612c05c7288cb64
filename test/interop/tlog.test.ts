/**
 * Logs that others verify: Go’s golang.org/x/mod/sumdb and torchwood, unchanged, read what `src/tlog/` makes, and make what it
 * reads. The program in `tlog/` is built here; without Go, or without its modules, there is nothing to ask.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatCheckpoint, openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { consistencyProof } from '../../src/tlog/consistency.ts';
import { inclusionProof } from '../../src/tlog/inclusion.ts';
import { formatNote, parseNoteKey } from '../../src/tlog/note.ts';
import { entryBundle, tileBytes, type TileLevel, tilePath, tileWidth } from '../../src/tlog/tiles.ts';
import { countWitnesses, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { GO_VECTORS } from '../tlog/go-vectors.ts';
import { GrownTree } from '../tlog/grown-tree.ts';
import { LOG, logLine, TestWitness } from '../tlog/test-keys.ts';

const SOURCE = fileURLToPath(new URL('./tlog', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'countersign-tlog-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const PROGRAM = join(directory, 'tlogreference');
const skip = whyNot();

/** Go by name, or where its own installation puts it. */
function whyNot(): string | false {
  const go = ['go', '/usr/local/go/bin/go'].find((name) => spawnSync(name, ['version']).status === 0);
  if (go === undefined) return 'Go is not here';
  const { status, stderr } = spawnSync(go, ['build', '-o', PROGRAM, '.'], { cwd: SOURCE, encoding: 'utf8' });
  return status === 0
    ? false
    : `its modules are not here, or it does not build: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

function runProgram(verb: string, input = ''): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(PROGRAM, [verb], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** Entries of the counting tree. */
const SIZE = 1500;
const TIME = 1_795_000_000;
const tree = GrownTree.counting(SIZE);
const witness = new TestWitness('w.example/one', 61);
const body = formatCheckpoint({ origin: LOG.key.name, size: SIZE, root: tree.root() });

interface Made {
  readonly checkpoint: string;
  readonly inclusions: object[];
  readonly consistencies: object[];
  readonly tiles: Record<string, string>;
}

/** Everything of a log, as the program in Go reads it. */
function madeHere(): Made & Record<string, unknown> {
  const places = [0, 1, 2, 255, 256, 257, 511, 1023, 1024, 1025, SIZE - 2, SIZE - 1];
  const sizes = [1, 2, 3, 256, 257, 1024, 1025, SIZE];
  return {
    logKey: LOG.key.text,
    witnessName: witness.key.name,
    witnessSeed: base64(new Uint8Array(32).fill(61)),
    checkpoint: formatNote(body, [logLine(body), witness.cosign(body, TIME)]),
    entries: entries(0, SIZE).map(base64),
    inclusions: sizes.flatMap((size) =>
      places
        .filter((index) => index < size)
        .map((index) => ({
          ...{ index, size, root: base64(tree.root(size)) },
          proof: inclusionProof(index, size, tree).map(base64),
        })),
    ),
    consistencies: sizes.flatMap((to) =>
      sizes
        .filter((from) => from <= to)
        .map((from) => ({
          ...{ from, fromRoot: base64(tree.root(from)), to, toRoot: base64(tree.root(to)) },
          proof: consistencyProof(from, to, tree).map(base64),
        })),
    ),
    tiles: Object.fromEntries((['entries', 0, 1] as const).flatMap(tilesOf)),
  };
}

function tilesOf(level: TileLevel): [path: string, content: string][] {
  const made: [string, string][] = [];
  for (let index = 0, width; (width = tileWidth(level, index, SIZE)) > 0; index++) {
    const bytes =
      level === 'entries'
        ? entryBundle(entries(index * 256, index * 256 + width))
        : tileBytes(level, index, width, tree);
    made.push([tilePath(level, index, width), base64(bytes)]);
  }
  return made;
}

function entries(start: number, end: number): Buffer[] {
  return Array.from({ length: end - start }, (_, place) => Buffer.from(String(start + place)));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

test('the committed vectors are what Go makes', { skip }, () => {
  assert.equal(runProgram('vectors').stdout, readFileSync(GO_VECTORS, 'utf8'));
});

test('Go accepts our checkpoint, cosignature, proofs, tiles and bundles; its witness is counted here', { skip }, () => {
  const { status, stdout, stderr } = runProgram('check', JSON.stringify(madeHere()));
  assert.equal(status, 0, stderr);
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  const { witnessKey, cosigned, ...told } = answer;
  assert.deepEqual(told, { cosignedAt: TIME, tilesRead: 7, entriesRead: SIZE });
  assert.equal(parseNoteKey(String(witnessKey)).text, witness.key.text);
  // What torchwood's witness writes now, signed by it alone, with our log's line added.
  const line = String(cosigned).split('\n').at(-2) ?? '';
  const checkpoint = openCheckpoint(formatNote(body, [logLine(body), line]), LOG.key);
  const policy = parseWitnessPolicy(`witness w ${String(witnessKey)}\nquorum w\n`);
  const { isQuorum, quorumAt } = countWitnesses(policy, checkpoint);
  assert.ok(isQuorum);
  assert.ok(quorumAt !== undefined && quorumAt > 1_700_000_000);
});

test('Go refuses what was altered, so its acceptance means something', { skip }, () => {
  const made = madeHere();
  const withFlipped = (prefix: string): Partial<Made> => {
    const [path = '', content = ''] = Object.entries(made.tiles).find(([name]) => name.startsWith(prefix)) ?? [];
    const bytes = Buffer.from(content, 'base64');
    bytes[2] = (bytes[2] ?? 0) ^ 1;
    return { tiles: { ...made.tiles, [path]: base64(bytes) } };
  };
  const altered: readonly (readonly [Partial<Made>, RegExp])[] = [
    [{ checkpoint: made.checkpoint.replace('\n1500\n', '\n1501\n') }, /invalid signature/],
    [{ inclusions: [{ ...made.inclusions.at(-1), index: 5 }] }, /inclusion of 5/],
    [{ consistencies: [{ ...made.consistencies.at(-2), from: 1023 }] }, /consistency from 1023/],
    [withFlipped('tile/entries/'), /entry 0 in its bundle/],
    // Before golang.org/x/mod 0.40 this one was accepted (CVE-2026-56865).
    [withFlipped('tile/0/'), /inconsistent tile/],
  ];
  for (const [part, words] of altered) {
    const { status, stderr } = runProgram('check', JSON.stringify({ ...made, ...part }));
    assert.equal(status, 1);
    assert.match(stderr, words);
  }
});
