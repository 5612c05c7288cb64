/** Plain copies of a simulated upstream, without any mirror: a folder in either layout, or a web server. Real files, real sockets. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../../src/tuf/digest.ts';
import { targetFileNames, targetPath } from '../../../src/tuf/names.ts';
import { CarriedCopy } from '../../simulator/carried.ts';
import type { Scope } from '../../simulator/mirror.ts';
import type { SimulatedUpstream } from '../../simulator/upstream.ts';

export type Layout = 'metadata' | 'flat';

/** A copy, and guards at the carried level that read it. */
export class Copy extends CarriedCopy {
  /** Brings the copy up to what upstream has published. */
  readonly update: () => Promise<void>;

  constructor(url: URL, upstream: SimulatedUpstream, update: () => Promise<void>) {
    super(url, upstream);
    this.update = update;
  }
}

/** A folder, removed when the test ends. */
export async function folderCopy(
  scope: Scope,
  upstream: SimulatedUpstream,
  layout: Layout = 'metadata',
): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-copy-'));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const update = async (): Promise<void> => {
    for (const [name, bytes] of filesOf(upstream, layout)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
  };
  await update();
  return new Copy(pathToFileURL(`${folder}/`), upstream, update);
}

/** A web server that knows these files and nothing of Countersign. */
export async function webCopy(scope: Scope, upstream: SimulatedUpstream, layout: Layout = 'metadata'): Promise<Copy> {
  let files = filesOf(upstream, layout);
  const server = createServer((request, response) => {
    const body = files.get(decodeURIComponent((request.url ?? '').slice('/copy/'.length)));
    response.writeHead(body ? 200 : 404, { connection: 'close' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(async () => {
    server.close();
    await once(server, 'close');
  });
  const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/copy/`);
  return new Copy(url, upstream, () => {
    files = filesOf(upstream, layout);
    return Promise.resolve();
  });
}

function filesOf({ author }: SimulatedUpstream, layout: Layout): Map<string, Uint8Array> {
  const metadata = [...author.files].map(([name, bytes]): [string, Uint8Array] => [
    layout === 'flat' ? name : `metadata/${name}`,
    bytes,
  ]);
  const targets = [...author.roles.values()].flatMap((role) =>
    [...role.targets].map(([path, bytes]): [string, Uint8Array] => {
      const name = author.consistentSnapshot ? targetFileNames(targetPath(path), sha256(bytes)).prefixedFile : path;
      return [`targets/${name}`, bytes];
    }),
  );
  return new Map([...metadata, ...targets]);
}
