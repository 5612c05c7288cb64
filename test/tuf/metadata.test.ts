/**
 * The shape of the four kinds of file (C-06, C-07, J-03, J-04, W-06, W-09): what is malformed is refused by a typed refusal
 * before anything of it is believed, and what is merely unknown is kept.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Code } from '../../src/errors.ts';
import { signFile } from '../../src/sample/signing.ts';
import { type Json, type JsonObject, jsonObject, parseJson } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseRoot, parseSnapshot, parseTargets, parseTimestamp } from '../../src/tuf/metadata.ts';
import { signerNamed } from '../simulator/keys.ts';
import { placesIn, put } from '../simulator/places.ts';
import { refused } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const PARSERS = { root: parseRoot, timestamp: parseTimestamp, snapshot: parseSnapshot, targets: parseTargets };
type Kind = keyof typeof PARSERS;
const KINDS = Object.keys(PARSERS) as Kind[];

const upstream = new SimulatedUpstream().add('file', 'content');
upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
upstream.publish();
const GOOD: Readonly<Record<Kind, Uint8Array>> = {
  root: upstream.file('1.root.json'),
  timestamp: upstream.file('timestamp.json'),
  snapshot: upstream.file('1.snapshot.json'),
  targets: upstream.file('1.targets.json'),
};
const HEX = 'ab'.repeat(32);

test('C-06 valid JSON that is not TUF is malformed, for every kind of file and never a crash', () => {
  for (const kind of KINDS) {
    for (const text of ['null', '[]', '"x"', '1', 'true', '{}', '{"signed":null}', '{"signed":{},"signatures":null}']) {
      refused('TRUST_MALFORMED', () => parse(kind, Buffer.from(text)));
    }
    for (const entries of ['null', '[]', '{}', '{"keyid":1,"sig":""}', '{"keyid":"a"}', '{"keyid":"a","sig":1}']) {
      const text = `{"signatures":[${entries}],"signed":{}}`;
      refused('TRUST_MALFORMED', () => parse(kind, Buffer.from(text)));
    }
  }
});

test('C-06 a member of another type, or a missing one, is malformed wherever it stands', () => {
  for (const kind of KINDS) {
    const places = placesIn(signedPart(kind));
    assert.ok(places.length >= 8, kind);
    for (const place of places) {
      for (const value of [null, true, 'x', -1, [], new Map<string, Json>()] satisfies Json[]) {
        assertHandled(kind, put(signedPart(kind), place, value));
      }
      assertHandled(kind, put(signedPart(kind), place, undefined));
    }
  }
});

test('W-06 a file of one role does not pass as one of another, nor without a type', () => {
  for (const kind of KINDS) {
    for (const other of KINDS) if (other !== kind) refused('TRUST_TYPE', () => parse(kind, GOOD[other]));
    for (const type of ['', 'Root', 'mirrors', 'delegated', 'link', `${kind} `]) {
      refused('TRUST_TYPE', () => parse(kind, altered(kind, { _type: type })));
    }
  }
});

test('W-09 another major specification version is refused, every 1.x is read', () => {
  for (const version of [
    '2.0',
    '2.0.0',
    '0.9',
    '1',
    '1.',
    '1.0.34.1',
    '1.0.0-rc1',
    'v1.0.0',
    '1.x',
    '',
    '11.0',
    '1.1234',
  ]) {
    refused('TRUST_SPEC_VERSION', () => parse('targets', altered('targets', { spec_version: version })));
  }
  for (const version of ['1.0', '1.0.0', '1.0.34', '1.1.0', '1.999']) {
    parse('targets', altered('targets', { spec_version: version }));
  }
});

test('W-09 metadata in a DSSE envelope is refused, not guessed at', () => {
  const payload = Buffer.from(GOOD.targets).toString('base64');
  const dsse = JSON.stringify({
    payload,
    payloadType: 'application/vnd.tuf+json',
    signatures: [{ keyid: 'a', sig: '' }],
  });
  refused('TRUST_MALFORMED', () => parse('targets', Buffer.from(dsse)));
});

test('K-05 a key of a kind outside the table may hold anything, one inside the table must hold its public half', () => {
  const identity = asJson({ identity: 'erin@example.com', issuer: 'https://issuer.example' });
  const withKey = (keytype: string, scheme: string): Uint8Array => {
    const key = asJson({ keytype, scheme, keyval: identity });
    return signFile('root', put(signedPart('root'), ['keys', 'odd'], key), [signerNamed('anybody')]);
  };
  assert.equal(
    parseRoot(withKey('sigstore-oidc', 'Fulcio'), 'root', DEFAULT_LIMITS).payload.keys.get('odd' as never)?.isSupported,
    false,
  );
  refused('TRUST_MALFORMED', () => parse('root', withKey('ed25519', 'ed25519')));
});

test('J-04 versions run from 1 to 2^31−2, where every client can follow', () => {
  for (const version of [0, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, '1', true]) {
    for (const kind of KINDS) refused('TRUST_MALFORMED', () => parse(kind, altered(kind, { version })));
    const meta = (name: string): Json => new Map([[name, jsonObject({ version })]]);
    refused('TRUST_MALFORMED', () => parse('timestamp', altered('timestamp', { meta: meta('snapshot.json') })));
    refused('TRUST_MALFORMED', () => parse('snapshot', altered('snapshot', { meta: meta('a.json') })));
  }
  assert.equal(parse('targets', altered('targets', { version: 2 ** 31 - 2 })).version, 2 ** 31 - 2);
});

test('J-08 an expiry that cannot be read is malformed and never “not expired”', () => {
  for (const expires of ['tomorrow', '1', '2030-02-30T00:00:00Z', '2030-01-01', '', 0, null]) {
    for (const kind of KINDS) refused('TRUST_MALFORMED', () => parse(kind, altered(kind, { expires })));
  }
});

test('C-07 hashes must hold a known algorithm, written as that algorithm’s digests are', () => {
  const bad: Json[] = [{}, { md5: HEX }, { sha256: '' }, { sha256: HEX.toUpperCase() }, { sha256: `${HEX}00` }].map(
    asJson,
  );
  bad.push(asJson({ sha256: HEX.slice(2) }), asJson({ sha512: HEX }), asJson({ sha256: HEX, md5: 1 }), [], null, HEX);
  for (const hashes of bad) {
    for (const [kind, members] of listings(hashes))
      refused('TRUST_MALFORMED', () => parse(kind, altered(kind, members)));
  }
  for (const hashes of [{ sha256: HEX }, { sha512: HEX + HEX }, { sha256: HEX, 'sha3-256': 'odd', blake2: '' }]) {
    for (const [kind, members] of listings(asJson(hashes))) parse(kind, altered(kind, members));
  }
});

test('J-03 a member that equals a known one but for case is refused at every level', () => {
  for (const kind of KINDS) {
    const text = Buffer.from(GOOD[kind]).toString('utf8');
    for (const shadow of ['Version', 'VERSION', 'ver\u017fion', '_Type', 'Expires', 'Meta', 'Targets', '\u212aeys']) {
      refused('TRUST_MALFORMED', () => parse(kind, altered(kind, { [shadow]: 99 })));
    }
    for (const shadow of ['Signed', '\u017figned', 'SIGNATURES']) {
      refused('TRUST_MALFORMED', () => parse(kind, Buffer.from(text.replace('{', `{"${shadow}":{},`))));
    }
    refused('TRUST_MALFORMED', () => parse(kind, Buffer.from(text.replace('"keyid"', '"KeyId":"x","keyid"'))));
    refused('TRUST_MALFORMED', () => parse(kind, altered(kind, { 'x-a': 1, 'X-A': 2 })));
  }
});

test('J-07, J-01 unknown members are kept: signed ones covered, those beside them told apart', () => {
  for (const kind of KINDS) {
    const bytes = altered(kind, { 'x-custom': jsonObject({ deep: [1, jsonObject({})] }) });
    const { envelope } = parse(kind, Buffer.from(Buffer.from(bytes).toString('utf8').replace('{', '{"abc":"xyz",')));
    assert.ok(envelope.signed.has('x-custom'));
    assert.deepEqual(envelope.unsignedMembers, ['abc']);
  }
});

/** Whatever is put there is read or refused; nothing else may come out. */
function assertHandled(kind: Kind, signed: JsonObject): void {
  const codes: Code[] = ['TRUST_MALFORMED', 'TRUST_TYPE', 'TRUST_SPEC_VERSION', 'TRUST_KEY', 'TRUST_THRESHOLD_VALUE'];
  const bytes = signFile(kind, signed, [signerNamed('anybody')]);
  try {
    parse(kind, bytes);
  } catch (error) {
    const code = codes.find((known) => known === (error as { code?: Code }).code);
    refused(code ?? 'TRUST_ROLE_NAME', () => {
      throw error;
    });
  }
}

function listings(hashes: Json): [Kind, Record<string, Json>][] {
  const entry = (members: Record<string, Json>): Json => jsonObject({ hashes, ...members });
  return [
    ['timestamp', { meta: new Map([['snapshot.json', entry({ version: 1 })]]) }],
    ['snapshot', { meta: new Map([['targets.json', entry({ version: 1 })]]) }],
    ['targets', { targets: new Map([['file', entry({ length: 1 })]]) }],
  ];
}

function parse(kind: Kind, bytes: Uint8Array): ReturnType<(typeof PARSERS)[Kind]> {
  return PARSERS[kind](bytes, kind, DEFAULT_LIMITS);
}

function altered(kind: Kind, members: Record<string, Json>): Uint8Array {
  return signFile(kind, new Map([...signedPart(kind), ...Object.entries(members)]), [signerNamed('anybody')]);
}

/** A fresh copy each time. */
function signedPart(kind: Kind): JsonObject {
  const file = parseJson(GOOD[kind], kind);
  const signed = file instanceof Map ? file.get('signed') : undefined;
  if (!(signed instanceof Map)) throw new TypeError('not a metadata file');
  return signed;
}

function asJson(members: Record<string, Json>): Json {
  return jsonObject(members);
}
