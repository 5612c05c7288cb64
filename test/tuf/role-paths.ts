/** Every way in which a role is given keys and a threshold: the same rule must hold on each (K-01, K-03). */
import type { Keyholders } from '../../src/sample/signing.ts';
import type { Signer } from '../../src/sign/signer.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

export interface RolePath {
  /** Whose file the signatures are on. */
  readonly role: string;
  /** The role whose file lists keys and threshold. */
  readonly lister: string;
  /** An upstream in which these hold the role and `signers` sign it. */
  readonly build: (holders: Keyholders, signers: readonly Signer[]) => SimulatedUpstream;
}

export const ROLE_PATHS: Readonly<Record<string, RolePath>> = {
  'the enrolled root': topLevel('root'),
  'a new root under the keys of the old one': {
    role: 'root',
    lister: 'root',
    build(holders, signers) {
      const upstream = new SimulatedUpstream();
      upstream.author.keyholders.set('root', holders);
      upstream.publish();
      upstream.author.keyholders.set('root', { signers: [upstream.signer('next root')], threshold: 1 });
      upstream.signWith('root', ...signers, upstream.signer('next root')).author.publishRoot();
      return upstream;
    },
  },
  'a new root under its own keys': {
    role: 'root',
    lister: 'root',
    build(holders, signers) {
      const upstream = new SimulatedUpstream().publish();
      upstream.author.keyholders.set('root', holders);
      upstream.signWith('root', upstream.signer('root'), ...signers).author.publishRoot();
      return upstream;
    },
  },
  timestamp: topLevel('timestamp'),
  snapshot: topLevel('snapshot'),
  targets: topLevel('targets'),
  'a delegated role': {
    role: 'delegated',
    lister: 'targets',
    build(holders, signers) {
      const upstream = new SimulatedUpstream().signWith('delegated', ...signers);
      upstream.author.delegate('targets', 'delegated', { ...holders, paths: ['*'] });
      return upstream.publish();
    },
  },
  'a succinct bin': {
    role: 'bin-1',
    lister: 'targets',
    build(holders, signers) {
      const upstream = new SimulatedUpstream().signWith('bin-1', ...signers);
      upstream.author.delegateToBins('targets', 'bin', 1);
      upstream.targets.bins = { ...holders, bitLength: 1, namePrefix: 'bin' };
      return upstream.publish();
    },
  },
};

function topLevel(role: string): RolePath {
  return {
    role,
    lister: 'root',
    build(holders, signers) {
      const upstream = new SimulatedUpstream().signWith(role, ...signers);
      upstream.author.keyholders.set(role, holders);
      return upstream.publish();
    },
  };
}
