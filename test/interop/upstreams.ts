/**
 * The upstreams that stock clients are sent through the mirror to: the sample’s shape, hashed bins in both spellings, and
 * Sigstore’s newest recorded state where it is at hand. Each knows how to publish more, and how to change its targets key.
 */
import { join } from 'node:path';
import type { Source } from '../../src/acquire/source.ts';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { Archive, findArchive, type RecordedState } from '../replay/archive.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

export interface InteropUpstream {
  readonly name: string;
  readonly firstRoot: Uint8Array;
  /** Targets that the top-level role speaks for. */
  readonly top: readonly string[];
  /** Targets behind delegations. */
  readonly delegated: readonly string[];
  /** What upstream signed for a path. */
  content(path: string): Uint8Array | undefined;
  openSource(): Promise<Source>;
  /** Publishes one more target; undefined where upstream is a recording. */
  publishMore?(): string;
  rotateTargetsKey?(): void;
}

const TRUSTED_ROOT = JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' });

/** Nested and terminating delegations by paths, as the sample has them. */
export function nestedUpstream(): InteropUpstream {
  const upstream = simulated('nested');
  const team = upstream.author.role('team');
  upstream.targets.delegations.push({
    name: 'team',
    paths: ['team/*', 'team/*/*'],
    terminating: true,
    signers: [upstream.signer('team')],
    threshold: 1,
  });
  team.delegations.push({
    name: 'nested',
    paths: ['team/app/*'],
    terminating: false,
    signers: [upstream.signer('nested')],
    threshold: 1,
  });
  upstream
    .add('trusted_root.json', TRUSTED_ROOT)
    .add('team/read.me', 'by the team', 'team')
    .add('team/app/1.0', 'by the nested role', 'nested');
  return asInterop('nested delegations', upstream, ['team/read.me', 'team/app/1.0']);
}

/** Sixteen bins by `path_hash_prefixes`, each with the targets whose digest starts with its digit. */
export function hashedBins(): InteropUpstream {
  const upstream = simulated('hashed');
  for (const digit of '0123456789abcdef') {
    upstream.author.role(`bin-${digit}`);
    upstream.targets.delegations.push({
      name: `bin-${digit}`,
      pathHashPrefixes: [digit],
      terminating: true,
      signers: [upstream.signer('bins')],
      threshold: 1,
    });
  }
  return fillBins('bins by path_hash_prefixes', upstream);
}

/** Sixteen bins by `succinct_roles` (TAP 15). */
export function succinctBins(): InteropUpstream {
  const upstream = simulated('succinct');
  for (const digit of '0123456789abcdef') upstream.author.role(`bin-${digit}`);
  upstream.targets.bins = { bitLength: 4, namePrefix: 'bin', signers: [upstream.signer('bins')], threshold: 1 };
  return fillBins('bins by succinct_roles', upstream);
}

function fillBins(name: string, upstream: SimulatedUpstream): InteropUpstream {
  const paths = Array.from({ length: 40 }, (_, index) => `packages/${String(index)}.tar`);
  for (const path of paths) upstream.add(path, `content of ${path}`, `bin-${sha256(Buffer.from(path)).charAt(0)}`);
  upstream.add('trusted_root.json', TRUSTED_ROOT);
  return asInterop(name, upstream, paths.slice(0, 3));
}

function simulated(seed: string): SimulatedUpstream {
  return new SimulatedUpstream({ seed, now: systemClock.now() });
}

function asInterop(name: string, upstream: SimulatedUpstream, delegated: readonly string[]): InteropUpstream {
  let published = 0;
  upstream.publish(...upstream.author.roles.keys());
  return {
    name,
    firstRoot: upstream.firstRoot,
    top: ['trusted_root.json'],
    delegated,
    content: (path) => [...upstream.author.roles.values()].flatMap(({ targets }) => targets.get(path) ?? [])[0],
    openSource: () => Promise.resolve(upstream),
    publishMore() {
      const path = `more-${String(++published)}.txt`;
      upstream.add(path, `published later: ${path}`).publish('targets');
      return path;
    },
    rotateTargetsKey() {
      upstream.author.keyholders.set('targets', { signers: [upstream.signer('next targets')], threshold: 1 });
      upstream.author.publishRoot();
      upstream.publish('targets');
    },
  };
}

/** Sigstore’s newest recorded state; undefined when the recordings are not at hand. */
export function recordedUpstream(scope: Scope): InteropUpstream | undefined {
  const path = findArchive();
  if (path === undefined) return undefined;
  const archive = new Archive(path);
  scope.after(() => archive.remove());
  const state = archive.states.at(-1);
  if (!state) return undefined;
  const directory = join(archive.directory, 'newest');
  state.layOut(directory);
  return {
    name: `Sigstore, recorded state ${state.seq}`,
    firstRoot: state.bytes('metadata/1.root.json'),
    top: ['trusted_root.json'],
    delegated: delegatedTargets(state),
    content: (path) => state.bytes(`targets/${path}`),
    openSource: () => openDirectorySource(directory),
  };
}

/** Read from the state: no delegation is spelt here. */
function delegatedTargets(state: RecordedState): string[] {
  interface Targets {
    signed: { delegations?: { roles: { name: string }[] }; targets: Record<string, unknown> };
  }
  const parse = (role: string): Targets => JSON.parse(state.bytes(`metadata/${role}.json`).toString('utf8')) as Targets;
  const roles = parse('targets').signed.delegations?.roles ?? [];
  return roles.flatMap(({ name }) => Object.keys(parse(name).signed.targets));
}

interface Scope {
  after(cleanUp: () => void): void;
}
