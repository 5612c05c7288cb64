/** A Notary server on loopback with simulated collections: files, and one change feed for all of them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import type { SimulatedCollection } from './collection.ts';

interface Change {
  readonly gun: string;
  readonly sha256: string;
  readonly category: 'update' | 'deletion';
}

export class SimulatedNotary {
  readonly collections = new Map<string, SimulatedCollection>();
  readonly changes: Change[] = [];
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Answered with 500. */
  readonly broken = new Set<string>();
  url = new URL('http://127.0.0.1/');

  static async start(t: Pick<TestContext, 'after'>): Promise<SimulatedNotary> {
    const notary = new SimulatedNotary();
    const server = createServer((request, response) => {
      const [status, body] = notary.#answer(request.url ?? '');
      response.writeHead(status).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    notary.url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    return notary;
  }

  /** Takes a collection over, as it is published now, or tells that it changed. */
  put(collection: SimulatedCollection): this {
    this.collections.set(collection.gun, collection);
    this.changes.push({ gun: collection.gun, sha256: sha256(collection.file('timestamp.json')), category: 'update' });
    return this;
  }

  delete(gun: string): this {
    this.collections.delete(gun);
    this.changes.push({ gun, sha256: '', category: 'deletion' });
    return this;
  }

  #answer(path: string): [number, string | Uint8Array] {
    this.asked.push(path);
    if (path === '/v2/') return [200, '{}'];
    const url = new URL(path, this.url);
    if (url.pathname === '/v2/_trust/changefeed') return [200, this.#feed(url)];
    const [, gun = '', name = ''] = /^\/v2\/(.+)\/_trust\/tuf\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (this.broken.has(gun)) return [500, ''];
    const bytes = this.collections.get(gun)?.files.get(name);
    return bytes ? [200, bytes] : [404, '{"errors":[{"code":"METADATA_NOT_FOUND","message":"no","detail":{}}]}'];
  }

  #feed(url: URL): string {
    const [from, limit] = [Number(url.searchParams.get('change_id') ?? '0'), Number(url.searchParams.get('records'))];
    const records = this.changes.slice(from, from + limit).map(({ gun, sha256: digest, category }, index) => ({
      ...{ ID: String(from + index + 1), CreatedAt: '2026-11-22T10:21:31.740631283Z', GUN: gun },
      ...{ Version: category === 'update' ? 1 : 0, SHA256: digest, Category: category },
    }));
    return JSON.stringify({ count: records.length, records });
  }
}
