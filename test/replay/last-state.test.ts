/**
 * The newest recorded state, at its own date and three months later, when upstream’s root and timestamp have expired and
 * its one delegation as well: what a mirror rescues, what it cannot, and whether it says so.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { initTUF } from '@sigstore/tuf';
import { statusOf } from '../../src/status.ts';
import { type Published, publishedAt, skip, THREE_MONTHS_LATER } from './published-state.ts';
import { StockTufJs } from './stock-tuf-js.ts';

/** A new tuf-js, and a new @sigstore/tuf as its users configure it: mirrorURL and rootPath. */
async function newClients({
  served,
  repository,
}: Published): Promise<Map<string, (target: string) => Promise<Buffer>>> {
  const url = served.url(repository);
  const response = await fetch(`${url}/metadata/1.root.json`);
  const root = Buffer.from(await response.arrayBuffer());
  const home = mkdtempSync(join(served.directory, 'sigstore-'));
  const rootPath = join(home, 'mirror-root.json');
  writeFileSync(rootPath, root);
  const cachePath = join(home, 'cache');
  mkdirSync(cachePath);
  const tufJs = new StockTufJs(served.directory, root);
  return new Map([
    [
      'tuf-js',
      async (target) => {
        const bytes = await tufJs.fetch(target, url);
        assert.ok(bytes, `${target} is found`);
        return bytes;
      },
    ],
    [
      '@sigstore/tuf',
      async (target) => {
        const client = await initTUF({ mirrorURL: url, rootPath, cachePath, retry: 0, timeout: 5000 });
        return Buffer.from(await client.getTarget(target));
      },
    ],
  ]);
}

/** As-of as the mirror’s newest timestamp states it, signed. */
async function statedAsOf({ served, repository }: Published): Promise<string> {
  interface Timestamp {
    signed: { 'x-countersign': { as_of: { timestamp_expires: string } } };
  }
  const response = await fetch(`${served.url(repository)}/timestamp.json`);
  return ((await response.json()) as Timestamp).signed['x-countersign'].as_of.timestamp_expires;
}

/** @sigstore/tuf wraps what tuf-js said. */
function isAboutExpiry(error: unknown): boolean {
  return error instanceof Error && (/expired/i.test(error.message) || isAboutExpiry(error.cause));
}

void test(
  'The newest state at its own date: tuf-js and @sigstore/tuf get the trusted root and the keys behind the only delegation',
  { skip },
  async (t) => {
    const published = await publishedAt(t);
    if (!published) return;
    const { state, delegation } = published;
    for (const [client, get] of await newClients(published)) {
      for (const target of ['trusted_root.json', delegation.target])
        assert.deepEqual(await get(target), state.bytes(`targets/${target}`), `${client} gets ${target}`);
    }
  },
);

void test(
  'X-04: three months later the trusted root still works, and the expired delegation is named as upstream’s to renew',
  { skip },
  async (t) => {
    const published = await publishedAt(t, THREE_MONTHS_LATER);
    if (!published) return;
    const { served, repository, state, delegation } = published;
    for (const name of ['timestamp', 'root']) {
      const { signed } = JSON.parse(state.bytes(`metadata/${name}.json`).toString()) as { signed: { expires: string } };
      assert.ok(new Date(signed.expires) < THREE_MONTHS_LATER, `upstream’s ${name} has expired`);
    }
    for (const [client, get] of await newClients(published)) {
      assert.deepEqual(await get('trusted_root.json'), state.bytes('targets/trusted_root.json'), client);
      await assert.rejects(get(delegation.target), isAboutExpiry, `${client} refuses what its author let expire`);
    }

    const { reader } = served.mirror;
    const notes = reader.imports(repository, 1)[0]?.notes ?? [];
    const dead = notes.filter(({ kind }) => kind === 'dead-horizon');
    assert.deepEqual(
      dead.map(({ role }) => role as string),
      [delegation.role],
    );
    assert.match(dead[0]?.text ?? '', /only upstream can renew it/);
    const tolerated = notes.filter(({ kind }) => kind === 'expired-within-limit').map(({ role }) => role as string);
    assert.deepEqual(tolerated.sort(), ['root', 'timestamp']);

    const status = statusOf(served.mirror, THREE_MONTHS_LATER);
    const [{ problems, horizon }] = status.repositories as [(typeof status.repositories)[number]];
    assert.ok(status.ok, 'clients that do not need the delegation are served');
    assert.equal(horizon?.role, delegation.role);
    const problem = problems.find(({ kind }) => kind === 'dead-horizon');
    assert.equal(problem?.role, delegation.role);
    assert.equal(problem.fails, 'some clients');
    assert.equal(problem.whoActs, 'upstream');
    assert.equal(problem.canMirrorHelp, false);
    assert.match(problem.text, /only upstream can renew it/);
  },
);

void test(
  'F-04: a mirror that imported in time renews through upstream’s expiry, and its as-of stays where upstream put it',
  { skip },
  async (t) => {
    const published = await publishedAt(t);
    if (!published) return;
    const { served, clock, state } = published;
    const clients = await newClients(published);
    const asOf = statusOf(served.mirror, clock.now()).repositories[0]?.asOf;
    const { signed } = JSON.parse(state.bytes('metadata/timestamp.json').toString()) as { signed: { expires: string } };
    assert.equal(asOf, signed.expires);
    while (clock.now() < THREE_MONTHS_LATER) {
      clock.advance(Math.min(20 * 86_400_000, THREE_MONTHS_LATER.getTime() - clock.now().getTime()));
      mock.timers.setTime(clock.now().getTime());
      assert.deepEqual(
        (await served.renew()).map(({ outcome }) => outcome),
        ['renewed'],
      );
      for (const [client, get] of clients)
        assert.deepEqual(await get('trusted_root.json'), state.bytes('targets/trusted_root.json'), client);
      assert.equal(await statedAsOf(published), asOf);
    }
    assert.equal(statusOf(served.mirror, clock.now()).repositories[0]?.asOf, asOf);
  },
);
