/**
 * Unmodified clients against a real served mirror, each through the whole life of one: first use, refresh, renewal, new
 * import, and the rotation of every key that can be rotated. What they do must be what `repo show` predicts. Real dates:
 * Go programs do not follow a faked clock. COUNTERSIGN_WRITE_TABLE=1 writes the result to docs/clients/stock-clients.md.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { authoredRoles, importContent } from '../../src/ledger/import-content.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { compatibilityOf } from '../../src/verify/compatibility.ts';
import { ServedMirror } from '../replay/served-mirror.ts';
import { availableClients, type StockClient } from './clients/clients.ts';
import type { ClientResult } from './clients/stock-client.ts';
import { STAGES, type Site } from './stages.ts';
import { type Cell, writeTable } from './table.ts';
import { type InteropUpstream, hashedBins, nestedUpstream, recordedUpstream, succinctBins } from './upstreams.ts';

/** A recording grows older every day; how old is not what this test is about. */
const MAX_UPSTREAM_AGE_DAYS = 36_500;

const { clients, absent } = await availableClients();
const cells: Cell[] = [];
const directory = mkdtempSync(join(tmpdir(), 'countersign-interop-'));
after(() => {
  rmSync(directory, { recursive: true, force: true });
  writeTable(cells, absent, systemClock.now());
});

for (const { name, why } of absent) test(`${name}: not here (${why})`, { skip: why });

for (const make of [nestedUpstream, hashedBins, succinctBins]) {
  const upstream = make();
  test(`stock clients follow a mirror of ${upstream.name} through every stage`, () => runStages(upstream));
}

test('stock clients follow a mirror of Sigstore’s newest recorded state', async (t) => {
  const upstream = recordedUpstream(t);
  if (upstream) await runStages(upstream);
  else t.skip('there is no archive of recorded states; COUNTERSIGN_STATES may name one');
});

async function runStages(upstream: InteropUpstream): Promise<void> {
  const served = await ServedMirror.start(systemClock);
  try {
    const repository = await served.enrol('site', upstream.name, upstream.firstRoot, MAX_UPSTREAM_AGE_DAYS);
    const { outcome } = await served.import(repository, () => upstream.openSource());
    assert.equal(outcome, 'published');
    const site: Site = { served, repository, upstream };
    const rootFile = join(directory, `${encodeURIComponent(upstream.name)}.root.json`);
    writeFileSync(rootFile, await bytesAt(`${served.url(repository)}/1.root.json`));
    const predictions = predict(site);
    const users = clients.map((offer) => offer.create(mkdtempSync(join(directory, `${offer.name}-`))));
    for (const client of users) await client.init(rootFile);
    for (const stage of STAGES) {
      if (stage.needsLiveUpstream === true && !upstream.publishMore) continue;
      const more = await stage.prepare(site);
      for (const client of users) await observe(client, site, stage.name, more, predictions);
    }
  } finally {
    await served.stop();
  }
}

interface Prediction {
  readonly verdict: string;
  readonly reasons: readonly string[];
}

/** What `repo show` says of the last import. */
function predict({ served, repository }: Site): Map<string, Prediction> {
  const { reader, clock } = served.mirror;
  const number = reader.lastAccepted(repository)?.number ?? 0;
  const content = importContent(reader, number);
  assert.ok(content.dialect === 'tuf');
  return new Map(
    compatibilityOf(content.root, authoredRoles(content), clock.now()).map(({ client, ...prediction }) => [
      client as string,
      prediction,
    ]),
  );
}

/** What a client could get: everything, what the top-level role speaks for, or nothing. */
async function observe(
  client: StockClient,
  site: Site,
  stage: string,
  more: readonly string[],
  predictions: ReadonlyMap<string, Prediction>,
): Promise<void> {
  // cosign fetches the trusted root and nothing else.
  const isCosign = client.name === 'cosign';
  const top = await fetchTargets(client, site, isCosign ? ['trusted_root.json'] : [...site.upstream.top, ...more]);
  const delegated = isCosign ? undefined : await fetchTargets(client, site, site.upstream.delegated);
  const got = !top.ok ? 'no' : delegated?.ok === false ? 'in part' : 'yes';
  const prediction = predictions.get(client.name === 'tuftool' ? 'tough' : client.name);
  const { verdict, reasons } = prediction ?? { verdict: 'not predicted', reasons: [] };
  const { name, version } = client;
  cells.push({ upstream: site.upstream.name, client: name, version, stage, got, verdict, reasons });
  // cosign reaches no delegation, so what spoils one spoils nothing that it asks for.
  const expected = { works: 'yes', fails: 'no', 'works in part': isCosign ? 'yes' : 'in part' }[verdict];
  const said = `${name} ${version}, ${stage}, predicted: ${verdict} ${reasons.join('; ')}\n${top.said}\n${delegated?.said ?? ''}`;
  assert.equal(got, expected, said);
}

/** Fetched bytes are upstream’s, or the client’s own check has failed. */
async function fetchTargets(
  client: StockClient,
  { served, repository, upstream }: Site,
  paths: readonly string[],
): Promise<ClientResult> {
  const base = served.url(repository);
  const { ok, said, files } = await client.download(`${base}/`, `${base}/targets/`, [...paths]);
  for (const [path, bytes] of files)
    assert.deepEqual(Buffer.from(bytes), Buffer.from(upstream.content(path) ?? []), `${client.name}: ${path}`);
  if (ok) assert.equal(files.size, paths.length);
  return { ok, said };
}

async function bytesAt(url: string): Promise<Buffer> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}
