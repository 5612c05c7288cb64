/**
 * What whoever has a mirror's online keys may do to the unmodified client, recorded as it is (7.3, 7.4), and beside it what an
 * import, which is stricter, makes of the same files. Where the client refuses as well, its words are not ours to test.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Code, isRefusal } from '../../src/errors.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { lookerAt, published } from '../verify/notary/looking.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();

interface Case {
  readonly what: string;
  readonly attack: (collection: SimulatedCollection) => void;
  /** What a client with a memory lists afterwards; undefined where it refuses. */
  readonly stock: readonly string[] | undefined;
  readonly ours: Code;
}

function goBack(collection: SimulatedCollection, role: string): void {
  collection.files.set(`${role}.json`, collection.file(`1.${role}.json`));
  collection.publishSnapshot();
}

const CASES: readonly Case[] = [
  {
    what: '7.4 targets go back to a shorter version: the hole',
    attack: (collection) => goBack(collection, 'targets'),
    stock: ['v1', 'v2', 'v2.1'],
    ours: 'TRUST_ROLLBACK',
  },
  {
    what: '7.4 a delegation goes back to a shorter version: the hole',
    attack: (collection) => goBack(collection, 'targets/releases'),
    stock: ['v1', 'v1.1', 'v2'],
    ours: 'TRUST_ROLLBACK',
  },
  {
    what: '7.3 a delegation is left out of the snapshot, silently',
    attack(collection) {
      collection.hidden.add('targets/releases');
      collection.publishSnapshot();
    },
    stock: ['v1', 'v1.1'],
    ours: 'TRUST_ROLE_REMOVED',
  },
  {
    what: '7.3 a timestamp with a lower version',
    attack(collection) {
      collection.versions.timestamp = 0;
      collection.publishTimestamp();
    },
    stock: undefined,
    ours: 'TRUST_ROLLBACK',
  },
  {
    what: '7.3 targets signed by another key',
    attack(collection) {
      collection.role().signers = [collection.signer('thief')];
      collection.publish('targets');
    },
    stock: undefined,
    ours: 'TRUST_SIGNATURES',
  },
  {
    what: '7.3 a snapshot that lists another root than is served',
    attack(collection) {
      const served = collection.file('root.json');
      collection.publishRoot().publishSnapshot();
      collection.files.set('root.json', served);
      // Clients ask for the listed one by its digest.
      for (const name of collection.files.keys()) if (/^root\.[0-9a-f]{64}/.test(name)) collection.files.delete(name);
    },
    stock: undefined,
    ours: 'TRUST_TORN',
  },
  {
    what: '6.2 a root that the one before has not signed',
    attack(collection) {
      collection.rootSigners = [collection.rootSigner('thief')];
      collection.publishRoot().publishSnapshot();
    },
    stock: undefined,
    ours: 'TRUST_SIGNATURES',
  },
];

/** An evil mirror: whatever the collection has, under whatever name. */
async function serve(t: TestContext, { files }: SimulatedCollection): Promise<string> {
  const prefix = `/v2/${GUN}/_trust/tuf/`;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const bytes = url === '/v2/' ? Buffer.from('{}') : files.get(decodeURIComponent(url.slice(prefix.length)));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function tagsOf(reader: Reader): Promise<string[] | undefined> {
  const { exitCode, out } = await reader.list(GUN);
  if (exitCode !== 0) return undefined;
  return out
    .split('\n')
    .flatMap((line) => /^(v\S+)\s/.exec(line.trim())?.[1] ?? [])
    .sort();
}

for (const { what, attack, stock, ours } of CASES)
  test(`${what}: the client ${stock ? 'takes it' : 'refuses'}, an import is ${ours}`, { skip }, async (t) => {
    const collection = published(new SimulatedCollection(GUN, new Date()));
    collection.publishRoot();
    collection.add('v1.1', '12'.repeat(32)).add('v2.1', '23'.repeat(32), 'targets/releases').publish();
    const looker = lookerAt(collection);
    await looker.look();
    const reader = new Reader(t, await serve(t, collection));
    assert.deepEqual(await tagsOf(reader), ['v1', 'v1.1', 'v2', 'v2.1']);
    attack(collection);
    assert.deepEqual(await tagsOf(reader), stock);
    await assert.rejects(looker.look(), (error) => isRefusal(error, ours) || assert.fail(String(error)));
  });
