/** A host with the real `notary` client that reads from a mirror, with a trust directory of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export class Reader {
  /** Its memory: deleted, it is a new client. */
  readonly trustDirectory: string;
  readonly #server: string;
  readonly #config: string;

  /** @param pinning `trust_pinning` of the client's configuration, 6.3 */
  constructor(t: TestContext, server: string, pinning?: object) {
    this.trustDirectory = mkdtempSync(join(tmpdir(), 'countersign-reader-'));
    t.after(() => rmSync(this.trustDirectory, { recursive: true, force: true }));
    this.#server = server;
    this.#config = join(this.trustDirectory, 'config.json');
    writeFileSync(this.#config, JSON.stringify(pinning === undefined ? {} : { trust_pinning: pinning }));
  }

  /** `notary list`: what the client takes for true. */
  list(gun: string): Promise<Said> {
    return this.run('list', gun);
  }

  async run(...words: readonly string[]): Promise<Said> {
    const common = ['-c', this.#config, '-s', this.#server, '-d', this.trustDirectory];
    const child = spawn('notary', [...common, ...words], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, out, err };
  }
}
