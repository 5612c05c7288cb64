/**
 * The stock TUF clients that the interop tests run against a served mirror, all in one shape. None of them is
 * changed: python-tuf and go-tuf sit behind a command line of ours that only calls their updater, tuf-js is
 * called in this process, tuftool and cosign are the released programs. `install.sh` brings all but tuf-js.
 */
import { constants, mkdirSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cosignClient } from './cosign.ts';
import type { ClientOffer, Description, StockClient } from './stock-client.ts';
import { tufJsClient } from './tuf-js.ts';
import { tuftoolClient } from './tuftool.ts';
import { verbClient } from './verb-client.ts';

export type { ClientOffer, StockClient } from './stock-client.ts';

export interface AvailableClients {
  clients: ClientOffer[];
  absent: { name: string; why: string }[];
}

const pythonClient = fileURLToPath(new URL('python/client.py', import.meta.url));
const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

function offer(description: Description, create: (workDir: string) => StockClient): ClientOffer {
  return {
    ...description,
    create(workDir) {
      mkdirSync(workDir, { recursive: true });
      return create(resolve(workDir));
    },
  };
}

/** What install.sh left: its stamp, and a program that can be run. */
async function installed(dir: string, name: string, program: string): Promise<{ version: string; path: string }> {
  const path = join(dir, name, program);
  try {
    const stamp = await readFile(join(dir, name, 'stamp'), 'utf8');
    await access(path, constants.X_OK);
    return { version: stamp.split('\n', 1)[0] ?? '', path };
  } catch {
    throw new Error('not installed (see test/interop/clients/README.md)');
  }
}

async function findTufJs(): Promise<ClientOffer> {
  const tufJs = await import('tuf-js').catch(() => Promise.reject(new Error('the npm package is not installed')));
  const manifest = await readFile(createRequire(import.meta.url).resolve('tuf-js/package.json'), 'utf8');
  const description = { name: 'tuf-js', version: (JSON.parse(manifest) as { version: string }).version };
  return offer(description, (workDir) => tufJsClient(description, tufJs, workDir));
}

function findInstalled(
  dir: string,
  name: string,
  program: string,
  client: (description: Description, path: string, workDir: string) => StockClient,
): () => Promise<ClientOffer> {
  return async () => {
    const { version, path } = await installed(dir, name, program);
    const description = { name, version };
    return offer(description, (workDir) => client(description, path, workDir));
  };
}

export async function availableClients(): Promise<AvailableClients> {
  const dir = resolve(process.env['COUNTERSIGN_INTEROP_DIR'] ?? join(projectRoot, '.interop'));
  const search: [string, () => Promise<ClientOffer>][] = [
    ['tuf-js', findTufJs],
    [
      'python-tuf',
      findInstalled(dir, 'python-tuf', 'venv/bin/python', (d, path, workDir) =>
        verbClient(d, [path, pythonClient], workDir),
      ),
    ],
    ['go-tuf', findInstalled(dir, 'go-tuf', 'go-tuf-client', (d, path, workDir) => verbClient(d, [path], workDir))],
    ['tuftool', findInstalled(dir, 'tuftool', 'bin/tuftool', tuftoolClient)],
    ['cosign', findInstalled(dir, 'cosign', 'cosign', cosignClient)],
  ];
  const found: AvailableClients = { clients: [], absent: [] };
  for (const [name, find] of search) {
    try {
      found.clients.push(await find());
    } catch (error) {
      found.absent.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
}
