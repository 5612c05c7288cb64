/**
 * Every setting there is: JSON Schema 2020-12, checked by ajv, and the source of docs/reference/config.md. Settings say
 * how this machine runs the mirror. Trust decisions (repositories, roots, exclusions) are not settings: they are recorded
 * by commands, so that a changed file can never change what is believed.
 */

export type Format = 'address' | 'path' | 'duration' | 'rate' | 'proxy' | 'server' | 'realm' | 'word';

/** One setting: a single value, which a variable of the environment can give as well. */
export interface Leaf {
  readonly type: 'string' | 'boolean' | readonly ['string', 'array'];
  readonly description: string;
  /** What holds when nothing else is said; in words where it follows from another setting. */
  readonly default: string | boolean;
  readonly format?: Format;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly minItems?: number;
  readonly items?: { readonly type: 'string'; readonly minLength: number };
}

interface Group {
  readonly type: 'object';
  readonly description: string;
  readonly additionalProperties: false;
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  readonly properties: Readonly<Record<string, Leaf>>;
}

/** Not a value but a consequence: see the description. */
export const NONE = '(none)';

const text = (format: Format, description: string, standard: string): Leaf => ({
  type: 'string',
  format,
  minLength: 1,
  description,
  default: standard,
});

/** One file or several. */
const files = (description: string): Leaf => ({
  type: ['string', 'array'],
  minLength: 1,
  minItems: 1,
  items: { type: 'string', minLength: 1 },
  description,
  default: NONE,
});

const group = (description: string, properties: Group['properties']): Group => ({
  type: 'object',
  description,
  additionalProperties: false,
  properties,
});

export const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'countersign.yaml',
  type: 'object',
  additionalProperties: false,
  properties: {
    listen: text('address', 'Address and port of the public listener, which clients read from.', '127.0.0.1:8700'),
    admin_listen: text('address', 'Address and port of the admin listener: health, metrics, API.', '127.0.0.1:8701'),
    allow_plaintext: {
      type: 'boolean',
      description:
        'Let the admin listener, which speaks plain HTTP, listen beyond loopback. Only behind a proxy that adds TLS and access control.',
      default: false,
    },
    data: text('path', 'The data directory: record, target files, locks.', 'data'),
    keys: text('path', 'The keys directory; `keys` inside the data directory unless named.', NONE),
    blobs: text('path', 'Where target files lie; `blobs` inside the data directory unless named.', NONE),
    head_file: text(
      'path',
      'The file that remembers how far the record had come; `head.json` inside the data directory unless named. On another volume it notices a data directory that was restored from a backup.',
      NONE,
    ),
    lifetimes: group('How long what the mirror issues is valid. Renewed at half of it.', {
      timestamp: text('duration', 'Of a timestamp: at most 7 days. Clients notice a frozen mirror after this.', '1d'),
      snapshot: text('duration', 'Of a snapshot: at most 365 days.', '30d'),
      collection_snapshot: text(
        'duration',
        'Of a snapshot of a Notary collection: at most 400 days. Its clients warn when less than half a year is left.',
        '400d',
      ),
      root: text('duration', 'Of a mirror root: at most 730 days.', '365d'),
    }),
    limits: group('What is too much to be true.', {
      max_clock_jump: text(
        'duration',
        'A clock further ahead of the last recorded event than this stops signing. Raise it once after a real long stop.',
        '400d',
      ),
    }),
    upstream: {
      ...group('How upstreams are reached. One setting for all repositories.', {
        proxy: text('proxy', 'HTTP proxy, `http(s)://host:port`, without user and password.', NONE),
        proxy_credentials_file: text('path', 'A private file with one line `user:password` for the proxy.', NONE),
        ca: files(
          'PEM file, or list of PEM files, of private certificate authorities. With any, the public ones are not trusted.',
        ),
        client_cert: text('path', 'PEM file of the certificate that upstream may ask this server for.', NONE),
        client_key: text('path', 'PEM file of its key.', NONE),
        connect_timeout: text('duration', 'Until a connection stands, TLS included.', '10s'),
        idle_timeout: text('duration', 'Between two arrivals of bytes.', '30s'),
        total_timeout: text('duration', 'For one file from first to last byte.', '6h'),
        min_throughput: text(
          'rate',
          'A source slower than this, on average over half a minute, is given up. `0B/s` switches it off.',
          '1024B/s',
        ),
      }),
      dependentRequired: {
        client_cert: ['client_key'],
        client_key: ['client_cert'],
        proxy_credentials_file: ['proxy'],
      },
    },
    notary: group('How Notary servers are asked, beside what holds for every upstream.', {
      credentials_file: text(
        'path',
        'A private file with lines `host[:port] user:password`, for servers whose anonymous readers may not read.',
        NONE,
      ),
      token_server: text(
        'server',
        'The token server that those credentials may be shown to, beside the Notary server itself. A Notary server that names another one is refused.',
        NONE,
      ),
    }),
    readers: {
      ...group(
        'Who may read Notary collections: without it everybody, with it whoever shows a token of this server. All four or none. Read once, at the start.',
        {
          realm: text('realm', 'Where clients are sent for a token: the token server’s address.', NONE),
          service: text('word', 'What this mirror is called there: `aud` in every token.', NONE),
          issuer: text('word', 'What the token server calls itself: `iss` in every token.', NONE),
          certificates: files(
            'PEM file, or list of PEM files, of public keys or certificates that tokens are signed with, or of authorities that certify signers of tokens and nothing else.',
          ),
        },
      ),
      dependentRequired: {
        realm: ['service', 'issuer', 'certificates'],
        service: ['realm'],
        issuer: ['realm'],
        certificates: ['realm'],
      },
    },
    publish_approvals: {
      type: 'boolean',
      description:
        'Show everybody who approved what is served, at `/<id>/approvals.json`: statements, signatures and SSH keys of people, for guards that ask for them. Off, because keys identify people.',
      default: false,
    },
    log_level: {
      type: 'string',
      enum: ['debug', 'info', 'warn', 'error'],
      description: 'Less important lines are left out of the log of `serve`.',
      default: 'info',
    },
  } satisfies Record<string, Leaf | Group>,
};
