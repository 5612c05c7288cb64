/**
 * Who may read collections, where not everybody may: tokens from a token server, as registries have them. A client pings
 * `/v2/`, is told where to get one, and shows it with each request. Answered before anything is looked up: whoever has no right
 * to a name is told the same whether or not it is there.
 *
 * What is behind it: everything below `/v2/`, and below the id of a collection, where its past and upstream’s originals are. An
 * id that is no public TUF repository’s is refused alike, so that no answer shows which ids are collections.
 * Source: the dialect’s description, 2.3 and 2.4.
 */
import type { Settings } from '../config/settings.ts';
import { isRefusal, Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { printable } from '../tuf/names.ts';
import type { Moment } from './moment.ts';
import { type RequestPath, splitCollection, splitFeed, splitPath } from './request-path.ts';
import { type Right, rightsOf, type TokenRules } from './reader-token.ts';
import { TokenKeys } from './token-keys.ts';

/** What a request is refused with. */
export interface Denial {
  /** Of `Www-Authenticate`. */
  readonly challenge: string;
  readonly needed: Right | undefined;
}

/** What a path asks for. */
interface Need {
  isMetBy(rights: readonly Right[]): boolean;
  /** The right that is named to whoever has it not. */
  readonly told: Right | undefined;
}

const CATALOG: Right = { type: 'registry', name: 'catalog', action: '*' };
const MAX_FILE_BYTES = 1_000_000;

export class Readers {
  readonly #realm: string;
  readonly #rules: TokenRules;
  readonly #clock: Clock;

  constructor(realm: string, rules: TokenRules, clock: Clock) {
    this.#realm = realm;
    this.#rules = rules;
    this.#clock = clock;
  }

  /** @throws CONFIG_INVALID */
  static async open(
    { realm, service, issuer, certificateFiles }: NonNullable<Settings['readers']>,
    clock: Clock,
  ): Promise<Readers> {
    const read = async (file: string): Promise<TokenKeys> =>
      TokenKeys.parse(
        (await readNamedFile(file, MAX_FILE_BYTES).catch(asConfiguration)).toString('utf8'),
        printable(file),
      );
    const keys = TokenKeys.all(await Promise.all(certificateFiles.map(read)));
    return new Readers(realm, { service, issuer, keys }, clock);
  }

  /** Whether a path is for everybody, or for some and this is one of them; otherwise what to refuse with. */
  judge(moment: Moment, url: string, authorization: string | undefined): 'open' | 'granted' | Denial {
    const path = splitPath(url);
    const need = path && needOf(moment, path);
    if (!need) return 'open';
    if (authorization === undefined) return this.#denial(need);
    const [, token] = /^bearer +([^ ]+) *$/i.exec(authorization) ?? [];
    const rights = token === undefined ? undefined : rightsOf(token, this.#rules, this.#clock.now());
    if (!rights) return this.#denial(need, 'invalid_token');
    return need.isMetBy(rights) ? 'granted' : this.#denial(need, 'insufficient_scope');
  }

  #denial({ told }: Need, error?: string): Denial {
    const scope = told && `${told.type}:${told.name}:${told.action}`;
    const members: [string, string | undefined][] = [
      ['realm', this.#realm],
      ['service', this.#rules.service],
      // It comes from the path. What could end the header’s line is in no collection’s name.
      ['scope', scope !== undefined && /[\u0000-\u001f\u007f]/.test(scope) ? undefined : scope],
      ['error', error],
    ];
    const said = members.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}`]));
    return { challenge: `Bearer ${said.join(',')}`, needed: told };
  }
}

/** A file that the configuration names is the configuration’s, and not the command line’s. */
function asConfiguration(cause: unknown): never {
  if (!isRefusal(cause, 'USAGE_FILE')) throw cause;
  throw new Refusal('CONFIG_INVALID', cause.what, { cause });
}

/** Undefined for what everybody may read. */
function needOf(moment: Moment, { repository, rest }: RequestPath): Need | undefined {
  if (repository === 'v2') {
    const feed = splitFeed(rest);
    const name = splitCollection(rest)?.gun ?? feed?.gun;
    if (name !== undefined) return needing(pullOf(name));
    return feed ? needing(CATALOG) : { isMetBy: () => true, told: CATALOG };
  }
  if (repository === 'log' || moment.repositories.has(repository)) return undefined;
  const collection = moment.collectionOf(repository);
  // Nothing is told: neither the name that an id stands for, nor whether it stands for one.
  return { isMetBy: (rights) => collection !== undefined && has(rights, pullOf(collection.gun)), told: undefined };
}

function needing(right: Right): Need {
  return { isMetBy: (rights) => has(rights, right), told: right };
}

function has(rights: readonly Right[], { type, name, action }: Right): boolean {
  return rights.some((right) => right.type === type && right.name === name && right.action === action);
}

function pullOf(name: string): Right {
  return { type: 'repository', name, action: 'pull' };
}

/** As bytes of UTF-8, which is how the real server writes them. */
function quoted(value: string): string {
  return `"${Buffer.from(value, 'utf8').toString('latin1').replace(/["\\]/g, '\\$&')}"`;
}
