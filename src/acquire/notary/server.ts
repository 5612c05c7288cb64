/**
 * A Notary server, asked only what a reader may ask: files of its collections, and its change feeds. Nothing is written to
 * it, and no route is asked that could create something there (`.key` routes do).
 *
 * Source: theupdateframework/notary 0.7.0 as observed; the distribution project's “Token Authentication Specification”.
 */
import { Refusal } from '../../errors.ts';
import type { HttpOptions } from '../../platform/http-connections.ts';
import { type RoleName, type Sha256, TIMESTAMP } from '../../tuf/names.ts';
import { baseUrl } from '../../tuf/urls.ts';
import { type ChangePage, type FeedOptions, readFeed } from './change-feed.ts';
import { refuseUnusableName } from './collection-name.ts';
import { type CollectionSource, MOST_TIMESTAMP_BYTES } from './collection-source.ts';
import type { Credentials } from './credentials.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { isPrivateWay } from './realm.ts';
import { bodyOf } from './reply.ts';
import { Tokens } from './tokens.ts';
import { currentName, feedUrl, fileUrl, hashedName, versionedName } from './wire-names.ts';

export interface NotaryServerOptions extends HttpOptions {
  /** Shown to the server's own origin and to `tokenServer`, and to nobody else; without them, tokens are anonymous. */
  readonly credentials?: Credentials;
  /** The token server that the operator expects; only its origin counts. */
  readonly tokenServer?: URL;
}

export interface NotaryServer {
  /** Closing it closes nothing: the server's connections are shared. @throws USAGE_OPTION for an unusable name */
  collection(gun: string): CollectionSource;
  /**
   * What changed, oldest first, one page after the other: in one collection, or with `undefined` in all of them (which real
   * servers allow to administrators only). See `readFeed`.
   */
  changes(gun: string | undefined, options?: FeedOptions): AsyncGenerator<ChangePage, void, void>;
  close(): Promise<void>;
}

/** The scope under which the feed of all collections is read. */
const CATALOG = 'registry:catalog:*';

/**
 * Opens a server; asks the network nothing until the first file is wanted.
 * @param address the server's, with any path before `/v2/`
 * @throws USAGE_OPTION for an address with credentials, query or another scheme; CONFIG_TLS, CONFIG_INVALID.
 */
export async function openNotaryServer(address: URL, options: NotaryServerOptions): Promise<NotaryServer> {
  const base = baseUrl(address);
  const { credentials, tokenServer, ...door } = options;
  const hasProxy = door.proxy !== undefined;
  // A token that was given for a password is as good as one: it is not sent for everybody on the way to read.
  if (credentials !== undefined && !isPrivateWay(base, hasProxy)) {
    throw new Refusal('CONFIG_INVALID', `There are credentials for ${base.host}, whose address is not https.`, {
      details: { host: base.host },
      next: 'Use the server’s https address, or no credentials.',
    });
  }
  const server = await openExchange(door);
  const elsewhere = new Elsewhere(door);
  const tokens = new Tokens({
    ...{ base, server, credentials, hasProxy, tokenOrigin: tokenServer?.origin, clock: door.clock },
    elsewhere: () => elsewhere.open(),
  });
  return new HttpNotaryServer(base, server, tokens, elsewhere);
}

/** One collection of a server that nothing else is asked of: closing it closes the server. */
export async function openServerCollection(
  address: URL,
  gun: string,
  options: NotaryServerOptions,
): Promise<CollectionSource> {
  refuseUnusableName(gun);
  const server = await openNotaryServer(address, options);
  const { description, ...source } = server.collection(gun);
  return { ...source, description, close: () => server.close() };
}

class HttpNotaryServer implements NotaryServer {
  readonly #base: URL;
  readonly #exchange: Exchange;
  readonly #tokens: Tokens;
  readonly #elsewhere: Elsewhere;

  constructor(base: URL, exchange: Exchange, tokens: Tokens, elsewhere: Elsewhere) {
    this.#base = base;
    this.#exchange = exchange;
    this.#tokens = tokens;
    this.#elsewhere = elsewhere;
  }

  collection(gun: string): CollectionSource {
    refuseUnusableName(gun);
    const get = (name: string, maxBytes: number, isFresh = false): Promise<Uint8Array> =>
      this.#get(fileUrl(this.#base, gun, name), pullScope(gun), maxBytes, isFresh);
    const bounded = (role: RoleName, maxBytes: number): number =>
      role === TIMESTAMP ? Math.min(maxBytes, MOST_TIMESTAMP_BYTES) : maxBytes;
    return {
      gun,
      description: fileUrl(this.#base, gun, '').href,
      current: async (role, maxBytes) => get(currentName(role), bounded(role, maxBytes), true),
      byHash: async (role, digest: Sha256, maxBytes) => get(hashedName(role, digest), bounded(role, maxBytes)),
      byVersion: async (role, version, maxBytes) => get(versionedName(role, version), bounded(role, maxBytes)),
      close: () => Promise.resolve(),
    };
  }

  changes(gun: string | undefined, options: FeedOptions = {}): AsyncGenerator<ChangePage, void, void> {
    if (gun !== undefined) refuseUnusableName(gun);
    const url = feedUrl(this.#base, gun);
    const scope = gun === undefined ? CATALOG : pullScope(gun);
    return readFeed(url, gun, options, (page, maxBytes) => this.#get(page, scope, maxBytes, true));
  }

  async close(): Promise<void> {
    await Promise.all([this.#exchange.close(), this.#elsewhere.close()]);
  }

  async #get(url: URL, scope: string, maxBytes: number, isFresh: boolean): Promise<Uint8Array> {
    for (let isSecond = false; ; isSecond = true) {
      const authorization = await this.#tokens.authorization(scope);
      const hasToken = authorization !== undefined;
      const reply = await this.#exchange.ask(url, { maxBytes, isFresh, ...(hasToken ? { authorization } : {}) });
      if (reply.status !== 401) return bodyOf(reply);
      // A token may have been withdrawn, or its server's clock may differ from ours: a new one, once.
      this.#tokens.forget(scope);
      if (!hasToken || isSecond) return bodyOf(reply, hasToken ? NOT_ALLOWED : NOT_ASKED);
    }
  }
}

const NOT_ALLOWED = 'Check that these credentials, or anonymous readers, may pull this collection.';
const NOT_ASKED = 'The server must ask for tokens at /v2/, too: no client finds out otherwise where to get them.';

/** The way to token servers of another origin. */
class Elsewhere {
  readonly #options: HttpOptions;
  #exchange: Promise<Exchange> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  open(): Promise<Exchange> {
    // Without the client certificate: it is for upstream, and would tell a stranger who we are (H-03).
    const { clock, authorityFiles, proxy, patience } = this.#options;
    const options: HttpOptions = {
      clock,
      ...(authorityFiles === undefined ? {} : { authorityFiles }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(patience === undefined ? {} : { patience }),
    };
    this.#exchange ??= openExchange(options).catch((error: unknown) => {
      this.#exchange = undefined;
      throw error;
    });
    return this.#exchange;
  }

  async close(): Promise<void> {
    await (await this.#exchange)?.close();
  }
}

function pullScope(gun: string): string {
  return `repository:${gun}:pull`;
}
