/** Catalogue section W: client workflow and the meaning of metadata, with the mirror as the client. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { type Json, jsonObject, parseJson } from '../../src/tuf/json.ts';
import { signerNamed } from '../simulator/keys.ts';
import { below, put } from '../simulator/places.ts';
import { rejected } from '../simulator/refused.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import { variant } from '../simulator/foreign-keys.ts';
import type { Corpus, ImportCase } from './corpus.ts';

const PAST = -400;

export const WORKFLOW_ENTRIES: Corpus = {
  'W-01': [
    {
      says: 'a root that skips a version is refused',
      spoil: ({ author }) => {
        author.root.version = 2;
        author.publishRoot();
        author.files.set('2.root.json', author.files.get('3.root.json') ?? new Uint8Array());
        author.files.delete('3.root.json');
      },
      outcome: 'TRUST_ROOT_CHAIN',
    },
    {
      says: 'the enrolled root in the place of the next one is refused',
      spoil: (upstream) => upstream.serve('2.root.json', upstream.firstRoot),
      outcome: 'TRUST_ROOT_CHAIN',
    },
    {
      says: 'a root that only its own keys signed is refused',
      spoil: (upstream) => {
        const thief = signerNamed('thief');
        upstream.author.keyholders.set('root', { signers: [thief], threshold: 1 });
        upstream.signWith('root', thief).author.publishRoot();
      },
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a root that only the old keys signed is refused',
      spoil: (upstream) => {
        upstream.author.keyholders.set('root', { signers: [signerNamed('absent')], threshold: 1 });
        upstream.signWith('root', upstream.signer('root')).author.publishRoot();
      },
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a newest root that expired too long ago is refused, whatever vouches below it',
      spoil: (upstream) => {
        upstream.author.lifetimes.root = PAST;
        upstream.author.publishRoot();
        upstream.publish();
      },
      outcome: 'POLICY_UPSTREAM_AGE',
    },
  ],
  'W-02': [
    {
      says: 'a timestamp whose snapshot fails later is not remembered: an honest one of a lower version is still welcome',
      spoil: (upstream) => {
        upstream.author.timestamp.version += 500;
        upstream.publish().serve('2.snapshot.json', 'x');
      },
      outcome: 'TRUST_TORN',
    },
    {
      says: 'a root that was fetched before something else failed is not accepted by that',
      spoil: (upstream) => {
        upstream.author.publishRoot();
        upstream.publish().drop('1.deep.json');
      },
      outcome: 'SOURCE_NOT_FOUND',
      then: (mirrored) => assert.equal(mirrored.mirror.reader.lastAccepted(mirrored.id)?.asOf?.rootVersion, 1),
    },
    {
      says: 'a target that cannot be had refuses the whole state, metadata included',
      spoil: (upstream) => upstream.add('new', 'new content').publish('targets').drop('new'),
      outcome: 'SOURCE_NOT_FOUND',
    },
  ],
  'W-03': ['2.snapshot.json', '2.targets.json', '2.delegated.json'].map((name): ImportCase => ({
    says: `a ${name.slice(2)} with a wrong hash is refused before it is parsed, though parsing would stop the process`,
    spoil: (upstream) => {
      upstream.publish('targets', 'delegated');
      upstream.serve(name, '['.repeat(upstream.file(name).length));
    },
    outcome: name.includes('delegated') ? 'TRUST_ROLE_MISMATCH' : 'TRUST_TORN',
  })),
  'W-04': [
    rollback('an older timestamp', (upstream) => {
      upstream.author.timestamp.version = 0;
      upstream.author.publishTimestamp();
    }),
    ...['snapshot', 'targets', 'delegated', 'deep'].map((role) =>
      rollback(`an older ${role} under a newer timestamp`, ({ author }) => {
        (role === 'snapshot' ? author.snapshot : author.role(role)).version = 0;
        author.publish(role);
      }),
    ),
    {
      says: 'a role that is listed no more is refused',
      spoil: (upstream) => {
        upstream.alter('snapshot', (signed) => put(signed, ['meta', 'deep.json'], undefined)).publish();
      },
      outcome: 'TRUST_ROLE_REMOVED',
    },
  ],
  'W-05': [
    ...['delegated', 'deep'].flatMap((role): ImportCase[] => [
      {
        says: `${role} with another length than listed is refused`,
        spoil: (u) =>
          u.publish(role).serve(`2.${role}.json`, Buffer.concat([u.file(`2.${role}.json`), Buffer.from(' ')])),
        outcome: 'TRUST_ROLE_MISMATCH',
      },
      {
        says: `${role} with another hash than listed is refused`,
        spoil: (upstream) =>
          upstream
            .alter('snapshot', (s) => put(s, ['meta', `${role}.json`, 'hashes', 'sha256'], 'ab'.repeat(32)))
            .publish(),
        outcome: 'TRUST_ROLE_MISMATCH',
      },
      {
        says: `${role} with another version than listed is refused`,
        spoil: (upstream) => {
          upstream.author.listsDigests = false;
          upstream.publish(role).serve(`2.${role}.json`, upstream.file(`1.${role}.json`));
        },
        outcome: 'TRUST_ROLE_MISMATCH',
      },
      {
        says: `${role} signed by nobody entitled is refused`,
        spoil: (upstream) => upstream.signWith(role, upstream.signer('targets')).publish(role),
        outcome: 'TRUST_SIGNATURES',
      },
      {
        says: `${role} that expired is carried and reported as a dead horizon`,
        spoil: (upstream) => {
          upstream.author.lifetimes.targets = PAST;
          upstream.publish(role);
        },
        outcome: ['dead-horizon'],
      },
    ]),
  ],
  'W-06': [
    ...['root', 'timestamp', 'snapshot', 'link', 'delegated'].map((type): ImportCase => ({
      says: `a delegated file that calls itself ${type} is refused`,
      spoil: (upstream) => upstream.alter('delegated', (signed) => signed.set('_type', type)).publish('delegated'),
      outcome: 'TRUST_TYPE',
    })),
    {
      says: 'two roles whose files could be swapped are noted',
      spoil: (upstream) => {
        const holders = { signers: [signerNamed('twin')], threshold: 1 };
        for (const name of ['left', 'right'])
          upstream.author.delegate('targets', name, { ...holders, paths: [`${name}/*`] });
        upstream.publish('targets');
      },
      outcome: ['shared-keys'],
    },
  ],
  'W-07': ['timestamp', 'snapshot', 'targets', 'delegated', 'deep'].map((role): ImportCase => ({
    says: `another ${role} under the same version is equivocation`,
    spoil: (upstream) => contradict(upstream, role),
    outcome: 'TRUST_EQUIVOCATION',
  })),
  'W-08': [
    {
      says: 'junk, empty and unknown signatures beside a good one do no harm',
      spoil: (upstream) => {
        const own = upstream.signer('targets');
        const strangers = ['', 'zz', 'ab'.repeat(500_000)].map((_, at) => signerNamed(`stranger ${String(at)}`));
        upstream.signWith('targets', ...strangers, own).rewrite('targets', (text) => {
          let at = 0;
          return text.replace(
            /"sig":"[0-9a-f]+"/g,
            (good) => ['"sig":""', '"sig":"zz"', `"sig":"${'ab'.repeat(500_000)}"`][at++] ?? good,
          );
        });
        upstream.publish('targets');
      },
      outcome: [],
    },
    {
      says: 'a broken signature of the role’s only key leaves nobody who signed',
      spoil: (upstream) => {
        const broken = variant(upstream.signer('targets'), { sign: () => new Uint8Array(64).fill(1) });
        upstream.signWith('targets', broken).publish('targets');
      },
      outcome: 'TRUST_SIGNATURES',
    },
  ],
  'W-09': [
    ...['2.0', '2.0.0', '0.9', '1.0.34.1', ''].map((version): ImportCase => ({
      says: `a file for TUF “${version}” is refused`,
      spoil: (upstream) =>
        upstream.alter('targets', (signed) => signed.set('spec_version', version)).publish('targets'),
      outcome: 'TRUST_SPEC_VERSION',
    })),
    {
      says: 'a file for TUF “1.0” is read, and keyid_hash_algorithms and unknown members of keys stay covered by signatures',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => {
          signed.set('spec_version', '1.0');
          const [key] = [
            ...((below(below(signed, 'delegations'), 'keys') as Map<string, Json>).values() as Iterable<Json>),
          ];
          if (key instanceof Map) key.set('keyid_hash_algorithms', ['sha256', 'sha512']).set('x-owner', '@erin');
        });
        upstream.publish('targets');
      },
      outcome: [],
    },
    {
      says: 'metadata in a DSSE envelope is refused',
      spoil: (upstream) =>
        upstream
          .rewrite('targets', (text) => JSON.stringify({ payload: text, payloadType: 'x', signatures: [] }))
          .publish('targets'),
      outcome: 'TRUST_MALFORMED',
    },
  ],
  'W-10': [
    {
      says: 'a target with one flipped bit in the blob store is an error when it is handed out, never a download',
      check: async ({ mirror, id }) => {
        const [target] = mirror.reader.importTargets(mirror.reader.lastAccepted(id)?.number ?? 0);
        assert.ok(target);
        const path = mirror.blobs.path(target.sha256);
        const bytes = await readFile(path);
        await writeFile(
          path,
          bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
        );
        await rejected('STATE_DAMAGED', mirror.blobs.open(target.sha256));
        await writeFile(path, bytes);
        for await (const chunk of await mirror.blobs.open(target.sha256)) assert.ok(bytes.equals(chunk));
      },
    },
    {
      says: 'a target that is other than listed is refused on the way in',
      spoil: (upstream) => upstream.add('file', 'announced').publish('targets').serve('file', 'delivered'),
      outcome: 'TRUST_TARGET',
    },
    {
      says: 'a target longer than listed is refused as soon as it is',
      spoil: (upstream) => upstream.add('file', 'short').publish('targets').serve('file', 'short, and then some'),
      outcome: 'TRUST_TARGET',
    },
  ],
  'W-11': [
    {
      says: 'an older delegated file under a newer snapshot is refused, with hashes and without',
      spoil: (upstream) => upstream.publish('delegated').serve('2.delegated.json', upstream.file('1.delegated.json')),
      outcome: 'TRUST_ROLE_MISMATCH',
    },
    {
      says: 'the snapshot that the mirror signs lists exactly the versions and digests of one upstream snapshot',
      check: async (mirrored, upstream) => {
        upstream.publish('deep');
        const { current } = await mirrored.importNow();
        const ours = metaOf(mirrored.published().get(`${String(current.snapshotVersion)}.snapshot.json`));
        assert.deepEqual(ours, metaOf(upstream.file('2.snapshot.json')));
      },
    },
  ],
};

function rollback(what: string, spoil: (upstream: SimulatedUpstream) => void): ImportCase {
  // Everything is at version 2 before one role goes back to 1.
  return { says: `${what} is a replay`, prepare: publishTwice, spoil, outcome: 'TRUST_ROLLBACK' };
}

function publishTwice(upstream: SimulatedUpstream): void {
  upstream.publish().publish('targets', 'delegated', 'deep');
}

function contradict(upstream: SimulatedUpstream, role: string): void {
  const { author } = upstream;
  upstream.alter(role, (signed) => signed.set('x-changed', jsonObject({})));
  if (role === 'timestamp') {
    author.timestamp.version = 0;
    author.publishTimestamp();
  } else {
    (role === 'snapshot' ? author.snapshot : author.role(role)).version = 0;
    upstream.publish(role);
  }
}

function metaOf(snapshot: Uint8Array | undefined): Map<string, Json> {
  const meta = below(below(parseJson(snapshot ?? new Uint8Array(), 'snapshot'), 'signed'), 'meta');
  if (!(meta instanceof Map)) throw new TypeError('not a snapshot');
  return new Map([...meta].sort(([a], [b]) => (a < b ? -1 : 1)));
}
