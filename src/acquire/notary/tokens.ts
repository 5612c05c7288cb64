/**
 * Permission to read, as Docker's registries give it: `GET /v2/` says whether tokens are needed and who gives them out; a
 * token is for one scope and a few minutes. Without credentials an anonymous one is asked for. Only `pull` is ever asked
 * for, whatever the server suggests.
 *
 * As real clients do it, the challenge is learned from `/v2/` alone. Tokens and passwords appear in no message.
 */
import { Refusal } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { nameOf } from '../../platform/http-answer.ts';
import { parseJson } from '../../tuf/json.ts';
import { refuseShape, Shape } from '../../tuf/shape.ts';
import { bearerChallenge, type Challenge } from './challenge.ts';
import { basicAuthorization, type Credentials } from './credentials.ts';
import type { Exchange } from './exchange.ts';
import { judgedRealm, type RealmRules } from './realm.ts';
import { bodyOf } from './reply.ts';

const MOST_PING_BYTES = 65_536;
const MOST_TOKEN_BYTES = 65_536;
/** What a token server means that says nothing, seconds. */
const USUAL_LIFETIME_S = 60;
/** However long a token server says; also so that no sum overflows. */
const LONGEST_LIFETIME_S = 86_400;
/** A token this close to its end is not used any more: the request that carries it takes time, too. */
const SLACK_MS = 10_000;

export interface TokenOptions extends Omit<RealmRules, 'hasCredentials'> {
  readonly clock: Clock;
  /** To the server itself. */
  readonly server: Exchange;
  /** To anybody else: opened when needed, and without the client certificate, which is for upstream alone (H-03). */
  readonly elsewhere: () => Promise<Exchange>;
  readonly credentials: Credentials | undefined;
}

interface Token {
  /** The Authorization header. A secret. */
  readonly authorization: string;
  /** Milliseconds of the clock between which it is used: a clock that was set back ends it, too. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export class Tokens {
  readonly #options: TokenOptions;
  #challenge: Promise<Challenge | undefined> | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /**
   * The Authorization header for requests with this scope; undefined when the server asks for none.
   * @throws SOURCE_STATUS, SOURCE_REDIRECT (see `judgedRealm`), TRUST_JSON and TRUST_MALFORMED for an answer that is no
   * token, and what an `Exchange` throws.
   */
  async authorization(scope: string): Promise<string | undefined> {
    const challenge = await this.#findChallenge();
    if (challenge === undefined) return undefined;
    const held = await this.#tokens.get(scope);
    const nowMs = this.#options.clock.now().getTime();
    if (held !== undefined && held.fromMs <= nowMs && nowMs < held.untilMs) return held.authorization;
    return (await this.#replace(scope, challenge)).authorization;
  }

  /** The server did not take what `authorization` gave: the next question begins anew. */
  forget(scope: string): void {
    this.#tokens.delete(scope);
    this.#challenge = undefined;
  }

  /** Whoever asks while a token is on its way gets the same; a failure is not remembered. */
  #replace(scope: string, challenge: Challenge): Promise<Token> {
    const asking = this.#ask(scope, challenge);
    this.#tokens.set(scope, asking);
    asking.catch(() => {
      if (this.#tokens.get(scope) === asking) this.#tokens.delete(scope);
    });
    return asking;
  }

  #findChallenge(): Promise<Challenge | undefined> {
    this.#challenge ??= this.#ping().catch((error: unknown) => {
      this.#challenge = undefined;
      throw error;
    });
    return this.#challenge;
  }

  async #ping(): Promise<Challenge | undefined> {
    const { base, server } = this.#options;
    const reply = await server.ask(new URL('v2/', base), { maxBytes: MOST_PING_BYTES, isFresh: true });
    if (reply.status === 401) return bearerChallenge(reply.challenges, base.host);
    if (reply.status === 200) return undefined;
    // Not “no such file”: without a `/v2/` there is no Notary server, and nothing is known (H-01).
    throw new Refusal('SOURCE_STATUS', `${nameOf(reply.url)} was answered with status ${reply.status}.`, {
      details: { host: base.host, file: nameOf(reply.url), status: reply.status },
      next: 'Check that the address is a Notary server’s: its /v2/ must answer 200 or 401.',
    });
  }

  async #ask(scope: string, { realm, service }: Challenge): Promise<Token> {
    const { base, clock, credentials, server, elsewhere } = this.#options;
    const url = judgedRealm(realm, { ...this.#options, hasCredentials: credentials !== undefined });
    if (service !== undefined) url.searchParams.append('service', service);
    url.searchParams.append('scope', scope);
    const exchange = url.origin === base.origin ? server : await elsewhere();
    const fromMs = clock.now().getTime();
    const reply = await exchange.ask(url, {
      maxBytes: MOST_TOKEN_BYTES,
      isFresh: true,
      ...(credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }),
    });
    if (reply.status !== 200) throw this.#noToken(reply.status, url);
    const { token, lifetimeS } = readToken(bodyOf(reply), nameOf(url));
    return { authorization: `Bearer ${token}`, fromMs, untilMs: fromMs + lifetimeS * 1000 - SLACK_MS };
  }

  #noToken(status: number, url: URL): Refusal {
    const who = this.#options.credentials === undefined ? 'an anonymous reader' : 'these credentials';
    return new Refusal('SOURCE_STATUS', `${nameOf(url)} gives ${who} no token (status ${status}).`, {
      details: { host: url.host, file: nameOf(url), status },
      next: 'Check the credentials, and that their owner may pull this repository.',
    });
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['token', 'access_token', 'expires_in', 'issued_at']);

/** @throws TRUST_JSON, TRUST_MALFORMED; neither repeats a value */
function readToken(body: Uint8Array, label: string): { token: string; lifetimeS: number } {
  const shape = new Shape(parseJson(body, label, 8), label, MEMBERS);
  const token = shape.string(shape.has('token') ? 'token' : 'access_token');
  // It becomes a header: nothing else than RFC 6750's b64token may be in it.
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token) || token.length > 12_000) refuseShape(label, ': “token” is no token');
  const lifetimeS = shape.has('expires_in') ? shape.length('expires_in') : 0;
  return { token, lifetimeS: Math.min(lifetimeS === 0 ? USUAL_LIFETIME_S : lifetimeS, LONGEST_LIFETIME_S) };
}
