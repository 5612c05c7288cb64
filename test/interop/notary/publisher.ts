/** Somebody who publishes with the real `notary` client, in a trust directory of their own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newAuthority } from '../../acquire/certificates.ts';
import type { RealNotary } from './server.ts';

/** As long as the client demands it; the keys live as long as one test. */
const PASSPHRASE = 'a passphrase for one test';
/** What the client shows a token server, where there is one. */
const USER = Buffer.from('publisher:password').toString('base64');

export class Publisher {
  /** The trust directory, in the layout of a client's cache. */
  readonly trustDirectory: string;
  readonly #server: RealNotary;
  #files = 0;

  constructor(server: RealNotary) {
    this.#server = server;
    this.trustDirectory = mkdtempSync(join(server.folder, 'publisher-'));
  }

  /** A new collection, with nothing published yet. */
  async init(gun: string): Promise<void> {
    await this.run('init', gun);
  }

  /** Stages a target; `publish` makes it public. */
  async add(gun: string, target: string, content: string, role?: string): Promise<void> {
    const file = this.#write(`target-${String(++this.#files)}`, content);
    await this.run('add', gun, target, file, ...(role === undefined ? [] : ['--roles', role]));
  }

  async publish(gun: string): Promise<void> {
    await this.run('publish', gun);
  }

  /** From now on the server signs snapshots, and renews them. Makes a new version of root at once. */
  async handSnapshotToServer(gun: string): Promise<void> {
    await this.run('key', 'rotate', gun, 'snapshot', '-r');
  }

  /** A new key of this role, at once: for `root`, the new version of root is signed by both keys. */
  async rotateKey(gun: string, role: 'root' | 'targets'): Promise<void> {
    await this.run('key', 'rotate', gun, role);
  }

  /** Stages a delegation for all paths to a new key, whose private half this publisher has from now on. */
  async delegate(gun: string, role: string): Promise<void> {
    const { certificate, key } = newAuthority(role).issue(`${role} key`);
    await this.run('delegation', 'add', gun, role, this.#write('delegation.crt', certificate), '--all-paths');
    await this.run('key', 'import', this.#write('delegation.key', key), '--role', 'user');
  }

  /** Removes the collection, from the server too. */
  async delete(gun: string): Promise<void> {
    await this.run('delete', gun, '--remote');
  }

  /** What a real client lists; it brings its cache up to date on the way. */
  list(gun: string): Promise<string> {
    return this.run('list', gun);
  }

  /**
   * Any other command. Where the client asks whether one is sure (it does before a new root key, and does nothing without an
   * answer), one is.
   * @returns what was printed; fails the test when the client fails
   */
  async run(...words: readonly string[]): Promise<string> {
    const { url, authorityFile } = this.#server;
    const common = ['-s', url.origin, '--tlscacert', authorityFile, '-d', this.trustDirectory];
    const child = spawn('notary', [...common, ...words], { env: this.#environment(), timeout: 60_000 });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.stdin.on('error', () => undefined).end('yes\n');
    const [status] = (await once(child, 'close')) as [number | null];
    assert.equal(status, 0, `notary ${words.join(' ')}: ${err.join('')}`);
    return out.join('');
  }

  #environment(): NodeJS.ProcessEnv {
    const roles = ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'];
    const passphrases = Object.fromEntries(roles.map((role) => [`NOTARY_${role}_PASSPHRASE`, PASSPHRASE]));
    return { PATH: process.env['PATH'] ?? '', HOME: this.trustDirectory, NOTARY_AUTH: USER, ...passphrases };
  }

  #write(name: string, content: string): string {
    const path = join(this.trustDirectory, `${name}.input`);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }
}

/** What publishers do in practice: targets, the snapshot key at the server, and a delegation `targets/releases`. */
export async function publishCollection(publisher: Publisher, gun: string): Promise<void> {
  await publisher.init(gun);
  await publisher.add(gun, 'v1.0', 'one');
  await publisher.publish(gun);
  await publisher.handSnapshotToServer(gun);
  await publisher.delegate(gun, 'targets/releases');
  await publisher.publish(gun);
  await publisher.add(gun, 'v2.0', 'two', 'targets/releases');
  await publisher.publish(gun);
}
