/** The roots in a pin are roots, word for word, and each is signed by itself: otherwise the pin is refused, not the first use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../../../src/errors.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { base64, plainPin, read, refusedPin, upstreamRoot } from './pins.ts';

const MEMBERS = ['mirror_root', 'upstream_root'] as const;

function refusedRoot(text: string, cause?: string): void {
  for (const name of MEMBERS) {
    const refusal = refusedPin(plainPin({ [name]: text }), `The pin: ${name}`);
    assert.equal(refusal.details['member'], name);
    assert.equal((refusal.cause as Refusal | undefined)?.code, cause);
  }
}

test('C-05 base64 is read strictly: padded, standard, nothing around it', () => {
  const text = base64(upstreamRoot);
  const unpadded = base64(Buffer.concat([upstreamRoot, Buffer.from(' '.repeat(3 - (upstreamRoot.length % 3) + 1))]));
  assert.match(unpadded, /=$/);
  const wrong = [
    '',
    ' ',
    `${text}\n`,
    ` ${text}`,
    `${text}====`,
    `${text}!`,
    text.slice(0, -3),
    unpadded.replace(/=+$/, ''),
    `${text.slice(0, 76)}\n${text.slice(76)}`,
    '-_-_',
    'e30',
    Buffer.from(upstreamRoot).toString('utf8'),
  ];
  for (const altered of wrong) refusedRoot(altered);
});

test('what is no root is refused, and the cause says why', () => {
  const upstream = new SimulatedUpstream().publish();
  refusedRoot(base64(Buffer.from('<html>')), 'TRUST_JSON');
  refusedRoot(base64(Buffer.from('{}')), 'TRUST_MALFORMED');
  refusedRoot(base64(upstreamRoot.subarray(0, -2)), 'TRUST_JSON');
  refusedRoot(base64(upstream.file('timestamp.json')), 'TRUST_TYPE');
  refusedRoot(base64(Buffer.alloc(600_000, ' ')));
});

test('a root that is not signed by itself is refused', () => {
  const forged = new SimulatedUpstream().signWith('root', signerNamed('mallory')).publish();
  refusedRoot(base64(forged.firstRoot), 'TRUST_SIGNATURES');
  const unsigned = new SimulatedUpstream().signWith('root').publish();
  refusedRoot(base64(unsigned.firstRoot), 'TRUST_SIGNATURES');
  const altered = Buffer.from(upstreamRoot).toString('utf8').replace('"version":1', '"version":2');
  refusedRoot(base64(Buffer.from(altered)), 'TRUST_SIGNATURES');
});

test('a refusal says nothing of the bytes', () => {
  const { message } = refusedPin(plainPin({ upstream_root: base64(Buffer.from('{"secret":"hunter2hunter2"}')) }));
  assert.doesNotMatch(message, /hunter2|aHVudGVy/);
});

test('a later root may be the enrolled one, in whatever bytes it was signed', () => {
  const upstream = new SimulatedUpstream().rewrite('root', (file) => ` ${file}\n\n`).publish();
  upstream.author.publishRoot();
  const bytes = upstream.file('2.root.json');
  assert.deepEqual(
    Buffer.from(read(plainPin({ upstream_root: base64(bytes) })).upstreamRoot ?? []),
    Buffer.from(bytes),
  );
});
