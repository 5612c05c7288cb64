/** Catalogue section C: cryptographic primitives, as an importer meets them. */
import assert from 'node:assert/strict';
import type { Signer } from '../../src/sign/signer.ts';
import { type Json, jsonObject } from '../../src/tuf/json.ts';
import { ecSigner, keyObject, rsaSigner, variant } from '../simulator/foreign-keys.ts';
import { signerNamed } from '../simulator/keys.ts';
import { put } from '../simulator/places.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import { NON_CANONICAL, SMALL_ORDER, withLargeS } from '../tuf/ed25519-points.ts';
import { negated } from '../tuf/ecdsa-signature.ts';
import type { Corpus, ImportCase } from './corpus.ts';

const HEX = 'ab'.repeat(32);
const p256 = ecSigner('p256', 'P-256');

export const CRYPTO_ENTRIES: Corpus = {
  'C-01': [
    signatureCase('an Ed25519 signature with S + L counts for nothing', withLargeS),
    ...NON_CANONICAL.slice(0, 4).map((r, at) =>
      signatureCase(`a signature with a non-canonical R (${String(at + 1)}) counts for nothing`, (signature) =>
        Buffer.concat([Buffer.from(r, 'hex'), signature.subarray(32)]),
      ),
    ),
  ],
  'C-02': [...SMALL_ORDER, ...NON_CANONICAL.slice(0, 2)].map((hex): ImportCase => ({
    says: `a root that lists the point ${hex.slice(0, 4)}…${hex.slice(-2)}, under which everything verifies, is refused`,
    spoil: (upstream) => {
      const forged = Buffer.concat([Buffer.from(SMALL_ORDER[0] ?? '', 'hex'), Buffer.alloc(32)]);
      const nobody = variant(signerNamed('nobody'), { id: 'nobody', keyObject: keyObject('ed25519', 'ed25519', hex) });
      giveTimestamp(upstream, variant(nobody, { sign: () => forged }));
    },
    outcome: 'TRUST_KEY',
  })),
  'C-03': [
    {
      says: 'the same file with n − s is re-signed: noted, the new bytes carried, the old ones kept',
      prepare: (upstream) => {
        upstream.targets.delegations.length = 0;
        upstream.author.delegate('targets', 'delegated', { signers: [p256], threshold: 1, paths: ['dir/*'] });
      },
      spoil: (upstream) => {
        const before = upstream.file('1.delegated.json');
        upstream.rewrite('delegated', () => withSignature(before, negated)).author.role('delegated').version = 0;
        upstream.publish('delegated');
      },
      outcome: ['re-signed'],
      then: (mirrored, upstream) => {
        const served = mirrored.published().get('1.delegated.json') ?? new Uint8Array();
        assert.ok(Buffer.from(upstream.file('1.delegated.json')).equals(served));
        const kept = mirrored.mirror.reader.seen(mirrored.id, 'delegated' as never, 1);
        assert.deepEqual([kept.length, new Set(kept.map((file) => file.signedSha256)).size], [2, 1]);
      },
    },
  ],
  'C-04': [
    keyCase('SHA-256 over P-384 counts for nothing', ecSigner('wrong', 'P-384', 'sha256'), 'TRUST_SIGNATURES'),
    keyCase('SHA-384 over P-256 counts for nothing', ecSigner('wrong', 'P-256', 'sha384'), 'TRUST_SIGNATURES'),
    keyCase('SHA-384 over P-384 counts', ecSigner('right', 'P-384'), []),
    keyCase('a PSS salt of nothing counts for nothing', rsaSigner('rsa', 0), 'TRUST_SIGNATURES'),
    keyCase('a PSS salt of 20 bytes counts for nothing', rsaSigner('rsa', 20), 'TRUST_SIGNATURES'),
    keyCase('a PSS salt as long as the digest counts', rsaSigner('rsa', 32), []),
    keyCase('a PSS salt as long as fits counts', rsaSigner('rsa', 222), []),
  ],
  'C-05': [
    ...(
      [
        ['junk behind it', (hex) => `${hex}zz-junk`],
        ['an odd digit', (hex) => `${hex}0`],
        ['white space', (hex) => `${hex} `],
        ['base64 in place of hex', (hex) => Buffer.from(hex, 'hex').toString('base64')],
      ] as [string, (hex: string) => string][]
    ).map(([what, spell]): ImportCase => ({
      says: `a signature with ${what} counts for nothing`,
      spoil: (upstream) => upstream.rewrite('targets', (text) => respell(text, spell)).publish('targets'),
      outcome: 'TRUST_SIGNATURES',
    })),
    {
      says: 'a signature in upper-case hex is the same signature',
      spoil: (upstream) =>
        upstream.rewrite('targets', (text) => respell(text, (hex) => hex.toUpperCase())).publish('targets'),
      outcome: [],
    },
  ],
  'C-06': [
    ...['null', '[]', '"x"', '{}', '{"signed":null}', '{"signed":{},"signatures":[null]}'].map((text): ImportCase => ({
      says: `${text} in the place of a delegated file is malformed, and the process goes on`,
      spoil: (upstream) => upstream.rewrite('delegated', () => text).publish('delegated'),
      outcome: 'TRUST_MALFORMED',
    })),
    ...[0, 31, 33, 64].map((length): ImportCase => ({
      says: `an Ed25519 key of ${String(length)} bytes is refused, not crashed on`,
      spoil: (upstream) => {
        const hex = 'ab'.repeat(length);
        giveTimestamp(upstream, variant(signerNamed('short'), { keyObject: keyObject('ed25519', 'ed25519', hex) }));
      },
      outcome: 'TRUST_KEY',
    })),
  ],
  'C-07': [
    targetHashCase(
      'a target with the right sha256 and a wrong sha512 is not the target',
      { sha512: HEX + HEX },
      'TRUST_TARGET',
    ),
    targetHashCase(
      'a target with hashes of unknown kinds only is malformed',
      { sha256: undefined, md5: 'x' },
      'TRUST_MALFORMED',
    ),
    targetHashCase('a target without hashes is malformed', { sha256: undefined }, 'TRUST_MALFORMED'),
    targetHashCase('a hash of an unknown kind beside a right one is kept and not compared', { blake2: 'odd' }, []),
    {
      says: 'a role whose listed sha512 is wrong is refused although its sha256 is right',
      spoil: (upstream) => {
        upstream.alter('snapshot', (signed) => put(signed, ['meta', 'delegated.json', 'hashes', 'sha512'], HEX + HEX));
        upstream.publish();
      },
      outcome: 'TRUST_ROLE_MISMATCH',
    },
    {
      says: 'an empty hashes object in a listing is malformed',
      spoil: (upstream) => {
        upstream.alter('timestamp', (signed) => put(signed, ['meta', 'snapshot.json', 'hashes'], jsonObject({})));
        upstream.publish();
      },
      outcome: 'TRUST_MALFORMED',
    },
  ],
};

/** The timestamp’s own key signs, and the signature is changed. */
function signatureCase(says: string, change: (signature: Uint8Array) => Uint8Array): ImportCase {
  return {
    says,
    spoil: (upstream) => {
      const signer = upstream.signer('timestamp');
      upstream.signWith('timestamp', variant(signer, { sign: (message) => change(signer.sign(message)) })).publish();
    },
    outcome: 'TRUST_SIGNATURES',
  };
}

/** A new root gives the timestamp to this key, which signs it. */
function keyCase(says: string, signer: Signer, outcome: ImportCase['outcome']): ImportCase {
  const noted = typeof outcome === 'string' ? outcome : (['versions-reset'] as const);
  return { says, spoil: (upstream) => giveTimestamp(upstream, signer), outcome: noted };
}

function giveTimestamp(upstream: SimulatedUpstream, signer: Signer): void {
  upstream.author.keyholders.set('timestamp', { signers: [signer], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish();
}

function targetHashCase(
  says: string,
  changes: Record<string, Json | undefined>,
  outcome: ImportCase['outcome'],
): ImportCase {
  return {
    says,
    spoil: (upstream) => {
      upstream.add('file', 'other content').alter('targets', (signed) => {
        for (const [name, value] of Object.entries(changes)) put(signed, ['targets', 'file', 'hashes', name], value);
      });
      upstream.publish('targets');
    },
    outcome,
  };
}

function respell(text: string, spell: (hex: string) => string): string {
  return text.replace(/(?<="sig":")[0-9a-f]+/, spell);
}

function withSignature(file: Uint8Array, change: (signature: Buffer) => Buffer): string {
  return respell(Buffer.from(file).toString('utf8'), (hex) => change(Buffer.from(hex, 'hex')).toString('hex'));
}
