/** Catalogue section K: thresholds and key identity, as an importer meets them. */
import assert from 'node:assert/strict';
import type { Signer } from '../../src/sign/signer.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseRoot } from '../../src/tuf/metadata.ts';
import { newAuthority } from '../acquire/certificates.ts';
import { ecSigner, keyObject, rsaPem, rsaSignerAs, variant } from '../simulator/foreign-keys.ts';
import { signerNamed } from '../simulator/keys.ts';
import { put } from '../simulator/places.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import type { Corpus, ImportCase } from './corpus.ts';

const [one, two] = ['corpus one', 'corpus two'].map(signerNamed) as [Signer, Signer];
const ec = ecSigner('ec-pem', 'P-256');
const ecAgain = variant(ec, {
  id: 'ec-other-keytype',
  keyObject: withMember(ec.keyObject, 'keytype', 'ecdsa-sha2-nistp256'),
});

export const THRESHOLD_ENTRIES: Corpus = {
  'K-01': [
    ...[2, 9].map((times): ImportCase => ({
      says: `one signature copied ${String(times)} times does not meet a threshold of two`,
      spoil: (upstream) => giveTargets(upstream, [one, two], 2, new Array<Signer>(times).fill(one)),
      outcome: 'TRUST_DUPLICATE_SIGNATURE',
    })),
    {
      says: 'one signature under the key id in two letter cases does not meet a threshold of two',
      spoil: (upstream) => giveTargets(upstream, [one, two], 2, [one, variant(one, { id: one.keyId.toUpperCase() })]),
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a delegated role with a copied signature is refused as targets would be',
      spoil: (upstream) => delegateAnew(upstream, [one, two], 2, [one, one]),
      outcome: 'TRUST_DUPLICATE_SIGNATURE',
    },
  ],
  'K-02': [
    {
      says: 'one key in lower-case and upper-case hex is too few for a threshold of two',
      spoil: (upstream) => giveTargets(upstream, [one, respelled('HEX')], 2, [one, respelled('HEX')]),
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
    {
      says: 'one ECDSA key under its two keytypes is too few for a threshold of two',
      spoil: (upstream) => giveTargets(upstream, [ec, ecAgain], 2, [ec, ecAgain]),
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
    {
      says: 'one key under two ids waits for a decision even where the threshold could be met',
      spoil: (upstream) => delegateAnew(upstream, [one, respelled('HEX'), two], 2, [one, two]),
      outcome: 'POLICY_DUPLICATE_KEY',
    },
    {
      says: 'two real keys meet a threshold of two',
      spoil: (upstream) => delegateAnew(upstream, [one, ec], 2, [one, ec]),
      outcome: [],
    },
  ],
  'K-03': ([0, -1, 2, 2 ** 31, '1', true, null] satisfies Json[]).flatMap((threshold): ImportCase[] => [
    {
      says: `a threshold of ${JSON.stringify(threshold)} in root is refused`,
      spoil: (upstream) => {
        upstream.alter('root', (signed) => put(signed, ['roles', 'targets', 'threshold'], threshold));
        upstream.author.publishRoot();
      },
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
    {
      says: `a threshold of ${JSON.stringify(threshold)} in a delegation is refused with the file that delegates`,
      spoil: (upstream) => {
        upstream.alter('delegated', (signed) => put(signed, ['delegations', 'roles', '0', 'threshold'], threshold));
        upstream.publish('delegated');
      },
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
  ]),
  'K-04': [
    {
      says: 'one key id that means two keys in two files lends neither the other’s authority',
      prepare: ({ author }) => {
        author.role('targets').delegations.length = 0;
        author.role('delegated').delegations.length = 0;
        author.delegate('targets', 'delegated', {
          signers: [variant(one, { id: 'x' })],
          threshold: 1,
          paths: ['dir/*'],
        });
        author.delegate('delegated', 'deep', { signers: [variant(two, { id: 'x' })], threshold: 1, paths: ['dir/*'] });
      },
      spoil: (upstream) => upstream.signWith('deep', variant(one, { id: 'x' })).publish('deep'),
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'opaque ids and unknown members of targets keys are listed by the mirror’s root value for value',
      spoil: (upstream) => {
        const owned = withMember(one.keyObject, 'x-tuf-on-ci-keyowner', '@erin');
        giveTargets(upstream, [variant(one, { id: 'opaque', keyObject: owned })], 1);
      },
      outcome: [],
      then: (mirrored, upstream) => {
        const [ours, theirs] = [mirrored.published().get('2.root.json'), upstream.file('2.root.json')].map(
          (bytes) => parseRoot(bytes ?? new Uint8Array(), 'root', DEFAULT_LIMITS).payload.keys,
        );
        const key = [...(ours ?? [])].find(([id]) => id === 'opaque')?.[1];
        assert.ok(key);
        assert.deepEqual(key.object, theirs?.get(key.id)?.object);
      },
    },
  ],
  'K-05': [
    ...(
      [
        ['an RSA key declared ed25519', 'ed25519', 'ed25519', rsaPem],
        ['an RSA key declared ecdsa', 'ecdsa', 'ecdsa-sha2-nistp256', rsaPem],
        ['an Ed25519 key declared ecdsa', 'ecdsa', 'ecdsa-sha2-nistp256', hexOf(one)],
        ['a certificate declared ecdsa', 'ecdsa', 'ecdsa-sha2-nistp256', newAuthority('K-05').certificate],
      ] as const
    ).map(([what, keytype, scheme, text]): ImportCase => ({
      says: `${what} is refused, whatever it would verify`,
      spoil: (upstream) => giveTargets(upstream, [rsaSignerAs('confused', keyObject(keytype, scheme, text))], 1),
      outcome: 'TRUST_KEY',
    })),
    {
      says: 'a key of a kind outside the table is noted, and its signature counts for nothing',
      spoil: (upstream) => {
        const odd = rsaSignerAs('odd', keyObject('rsa', 'rsa-pkcs1v15-sha512', rsaPem));
        giveTargets(upstream, [one, odd], 1, [one, odd]);
      },
      outcome: ['unsupported-key'],
    },
  ],
  'K-06': [
    {
      says: 'a targets file without signatures is refused',
      spoil: (u) => u.signWith('targets').publish('targets'),
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a delegated file without signatures is refused',
      spoil: (u) => u.signWith('deep').publish('deep'),
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a root without one of the four roles is refused',
      spoil: (upstream) => {
        upstream.alter('root', (signed) => put(signed, ['roles', 'snapshot'], undefined));
        upstream.author.publishRoot();
      },
      outcome: 'TRUST_MALFORMED',
    },
    {
      says: 'a role whose key ids are listed nowhere has no keys, and that is a refusal',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => put(signed, ['delegations', 'keys'], new Map()));
        upstream.publish('targets');
      },
      outcome: 'TRUST_THRESHOLD_VALUE',
    },
    ...['root', 'timestamp', 'snapshot', 'targets'].map((name): ImportCase => ({
      says: `a delegated role named “${name}” is refused`,
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => put(signed, ['delegations', 'roles', '0', 'name'], name));
        upstream.publish('targets');
      },
      outcome: 'TRUST_ROLE_NAME',
    })),
    {
      says: 'a delegated role named “constructor” that snapshot does not list is not found by accident',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => put(signed, ['delegations', 'roles', '0', 'name'], 'constructor'));
        upstream.publish('targets');
      },
      outcome: 'TRUST_ROLE_UNLISTED',
    },
  ],
};

/** A new root gives targets to these, and the targets file is signed by those. */
function giveTargets(
  upstream: SimulatedUpstream,
  signers: readonly Signer[],
  threshold: number,
  signing: readonly Signer[] = signers,
): void {
  upstream.author.keyholders.set('targets', { signers, threshold });
  upstream.author.publishRoot();
  upstream.signWith('targets', ...signing).publish('targets');
}

/** The same for the delegated role, listed by targets. */
function delegateAnew(
  upstream: SimulatedUpstream,
  signers: readonly Signer[],
  threshold: number,
  signing: readonly Signer[],
): void {
  upstream.targets.delegations.length = 0;
  upstream.author.delegate('targets', 'delegated', { signers, threshold, paths: ['dir/*'] });
  upstream.signWith('delegated', ...signing).publish('targets', 'delegated');
}

function respelled(how: 'HEX'): Signer {
  return variant(one, { id: how, keyObject: keyObject('ed25519', 'ed25519', hexOf(one).toUpperCase()) });
}

function hexOf(signer: Signer): string {
  const keyval = signer.keyObject.get('keyval');
  const text = keyval instanceof Map ? keyval.get('public') : undefined;
  if (typeof text !== 'string') throw new TypeError('not a key object');
  return text;
}

function withMember(object: JsonObject, name: string, value: Json): JsonObject {
  return new Map([...jsonObject({}), ...object, [name, value]]);
}
