/** Sources that cannot be reached: always the same code, with the host and a plain reason. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { refusal } from './refusals.ts';
import { door, getText, serve, serveRaw } from './servers.ts';

void test('a closed port is “connection refused”, with the host', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const opened = await door(t);
  for (const host of ['127.0.0.1', 'localhost']) {
    const said = await refusal('SOURCE_UNREACHABLE', getText(opened, new URL(`http://${host}:${port}/`)));
    assert.equal(said.what, `${host}:${port} cannot be reached: connection refused.`);
  }
});

void test('a name that does not exist is said to', async (t) => {
  const said = await refusal('SOURCE_UNREACHABLE', getText(await door(t), new URL('http://upstream.invalid/')));
  assert.match(said.what, /upstream\.invalid cannot be reached: (the name does not resolve|name lookup)/);
});

void test('a server that hangs up without an answer is unreachable, not empty', async (t) => {
  const server = await serveRaw(t, (socket) => {
    socket.once('data', () => socket.end());
  });
  await refusal('SOURCE_UNREACHABLE', getText(await door(t), server.url));
});

void test('a connection that upstream closed meanwhile is replaced', async (t) => {
  const server = await serve(t, (_request, response) => {
    response.end('ok');
    response.socket?.end();
  });
  const opened = await door(t);
  for (let time = 0; time < 3; time++) assert.equal(await getText(opened, server.url), 'ok');
});

void test('other schemes are refused before anything is asked', async (t) => {
  for (const address of ['ftp://127.0.0.1/x', 'file:///etc/passwd', 'javascript:1']) {
    await refusal('USAGE_OPTION', getText(await door(t), new URL(address)));
  }
});
