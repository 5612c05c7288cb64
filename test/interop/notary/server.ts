/**
 * A real `notary-server` for one test: Debian's package, unchanged, on a free port of 127.0.0.1, with its storage in memory.
 * The keys for timestamps are its own, or a real `notary-signer`'s. They end with the test, and also when its process is killed.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { newAuthority } from '../../acquire/certificates.ts';
import { freePort } from '../free-port.ts';

export interface RealNotary {
  readonly url: URL;
  /** PEM file of the authority that certified it. */
  readonly authorityFile: string;
  /** For whatever a test writes; removed with the server. */
  readonly folder: string;
}

export interface ServerSettings {
  /** Of the keys that the server signs timestamps and snapshots with. */
  readonly keyAlgorithm?: 'ed25519' | 'ecdsa' | 'rsa';
  /** Of a program of its own, `notary-signer`, as big installations have it; otherwise in the server itself. */
  readonly hasSigner?: boolean;
  /** Names of collections that it takes; anything else is none of its. */
  readonly gunPrefixes?: readonly string[];
  /** Of a token server, whose tokens it then asks for. */
  readonly tokens?: Readonly<Record<string, string>>;
}

/** Why there is no real Notary here; false when there is one. For `skip`. */
export function whyNoNotary(): string | false {
  const missing = ['notary', 'notary-server', 'notary-signer'].filter(
    (name) => spawnSync(name, ['-version']).error !== undefined,
  );
  return missing.length === 0 ? false : `${missing.join(' and ')} not here: Debian’s package “notary” has them`;
}

export async function startNotary(t: TestContext, settings: ServerSettings = {}): Promise<RealNotary> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-notary-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const authority = newAuthority('countersign notary test');
  const { certificate, key } = authority.issue('notary-server');
  const [authorityFile, tls_cert_file, tls_key_file] = ['ca.crt', 'server.crt', 'server.key'].map((name) =>
    join(folder, name),
  );
  assert.ok(authorityFile !== undefined && tls_cert_file !== undefined && tls_key_file !== undefined);
  await writeFile(authorityFile, authority.certificate);
  await writeFile(tls_cert_file, certificate);
  await writeFile(tls_key_file, key, { mode: 0o600 });

  const key_algorithm = settings.keyAlgorithm ?? 'ed25519';
  const trust_service =
    settings.hasSigner === true
      ? { key_algorithm, ...(await startSigner(t, folder, authorityFile)) }
      : { key_algorithm, type: 'local', hostname: '', port: '' };
  const http_addr = `127.0.0.1:${String(await freePort())}`;
  const config = {
    server: { http_addr, tls_cert_file, tls_key_file },
    trust_service,
    storage: { backend: 'memory' },
    logging: { level: 'error' },
    ...(settings.tokens === undefined ? {} : { auth: { type: 'token', options: settings.tokens } }),
    ...(settings.gunPrefixes === undefined ? {} : { repositories: { gun_prefixes: settings.gunPrefixes } }),
  };
  await writeFile(join(folder, 'server.json'), JSON.stringify(config));
  const child = runUntilWeEnd('notary-server', ['-config', join(folder, 'server.json')]);
  t.after(() => end(child));
  const url = new URL(`https://${http_addr}/`);
  await untilItIs('notary-server', child, () => isHealthy(url, authority.certificate));
  return { url, authorityFile, folder };
}

/** A real `notary-signer`, with its keys in memory; it and the server know each other by certificates. @returns where it is */
async function startSigner(t: TestContext, folder: string, tls_ca_file: string): Promise<object> {
  // The server’s own certificate is good for both ends: they have one authority, and nobody else is on loopback.
  const [tls_cert_file, tls_key_file] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const port = await freePort();
  const server = { grpc_addr: `127.0.0.1:${String(port)}`, tls_cert_file, tls_key_file, client_ca_file: tls_ca_file };
  const config = { server, storage: { backend: 'memory' }, logging: { level: 'error' } };
  await writeFile(join(folder, 'signer.json'), JSON.stringify(config));
  const child = runUntilWeEnd('notary-signer', ['-config', join(folder, 'signer.json')]);
  t.after(() => end(child));
  // A server that finds nobody there waits a second before it asks again, and answers its own clients with 500 meanwhile.
  await untilItIs('notary-signer', child, () => isListening(port));
  const client = { tls_client_cert: tls_cert_file, tls_client_key: tls_key_file };
  return { type: 'remote', hostname: '127.0.0.1', port: String(port), tls_ca_file, ...client };
}

/** The shell between us ends the program as soon as our end of the pipe is closed, by whatever. */
function runUntilWeEnd(program: string, words: readonly string[]): ChildProcess {
  const script = '"$@" & child=$!; cat > /dev/null; kill "$child"; wait "$child"';
  const environment = { PATH: process.env['PATH'] ?? '' };
  return spawn('sh', ['-c', script, 'sh', program, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: environment,
  });
}

async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, 'exit') : undefined;
  child.stdin?.end();
  await ended;
}

async function untilItIs(name: string, child: ChildProcess, isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isSo()) return;
    assert.equal(child.exitCode, null, `${name} has ended`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`${name} does not start`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

function isHealthy(url: URL, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    request(new URL('_notary_server/health', url), { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', () => resolve(false))
      .end();
  });
}
