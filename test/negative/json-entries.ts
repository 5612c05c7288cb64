/** Catalogue section J: JSON, canonical JSON and Unicode, as an importer meets them. */
import assert from 'node:assert/strict';
import { type Json, jsonObject } from '../../src/tuf/json.ts';
import { signerNamed } from '../simulator/keys.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { put } from '../simulator/places.ts';
import { variant } from '../simulator/foreign-keys.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import type { Corpus, ImportCase } from './corpus.ts';

const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

export const JSON_ENTRIES: Corpus = {
  'J-01': [
    {
      says: 'integer-like role names, unknown members and empty values keep their order and every byte',
      spoil: (upstream) => {
        for (const name of ['dev', '10', '2']) upstream.author.delegate('targets', name, { paths: ['*'] });
        upstream.alter('targets', (signed) =>
          signed.set('x-odd', jsonObject({ '10': [], '2': jsonObject({}), a: [[]] })),
        );
        upstream.publish('targets');
      },
      outcome: [],
      then: (mirrored, upstream) => {
        assertCarried(mirrored, upstream, '2.targets.json');
        const { candidate } = mirrored.lastImport;
        assert.ok(candidate);
        const roles = mirrored.mirror.reader
          .generationRoles(mirrored.id, mirrored.generation)
          .map(({ role }) => String(role));
        assert.deepEqual(
          roles.filter((role) => ['dev', '10', '2'].includes(role)),
          ['dev', '10', '2'],
        );
      },
    },
  ],
  'J-02': [
    {
      says: 'members are signed in the order of their UTF-8 bytes, astral ones last',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) =>
          signed.set('x-odd', jsonObject({ '😀': 1, Ａ: 2, 'control\u0001': '\u0002' })),
        );
        upstream.publish('targets');
      },
      outcome: [],
      then: (mirrored, upstream) => assertCarried(mirrored, upstream, '2.targets.json'),
    },
    {
      says: 'a signature over the order of UTF-16 units, as tuf-js would make it, counts for nothing',
      spoil: (upstream) => {
        upstream.alter('targets', (signed) => signed.set('x-odd', jsonObject({ '😀': 1, Ａ: 2 })));
        signOver(upstream, (message) => message.replace('"Ａ":2,"😀":1', '"😀":1,"Ａ":2'));
      },
      outcome: 'TRUST_SIGNATURES',
    },
    {
      says: 'a signature over normalised names, as tough would make it, counts for nothing',
      spoil: (upstream) => {
        upstream.add('e\u0301', 'decomposed');
        signOver(upstream, (message) => message.normalize('NFC'));
      },
      outcome: 'TRUST_SIGNATURES',
    },
  ],
  'J-03': [
    ...(
      [
        ['a member twice in the signed part', '"version":2', '"version":9,"version":2'],
        ['a member twice, once with an escape', '"version":2', '"\\u0076ersion":9,"version":2'],
        ['“signed” twice', '"signed":', '"signed":{},"signed":'],
        ['“signatures” twice', '"signatures":', '"signatures":[],"signatures":'],
        ['a target name twice', '"file":', '"file":{"length":1,"hashes":{"sha256":""}},"file":'],
      ] as const
    ).map(([what, from, to]) =>
      rewritten(`a file that has ${what} is refused`, (text) => text.replace(from, to), 'TRUST_JSON'),
    ),
    ...['Version', 'ver\u017fion', 'Targets', '_TYPE'].map((shadow) =>
      altered(`a member “${shadow}”, which Go reads as another, is refused`, [shadow], 99, 'TRUST_MALFORMED'),
    ),
    rewritten(
      'a member “Signed” beside “signed” is refused',
      (text) => text.replace('{', '{"Signed":{},'),
      'TRUST_MALFORMED',
    ),
  ],
  'J-04': [
    ...[
      '1e2',
      '2.0',
      '-0',
      '02',
      '9007199254740992',
      '9007199254740993',
      `1${'0'.repeat(400)}`,
      '7'.repeat(100_000),
    ].map((number) =>
      rewritten(
        `a version written as ${number.length > 20 ? `${String(number.length)} digits` : number} is no number`,
        (text) => text.replace('"version":2', `"version":${number}`),
        'TRUST_JSON',
      ),
    ),
    ...[2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, 0, -1].map((version) =>
      altered(
        `version ${String(version)} is beyond what every client can follow`,
        ['version'],
        version,
        'TRUST_MALFORMED',
      ),
    ),
    altered('a negative length is malformed', ['targets', 'file', 'length'], -1, 'TRUST_MALFORMED'),
  ],
  'J-05': [
    ...(
      [
        ['a byte that is not UTF-8 in the place of U+FFFD', Buffer.of(0xff)],
        ['an overlong form', Buffer.of(0xc0, 0xaf)],
        ['surrogates in CESU-8', Buffer.of(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
        ['a lone surrogate escape', Buffer.from('\\ud800')],
      ] as const
    ).map(([what, bytes]): ImportCase => ({
      says: `${what} is refused, although another reader would find the signature good`,
      // With hashes the file would not even be read.
      prepare: (upstream) => (upstream.author.listsDigests = false),
      spoil: (upstream) => {
        upstream.add('name \ufffd', 'content').publish('targets');
        const [before, after] = Buffer.from(upstream.file('2.targets.json'))
          .toString('latin1')
          .split('\u00ef\u00bf\u00bd');
        upstream.serve(
          '2.targets.json',
          Buffer.concat([Buffer.from(before ?? '', 'latin1'), bytes, Buffer.from(after ?? '', 'latin1')]),
        );
      },
      outcome: 'TRUST_JSON',
    })),
    rewritten('a byte-order mark is refused', (text) => `\ufeff${text}`, 'TRUST_JSON'),
    {
      says: 'U+0000 in a target name is carried by digest and noted, never a file name',
      spoil: (upstream) => upstream.add('a\0b', 'content').publish('targets'),
      outcome: ['unsafe-target-name'],
      then: (mirrored, upstream) => assertCarried(mirrored, upstream, '2.targets.json'),
    },
  ],
  'J-06': [
    {
      says: 'roles, targets, key ids and hash kinds with the names of prototype members are carried as what they are',
      spoil: (upstream) => {
        for (const name of PROTOTYPE_NAMES) {
          const signers = [variant(signerNamed(name), { id: name })];
          upstream.author.delegate('targets', name, { signers, threshold: 1, paths: [`${name}/*`, name] });
          upstream.add(name, `target ${name}`, name);
        }
        upstream.alter('constructor', (signed) =>
          put(signed, ['targets', 'constructor', 'hashes', '__proto__'], 'odd'),
        );
        upstream.publish('targets');
      },
      outcome: [],
      then: (mirrored, upstream) => {
        for (const name of PROTOTYPE_NAMES) assertCarried(mirrored, upstream, `1.${name}.json`);
        const carried = mirrored.mirror.reader
          .importTargets(mirrored.lastImport.number)
          .map(({ path }) => String(path));
        assert.deepEqual(
          carried.filter((path) => PROTOTYPE_NAMES.includes(path)),
          PROTOTYPE_NAMES,
        );
      },
    },
    {
      says: 'a signature under the key id “constructor” is a stranger’s',
      spoil: (upstream) =>
        upstream.signWith('targets', variant(signerNamed('x'), { id: 'constructor' })).publish('targets'),
      outcome: 'TRUST_SIGNATURES',
    },
  ],
  'J-07': [
    rewritten('content after the end of a file is refused', (text) => `${text}{}`, 'TRUST_JSON'),
    rewritten('a NUL after the end of a file is refused', (text) => `${text}\0`, 'TRUST_JSON'),
    {
      says: 'a member that no signature covers is noted, carried byte for byte, and the next import works',
      spoil: (upstream) => upstream.rewrite('targets', (text) => text.replace('{', '{"abc":"xyz",')).publish('targets'),
      outcome: ['unsigned-members'],
      then: async (mirrored, upstream) => {
        assertCarried(mirrored, upstream, '2.targets.json');
        upstream.rewrite('targets', (text) => text).publish('targets');
        await mirrored.importNow();
      },
    },
  ],
  'J-08': [
    ...[
      'tomorrow',
      '1',
      '2030-01-01',
      '2030-02-30T00:00:00Z',
      '2030-01-01T24:00:00Z',
      '2030-01-01T23:59:60Z',
      '0000-01-01T00:00:00Z',
    ].map((expires) =>
      altered(`the expiry “${expires}” is malformed, not “never”`, ['expires'], expires, 'TRUST_MALFORMED'),
    ),
    {
      ...altered(
        'an expiry with fraction and offset is read as the instant it names',
        ['expires'],
        '2028-12-18T13:28:12.99008-06:00',
        [],
      ),
    },
  ],
  'J-09': [
    {
      says: 'names that look alike stay two names, and those with a dot or space at the end are noted',
      spoil: (upstream) => {
        for (const name of ['\u00e9', 'e\u0301', 'Straße', 'STRASSE', 'a', 'a.', 'a '])
          upstream.add(name, `content of ${name}`);
        upstream.publish('targets');
      },
      outcome: ['unsafe-target-name'],
      then: (mirrored) => {
        const targets = mirrored.mirror.reader.importTargets(mirrored.lastImport.number);
        assert.equal(new Set(targets.map(({ sha256 }) => sha256)).size, 10);
      },
    },
    {
      says: 'a bidi control in a role name is escaped wherever the refusal names it',
      spoil: (upstream) => {
        upstream.author.delegate('targets', 'x\u202etxt.exe', { paths: ['*'] });
        upstream.signWith('x\u202etxt.exe').publish('targets');
      },
      outcome: 'TRUST_SIGNATURES',
      then: (_mirrored, _upstream, said) => assert.match(said, /^x\\u202etxt\.exe as delegated by targets /),
    },
  ],
};

/** The targets file is changed after it was signed, and listed as it then is. */
function rewritten(says: string, change: (text: string) => string, outcome: ImportCase['outcome']): ImportCase {
  return { says, spoil: (upstream) => upstream.rewrite('targets', change).publish('targets'), outcome };
}

/** The targets file is changed before it is signed. */
function altered(says: string, place: readonly string[], value: Json, outcome: ImportCase['outcome']): ImportCase {
  const spoil = (upstream: SimulatedUpstream): unknown =>
    upstream.alter('targets', (signed) => put(signed, place, value)).publish('targets');
  return { says, spoil, outcome };
}

/** Targets are signed over another spelling of the canonical form. */
function signOver(upstream: SimulatedUpstream, spell: (message: string) => string): void {
  const own = upstream.signer('targets');
  const sign = (message: Uint8Array): Uint8Array => {
    const other = spell(Buffer.from(message).toString('utf8'));
    assert.notEqual(other, Buffer.from(message).toString('utf8'));
    return own.sign(Buffer.from(other, 'utf8'));
  };
  upstream.signWith('targets', variant(own, { sign })).publish('targets');
}

/** What is served is what upstream published, byte for byte. */
function assertCarried(mirrored: MirroredRepository, upstream: SimulatedUpstream, name: string): void {
  assert.ok(Buffer.from(upstream.file(name)).equals(mirrored.published().get(name) ?? Buffer.alloc(0)), name);
}
