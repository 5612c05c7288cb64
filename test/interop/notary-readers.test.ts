/** A mirror that asks its readers for tokens, and the unmodified `notary` client, which gets one by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importUpstream } from '../../src/mirror.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Readers } from '../../src/serve/readers.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, collectionMirror, SERVED } from '../simulator/collection-mirror.ts';
import { published } from '../verify/notary/looking.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';
import { startTokenServer } from './notary/token-server.ts';

const skip = whyNoNotary();

test('the client is sent for a token, shows it, and lists; without a right it reads nothing', { skip }, async (t) => {
  const tokens = await startTokenServer(t);
  const { realm = '', service = '', issuer = '', rootcertbundle = '' } = tokens.settings;
  const settings = { realm, service, issuer, certificateFiles: [rootcertbundle] };
  const { mirror, clock, collection } = await collectionMirror(t, published(new SimulatedCollection()));
  clock.step(Date.now() - clock.now().getTime());
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  await importUpstream(mirror, { repository: APP, openSource, decisions: [], claim: {} });
  const readers = await Readers.open(settings, systemClock);
  const loopback = await serveOnLoopback(mirror, { data: mirror.dataDirectory }, readers);
  t.after(() => loopback.stop());
  const { origin } = new URL(loopback.url(APP));

  const { exitCode, out, err } = await new Reader(t, origin).list(SERVED);
  assert.equal(exitCode, 0, err + out);
  assert.match(out, /targets/);
  assert.deepEqual([...new Set(tokens.asked.map(({ scope }) => scope))], [`repository:${SERVED}:pull`]);

  // Tokens of this server are not believed by a mirror that another issuer was named to.
  const strangers = await Readers.open({ ...settings, issuer: 'somebody else' }, systemClock);
  const other = await serveOnLoopback(mirror, { data: mirror.dataDirectory }, strangers);
  t.after(() => other.stop());
  const refused = await new Reader(t, new URL(other.url(APP)).origin).list(SERVED);
  assert.notEqual(refused.exitCode, 0);
  assert.match(refused.err + refused.out, /not authorized|401/);
});
