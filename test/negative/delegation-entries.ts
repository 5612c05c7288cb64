/** Catalogue section D: delegations, as an importer meets them. */
import assert from 'node:assert/strict';
import { type Json, jsonObject } from '../../src/tuf/json.ts';
import { put } from '../simulator/places.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import type { Corpus, ImportCase } from './corpus.ts';

export const DELEGATION_ENTRIES: Corpus = {
  'D-01': [
    {
      says: 'a role valid via one delegator and invalid via another is refused, naming the other',
      spoil: (upstream) => {
        const signers = [upstream.signer('second')];
        upstream.author.delegate('targets', 'deep', { signers, threshold: 1, paths: ['dir/*'] });
        upstream.signWith('deep', upstream.signer('deep')).publish('targets', 'deep');
      },
      outcome: 'TRUST_SIGNATURES',
      then: (_mirrored, _upstream, said) => assert.match(said, /^deep as delegated by targets /),
    },
    {
      says: 'the same role signed for both delegators is accepted',
      spoil: (upstream) => {
        const signers = [upstream.signer('second')];
        upstream.author.delegate('targets', 'deep', { signers, threshold: 1, paths: ['dir/*'] });
        upstream.publish('targets', 'deep');
      },
      outcome: [],
    },
  ],
  'D-02': [
    {
      says: 'a role named twice by one delegator is refused',
      spoil: (upstream) => {
        upstream.author.delegate('targets', 'delegated', { paths: ['other/*'] });
        upstream.publish('targets');
      },
      outcome: 'TRUST_ROLE_NAME',
    },
    {
      says: 'roles named like integers are walked in the order of the file',
      spoil: (upstream) => {
        for (const name of ['2', '10', 'dev', '1']) upstream.author.delegate('targets', name, { paths: ['*'] });
        upstream.publish('targets');
      },
      outcome: [],
      then: (mirrored) => {
        const roles = mirrored.mirror.reader
          .generationRoles(mirrored.id, mirrored.generation)
          .map(({ role }) => String(role));
        assert.deepEqual(roles, ['targets', 'delegated', '2', '10', 'dev', '1', 'deep']);
      },
    },
  ],
  'D-03': [
    missing('that cannot be fetched', (upstream) => upstream.drop('2.delegated.json'), 'SOURCE_NOT_FOUND'),
    missing('whose file is corrupt', (upstream) => upstream.serve('2.delegated.json', '{}'), 'TRUST_ROLE_MISMATCH'),
    missing(
      'that is not listed',
      (upstream) => upstream.alter('snapshot', (s) => put(s, ['meta', 'fresh.json'], undefined)).publish(),
      'TRUST_ROLE_UNLISTED',
    ),
  ],
  'D-04': [
    ...['!a', '{a,b}', '+(a|b)', '#x', '[!a]', '[^a]', 'a\\*', '@(x)'].map((pattern): ImportCase => ({
      says: `the pattern ${pattern}, which clients read differently, is carried and noted`,
      spoil: (upstream) => {
        upstream.author.delegate('targets', 'odd', { paths: ['plain/*', pattern] });
        upstream.publish('targets');
      },
      outcome: ['ambiguous-pattern'],
    })),
    {
      says: 'plain patterns, and classes of hash prefixes, need no note',
      spoil: (upstream) => {
        upstream.author.delegate('targets', 'plain', { paths: ['*', '.hidden/*', 'a?b', '*.tgz'] });
        upstream.author.delegate('targets', 'hashed', { pathHashPrefixes: ['00', 'a'] });
        upstream.publish('targets');
      },
      outcome: [],
    },
  ],
  'D-05': [
    {
      says: 'a cycle of delegations ends',
      spoil: (upstream) => {
        upstream.author.delegate('deep', 'delegated', { paths: ['*'] });
        upstream.author.delegate('deep', 'deep', { paths: ['*'] });
        upstream.publish('deep', 'delegated');
      },
      outcome: [],
    },
    ...([33, 0, -1, '8'] satisfies Json[]).map((bits): ImportCase => ({
      says: `a bit length of ${JSON.stringify(bits)} is malformed`,
      spoil: (upstream) => upstream.alter('deep', (signed) => signed.set('delegations', bins(bits))).publish('deep'),
      outcome: 'TRUST_MALFORMED',
    })),
    ...[20, 32].map((bits): ImportCase => ({
      says: `2^${String(bits)} bins are refused before one of them is made`,
      spoil: (upstream) => upstream.alter('deep', (signed) => signed.set('delegations', bins(bits))).publish('deep'),
      outcome: 'TRUST_LIMIT',
    })),
    {
      says: 'more delegations than the limit are refused',
      limits: { delegations: 1000 },
      spoil: (upstream) => {
        const role = (at: number): Json =>
          jsonObject({ keyids: ['x'], name: `r${String(at)}`, paths: ['*'], threshold: 1 });
        const roles = Array.from({ length: 1001 }, (_, at) => role(at));
        upstream
          .alter('deep', (signed) => signed.set('delegations', jsonObject({ keys: jsonObject({}), roles })))
          .publish('deep');
      },
      outcome: 'TRUST_LIMIT',
    },
  ],
  'D-06': [
    {
      says: 'a rotate file (TAP 8, TAP 20: not supported) is noted as an entry without a delegation, and is not carried',
      spoil: (upstream) => {
        upstream.author.role('delegated.rotate.1');
        upstream.publish();
      },
      outcome: ['unreachable-entry'],
      then: (mirrored) => assert.ok(!mirrored.published().has('1.delegated.rotate.1.json')),
    },
    {
      says: 'a role that revoked itself, with a key of no kind, has no keys that count and is refused',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => put(signed, ['delegations', 'roles', '0', 'keyids'], ['00'.repeat(32)]));
        upstream.publish('targets');
      },
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
  ],
};

/** Targets delegates a path to `delegated` first and to `lower` second; the first cannot be had. */
function missing(
  what: string,
  spoil: (upstream: SimulatedUpstream) => unknown,
  outcome: ImportCase['outcome'],
): ImportCase {
  return {
    says: `a role ${what} ends the import, and the one of lower priority does not answer in its place`,
    spoil: (upstream) => {
      upstream.author.delegate('targets', 'fresh', { paths: ['dir/*'] });
      upstream.author.delegate('targets', 'lower', { paths: ['dir/*'] });
      upstream.add('dir/file', 'of lower priority', 'lower').publish('targets', 'delegated');
      spoil(upstream);
    },
    outcome,
  };
}

function bins(bitLength: Json): Json {
  const succinct = jsonObject({ bit_length: bitLength, keyids: [], name_prefix: 'bin', threshold: 1 });
  return jsonObject({ keys: jsonObject({}), succinct_roles: succinct });
}
