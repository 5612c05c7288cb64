/** “There is none” is said by the Notary server alone; every other answer means that nothing is known (H-01). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT } from '../../../src/tuf/names.ts';
import { refusal } from '../refusals.ts';
import { serve } from '../servers.ts';
import { file, GUN, NOT_FOUND, notary, refuse, trustServer } from './trust-servers.ts';

void test('H-01: METADATA_NOT_FOUND is “there is none”, with or without its detail', async (t) => {
  const withoutDetail = NOT_FOUND.replace(',"detail":{}', '');
  const server = await trustServer(t, {
    [file('3.root.json')]: (_r, response) => refuse(response, 404, withoutDetail),
  });
  const source = (await notary(t, server.url)).collection(GUN);
  for (const version of [2, 3]) {
    const said = await refusal('SOURCE_NOT_FOUND', source.byVersion(ROOT, version, 10));
    assert.equal(said.details['reason'], 'METADATA_NOT_FOUND');
    assert.equal(said.details['status'], 404);
  }
});

void test('H-01: a 404 of anybody else, and every other status, is not', async (t) => {
  const errors = (code: string): string => `{"errors":[{"code":"${code}","message":"m"}]}`;
  const answers: readonly (readonly [number, string, string | undefined])[] = [
    [404, '<html>not found</html>', undefined],
    [404, '', undefined],
    [404, errors('GENERIC_NOT_FOUND'), 'GENERIC_NOT_FOUND'],
    [404, '{"errors":[]}', undefined],
    [404, `{"errors":[{"code":"METADATA_NOT_FOUND"},{"code":"METADATA_NOT_FOUND"}]}`, undefined],
    [404, `${NOT_FOUND}${' '.repeat(1024)}`, undefined],
    [410, NOT_FOUND, 'METADATA_NOT_FOUND'],
    [400, errors('INVALID_GUN'), 'INVALID_GUN'],
    [403, NOT_FOUND, 'METADATA_NOT_FOUND'],
    [429, '', undefined],
    [500, errors('NO_STORAGE'), 'NO_STORAGE'],
    [500, errors('\\u001b[2J'), undefined],
    [503, '{"errors":', undefined],
    [204, '', undefined],
    [206, 'R', undefined],
  ];
  for (const [status, body, code] of answers) {
    const server = await trustServer(t, { [file('2.root.json')]: (_r, response) => refuse(response, status, body) });
    const source = (await notary(t, server.url)).collection(GUN);
    const said = await refusal('SOURCE_STATUS', source.byVersion(ROOT, 2, 10));
    assert.equal(said.details['status'], status);
    assert.equal(said.details['reason'], code, body);
  }
});

void test('A-01: nothing of an error but its code is repeated', async (t) => {
  const body = '{"errors":[{"code":"UNKNOWN","message":"call 555","detail":"and pay"}]}';
  const server = await trustServer(t, { [file('root.json')]: (_r, response) => refuse(response, 500, body) });
  const said = await refusal('SOURCE_STATUS', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.doesNotMatch(JSON.stringify([said.message, said.details]), /555|pay/);
});

void test('H-01: an encoded 404 is not read, and proves nothing', async (t) => {
  const server = await trustServer(t, {
    [file('2.root.json')]: (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      refuse(response, 404, NOT_FOUND);
    },
  });
  await refusal('SOURCE_STATUS', (await notary(t, server.url)).collection(GUN).byVersion(ROOT, 2, 10));
});

void test('H-01: a 404 that is cut off proves nothing', async (t) => {
  const server = await trustServer(t, {
    [file('2.root.json')]: (_request, response) => {
      response.writeHead(404, { 'content-length': NOT_FOUND.length + 1 });
      response.write(NOT_FOUND, () => response.destroy());
    },
  });
  await refusal('SOURCE_TRUNCATED', (await notary(t, server.url)).collection(GUN).byVersion(ROOT, 2, 10));
});

void test('H-01: without a /v2/ there is no Notary server, and no file is asked for', async (t) => {
  for (const status of [404, 403, 500, 204]) {
    const server = await serve(t, (_request, response) => refuse(response, status, NOT_FOUND));
    const said = await refusal('SOURCE_STATUS', (await notary(t, server.url)).collection(GUN).byVersion(ROOT, 2, 10));
    assert.match(said.what, /\/v2\/ was answered with status/);
    assert.deepEqual(server.asked, ['/v2/']);
  }
});

void test('a server that was down for a moment is asked again', async (t) => {
  let times = 0;
  const server = await trustServer(t, {
    '/v2/': (_request, response) => (times++ === 0 ? refuse(response, 503) : response.end('{}')),
    [file('root.json')]: 'R',
  });
  const source = (await notary(t, server.url)).collection(GUN);
  await refusal('SOURCE_STATUS', source.current(ROOT, 10));
  assert.equal((await source.current(ROOT, 10)).length, 1);
});
