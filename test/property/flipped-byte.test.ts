/**
 * One changed byte anywhere in a published generation is refused by a client: by our own walk on many places, by tuf-js,
 * unmodified and over a real loopback connection, on some.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { Updater } from 'tuf-js';
import { isRefusal } from '../../src/errors.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { targetFileNames } from '../../src/tuf/names.ts';
import { refreshAsClient } from '../../src/verify/as-client.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { TestMirror } from '../simulator/mirror.ts';
import { viewOf } from '../simulator/published.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { runs } from './runs.ts';

const cleanUps: (() => Promise<void>)[] = [];
after(() => Promise.all(cleanUps.map((cleanUp) => cleanUp())));

/** What is published: metadata by name, and the target by its URL path. */
let metadata: Map<string, Uint8Array>;
let target: { readonly path: string; readonly name: string; readonly bytes: Uint8Array };
/** When the client asks. */
const LATER = new Date(NOW.getTime() + DAY / 4);

before(async () => {
  const mirror = await TestMirror.open({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'delegated', { paths: ['dir/*'] });
  upstream.add('dir/file', 'the content of a target', 'delegated').publish();
  const mirrored = await mirror.enrol(upstream);
  await mirrored.importNow();
  upstream.author.keyholders.set('targets', { signers: [upstream.signer('new targets')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish('targets');
  mirrored.clock.advance(DAY / 4);
  await mirrored.importNow();
  const current = mirrored.mirror.reader.current(mirrored.id);
  metadata = mirrored.published();
  // Only what a client of this generation fetches; older versions stay served for those in the middle of an update.
  const snapshot = `${String(current?.snapshotVersion)}.snapshot.json`;
  const wanted = ['1.root.json', '2.root.json', 'timestamp.json', snapshot, '2.targets.json', '1.delegated.json'];
  metadata = new Map([...metadata].filter(([name]) => wanted.includes(name)));
  const [carried] = mirrored.mirror.reader.importTargets(mirrored.lastImport.number);
  assert.ok(carried && metadata.size === wanted.length);
  const bytes = Buffer.from('the content of a target');
  target = { path: carried.path, name: targetFileNames(carried.path, carried.sha256).prefixedFile, bytes };
});

test('our own client refuses every generation with one changed byte', async () => {
  await refresh(metadata);
  const names = [...metadata.keys()].filter((name) => name !== '1.root.json');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (name, place, mask) => {
        const damaged = changed(metadata.get(name) ?? new Uint8Array(), place, mask);
        if (isSameSignature(damaged, metadata.get(name))) return;
        await assert.rejects(refresh(new Map([...metadata, [name, damaged]])), (error) => isRefusal(error));
      },
    ),
    runs(250, 20_000),
  );
});

test('our own client refuses a generation with a byte too few or too many', async () => {
  for (const [name, bytes] of metadata) {
    if (name === '1.root.json') continue;
    for (const other of [bytes.subarray(0, -1), bytes.subarray(1), Buffer.concat([bytes, Buffer.from('x')])]) {
      await assert.rejects(refresh(new Map([...metadata, [name, other]])), (error) => isRefusal(error));
    }
  }
});

test('tuf-js, unmodified and over HTTP, accepts the generation and refuses it with one changed byte', async ({
  mock,
}) => {
  // tuf-js asks the runtime for the time.
  mock.timers.enable({ apis: ['Date'], now: LATER });
  const files = new Map([...metadata].map(([name, bytes]) => [`/metadata/${name}`, bytes]));
  files.set(`/targets/${target.name}`, target.bytes);
  assert.deepEqual(await downloadWithTufJs(files), target.bytes);
  const names = [...files.keys()].filter((name) => name !== '/metadata/1.root.json');
  const place = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(place, async ([name, at, mask]) => {
      const damaged = changed(files.get(name) ?? new Uint8Array(), at, mask);
      if (isSameSignature(damaged, files.get(name))) return;
      await assert.rejects(downloadWithTufJs(new Map([...files, [name, damaged]])));
    }),
    runs(15, 500),
  );
});

function refresh(files: ReadonlyMap<string, Uint8Array>): Promise<unknown> {
  const root = metadata.get('1.root.json') ?? new Uint8Array();
  const rules = { now: LATER, limits: DEFAULT_LIMITS, depth: 'all' } as const;
  return refreshAsClient(viewOf(files), { root }, rules);
}

function changed(bytes: Uint8Array, place: number, mask: number): Uint8Array {
  return bytes.map((byte, at) => (at === place % bytes.length ? byte ^ mask : byte));
}

/** Hexadecimal digits of a signature may be in either case: those bytes say the very same. */
function isSameSignature(damaged: Uint8Array, original: Uint8Array | undefined): boolean {
  const folded = (bytes: Uint8Array = new Uint8Array()): string =>
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/"sig":"[0-9a-fA-F]+"/g, (signature) => signature.toLowerCase());
  return folded(damaged) === folded(original);
}

async function downloadWithTufJs(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-tuf-js-'));
  const server = await listen(files);
  try {
    const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const paths = { metadataDir: join(directory, 'metadata'), targetDir: join(directory, 'targets') };
    for (const path of Object.values(paths)) await mkdir(path);
    await writeFile(join(paths.metadataDir, 'root.json'), files.get('/metadata/1.root.json') ?? '');
    const updater = new Updater({
      ...paths,
      metadataBaseUrl: `${base}/metadata`,
      targetBaseUrl: `${base}/targets`,
      config: { fetchRetries: 0, fetchTimeout: 2000 },
    });
    await updater.refresh();
    const found = await updater.getTargetInfo(target.path);
    assert.ok(found, 'the target is not found');
    await updater.downloadTarget(found);
    return target.bytes;
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function listen(files: ReadonlyMap<string, Uint8Array>): Promise<Server> {
  const server = createServer((request, response) => {
    const bytes = files.get(decodeURIComponent(request.url ?? ''));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
