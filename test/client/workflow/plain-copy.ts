/**
 * A plain copy of a simulated upstream on a real socket, and guards at carried level before it: originals only. Unlike a
 * mirror it verifies nothing, so whatever upstream says reaches the guard. Requests are recorded; a test can answer any
 * of them in its own way.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { joined } from '../../../src/client/fetch/place.ts';
import { isRefusal } from '../../../src/errors.ts';
import { roleName, targetPath } from '../../../src/tuf/names.ts';
import { targetNames } from '../../../src/tuf/target-names.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { CarriedCopy } from '../../simulator/carried.ts';
import type { Scope } from '../../simulator/mirror.ts';
import type { SimulatedUpstream } from '../../simulator/upstream.ts';

/** Bytes, a status without a body, or anything else a server can do. */
export type Answer = Uint8Array | string | number | RequestListener;

export class PlainCopy extends CarriedCopy {
  /** Paths below the address, still encoded, in the order in which they were asked for. */
  readonly requests: string[];
  readonly #answers: Map<string, Answer>;

  constructor(upstream: SimulatedUpstream, url: URL, requests: string[], answers: Map<string, Answer>) {
    super(url, upstream);
    this.requests = requests;
    this.#answers = answers;
  }

  answer(path: string, what: Answer): this {
    this.#answers.set(path, what);
    return this;
  }

  restore(): this {
    this.#answers.clear();
    return this;
  }

  takeRequests(): string[] {
    return this.requests.splice(0);
  }
}

/** Served until the scope ends; the upstream is published first where it was not. */
export async function copyOf(scope: Scope, upstream: SimulatedUpstream): Promise<PlainCopy> {
  if (upstream.author.root.version === 0) upstream.publish();
  const requests: string[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push(path);
    const answer = answers.get(path);
    if (typeof answer === 'function') answer(request, response);
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else if (answer !== undefined) response.end(answer);
    else void fileOf(upstream, path).then((bytes) => (bytes ? response.end(bytes) : response.writeHead(404).end()));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  scope.after(async () => {
    const closed = new Promise((resolve) => server.once('close', resolve));
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return new PlainCopy(upstream, new URL(`http://127.0.0.1:${String(port)}/`), requests, answers);
}

async function fileOf(upstream: SimulatedUpstream, path: string): Promise<Uint8Array | undefined> {
  const [folder, ...segments] = path.split('/').map(decodeURIComponent);
  const name = segments.join('/');
  try {
    if (folder === 'metadata') {
      return await upstream.metadata({ role: roleName(name.replace(/\.json$/, '')) }, Number.MAX_SAFE_INTEGER);
    }
    const wanted = folder === 'targets' && targetCalled(upstream, name);
    return wanted ? await joined(await upstream.target(wanted)) : undefined;
  } catch (error) {
    if (isRefusal(error, 'SOURCE_NOT_FOUND')) return undefined;
    throw error;
  }
}

function targetCalled(
  { author }: SimulatedUpstream,
  name: string,
): Parameters<SimulatedUpstream['target']>[0] | undefined {
  for (const role of author.roles.values()) {
    for (const [path, bytes] of role.targets) {
      const wanted = { path: targetPath(path), length: bytes.length, hashes: new Map([['sha256', sha256(bytes)]]) };
      if (targetNames(wanted, author.consistentSnapshot).includes(name)) return wanted;
    }
  }
  return undefined;
}
