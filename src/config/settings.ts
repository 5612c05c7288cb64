/** The settings as the program uses them, and every effective value with where it came from. */
import { resolve } from 'node:path';
import type { HttpSourceOptions } from '../acquire/http-source.ts';
import type { UpstreamOptions } from '../acquire/open.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { Disk } from '../platform/disk.ts';
import type { Level } from '../platform/log.ts';
import { Refusal } from '../errors.ts';
import { LONGEST_LIFETIMES, type Lifetimes } from '../publish/lifetimes.ts';
import { DAY_MS } from '../verify/policy.ts';
import { SETTINGS, type KeyPath, keyName } from './keys.ts';
import type { Layer, Tree, Value } from './layers.ts';
import type { Problem } from './problems.ts';
import { parseDuration, parseRate } from './quantities.ts';
import { NONE } from './schema.ts';

export interface Settings {
  readonly listen: string;
  readonly adminListen: string;
  readonly allowPlaintext: boolean;
  readonly paths: {
    readonly data: string;
    readonly keys?: string;
    readonly blobs?: string;
    readonly headFile?: string;
  };
  readonly lifetimes: Lifetimes;
  readonly maxClockJumpDays: number;
  readonly upstream: Omit<HttpSourceOptions, 'clock' | 'proxy'> & {
    readonly proxy: string | undefined;
    readonly proxyCredentialsFile: string | undefined;
  };
  readonly notary: { readonly credentialsFile?: string; readonly tokenServer?: URL };
  /** Absent where everybody may read collections. */
  readonly readers?: {
    /** Where clients get tokens. */
    readonly realm: string;
    /** Whom tokens are meant for. */
    readonly service: string;
    readonly issuer: string;
    readonly certificateFiles: readonly string[];
  };
  readonly publishApprovals: boolean;
  readonly logLevel: Level;
}

/** One effective value, for `config explain`. */
export interface Effective {
  readonly key: string;
  /** Undefined where nothing is said and nothing is assumed. */
  readonly value: Value | undefined;
  /** `default`, `--data`, `COUNTERSIGN_DATA`, `countersign.yaml:3:1`. */
  readonly origin: string;
}

interface Chosen {
  readonly value: Value;
  readonly layer: Layer;
  readonly path: KeyPath;
}

/** The first layer that says something decides; layers in order of precedence. */
export class Choice {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  effective(): Effective[] {
    return SETTINGS.map(({ path, leaf }) => {
      const chosen = this.#choose(path);
      if (chosen) return { key: keyName(path), value: chosen.value, origin: chosen.layer.place(path) };
      return { key: keyName(path), value: leaf.default === NONE ? undefined : leaf.default, origin: 'default' };
    });
  }

  /** @param problems receives what only the whole shows: lifetimes beyond their limits */
  settings(workingDirectory: string, problems: Problem[]): Settings {
    const text = (name: string): string | undefined => this.#text(name.split('.'));
    const path = (name: string): string | undefined => this.#path(name.split('.'), workingDirectory);
    const duration = (name: string): number => parseDuration(text(name) ?? '') ?? 0;
    const [keys, blobs, headFile] = [path('keys'), path('blobs'), path('head_file')];
    const [credentialsFile, tokenServer] = [path('notary.credentials_file'), text('notary.token_server')];
    const [realm, service, issuer] = [text('readers.realm'), text('readers.service'), text('readers.issuer')];
    const certificateFiles = this.#files(['readers', 'certificates'], workingDirectory);
    const [certificateFile, keyFile] = [path('upstream.client_cert'), path('upstream.client_key')];
    return {
      listen: text('listen') ?? '',
      adminListen: text('admin_listen') ?? '',
      allowPlaintext: this.#value(['allow_plaintext']) === true,
      paths: {
        data: path('data') ?? '',
        ...(keys === undefined ? {} : { keys }),
        ...(blobs === undefined ? {} : { blobs }),
        ...(headFile === undefined ? {} : { headFile }),
      },
      lifetimes: this.#lifetimes(problems),
      maxClockJumpDays: duration('limits.max_clock_jump') / DAY_MS,
      upstream: {
        proxy: text('upstream.proxy'),
        proxyCredentialsFile: path('upstream.proxy_credentials_file'),
        authorityFiles: this.#files(['upstream', 'ca'], workingDirectory),
        ...(certificateFile !== undefined && keyFile !== undefined
          ? { clientCertificate: { certificateFile, keyFile } }
          : {}),
        patience: {
          connectMs: duration('upstream.connect_timeout'),
          idleMs: duration('upstream.idle_timeout'),
          totalMs: duration('upstream.total_timeout'),
          minBytesPerSecond: parseRate(text('upstream.min_throughput') ?? '') ?? 0,
        },
      },
      notary: {
        ...(credentialsFile === undefined ? {} : { credentialsFile }),
        ...(tokenServer === undefined ? {} : { tokenServer: new URL(tokenServer) }),
      },
      ...(realm !== undefined && service !== undefined && issuer !== undefined
        ? { readers: { realm, service, issuer, certificateFiles } }
        : {}),
      publishApprovals: this.#value(['publish_approvals']) === true,
      logLevel: (text('log_level') ?? 'info') as Level,
    };
  }

  #lifetimes(problems: Problem[]): Lifetimes {
    const days = (role: keyof Lifetimes, name: string = role): number => {
      const path = ['lifetimes', name];
      const lifetime = (parseDuration(this.#text(path) ?? '') ?? 0) / DAY_MS;
      if (lifetime > LONGEST_LIFETIMES[role]) {
        problems.push({
          place: this.#choose(path)?.layer.place(path) ?? 'default',
          text: `lifetimes.${name} must be at most ${String(LONGEST_LIFETIMES[role])} days, so that a stolen key ages out`,
          kind: 'invalid',
        });
      }
      return lifetime;
    };
    const collectionSnapshot = days('collectionSnapshot', 'collection_snapshot');
    return { timestamp: days('timestamp'), snapshot: days('snapshot'), root: days('root'), collectionSnapshot };
  }

  #choose(path: KeyPath): Chosen | undefined {
    for (const layer of this.#layers) {
      const value = at(layer.tree, path);
      if (value !== undefined) return { value, layer, path };
    }
    return undefined;
  }

  #value(path: KeyPath): Value | undefined {
    const standard = SETTINGS.find((setting) => keyName(setting.path) === keyName(path))?.leaf.default;
    return this.#choose(path)?.value ?? (standard === NONE ? undefined : standard);
  }

  #text(path: KeyPath): string | undefined {
    const value = this.#value(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** Relative to the file that says it, or to where the command was typed. */
  #path(path: KeyPath, workingDirectory: string): string | undefined {
    return this.#files(path, workingDirectory)[0];
  }

  #files(path: KeyPath, workingDirectory: string): string[] {
    const value = this.#value(path);
    const files = typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
    return files.map((file) => resolve(this.#choose(path)?.layer.base ?? workingDirectory, file));
  }
}

/** What a source needs; reads the proxy’s credentials from their file. @throws USAGE_FILE, STATE_PERMISSIONS */
export async function upstreamOptions({ upstream, notary }: Settings): Promise<Omit<UpstreamOptions, 'clock'>> {
  const { proxy, proxyCredentialsFile, ...ways } = upstream;
  const rest = { ...ways, ...notary };
  if (proxy === undefined) return rest;
  if (proxyCredentialsFile === undefined) return { ...rest, proxy };
  const line = (await readNamedFile(proxyCredentialsFile, 4096)).toString('utf8').trimEnd();
  await new Disk().refuseUnlessPrivate(proxyCredentialsFile);
  const colon = line.indexOf(':');
  if (colon < 1 || line.includes('\n')) {
    throw new Refusal('CONFIG_INVALID', `${proxyCredentialsFile} does not hold one line “user:password”.`);
  }
  const url = new URL(proxy);
  url.username = encodeURIComponent(line.slice(0, colon));
  url.password = encodeURIComponent(line.slice(colon + 1));
  return { ...rest, proxy: url.href };
}

function at(tree: Tree, path: KeyPath): Value | undefined {
  const [group = '', name] = path;
  const value = tree[group];
  if (name === undefined) return value as Value | undefined;
  return typeof value === 'object' && value !== null ? ((value as Tree)[name] as Value | undefined) : undefined;
}
