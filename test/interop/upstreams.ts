/**
 * The upstreams that stock clients are sent through the mirror to: the sample’s shape, hashed bins in both spellings, and
 * Sigstore’s newest recorded state where it is at hand. Each knows how to publish more, and how to change its targets key.
 */
import { join } from 'node:path';
import type { Source } from '../../src/acquire/source.ts';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { Archive, findArchive } from '../replay/archive.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

export interface InteropUpstream {
  readonly name: string;
  readonly firstRoot: Uint8Array;
  /** A target that the top-level role speaks for, and one behind a delegation. */
  readonly targets: readonly string[];
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
  return asInterop('nested delegations', upstream, ['trusted_root.json', 'team/read.me', 'team/app/1.0']);
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
  return asInterop(name, upstream, ['trusted_root.json', ...paths.slice(0, 3)]);
}

function simulated(seed: string): SimulatedUpstream {
  return new SimulatedUpstream({ seed, now: systemClock.now() });
}

function asInterop(name: string, upstream: SimulatedUpstream, targets: readonly string[]): InteropUpstream {
  let published = 0;
  upstream.publish(...upstream.author.roles.keys());
  return {
    name,
    firstRoot: upstream.firstRoot,
    targets,
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
    targets: ['trusted_root.json'],
    openSource: () => openDirectorySource(directory),
  };
}

interface Scope {
  after(cleanUp: () => void): void;
}
