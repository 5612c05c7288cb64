/** Witness policies are read exactly or not at all, and a refusal names the line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COSIGNATURE, noteKey } from '../../src/tlog/note.ts';
import { NO_WITNESSES, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { publicKeyOf } from '../../src/tuf/ed25519.ts';
import { refuses } from './refusing.ts';
import { LOG, signerOf, TestWitness } from './test-keys.ts';

const [X1, X2, X3, Y1, Y2] = ['x1', 'x2', 'x3', 'y1', 'y2'].map((name, place) => {
  const { key } = new TestWitness(`${name}.example`, 31 + place);
  return key.text;
}) as [string, string, string, string, string];
const L = LOG.key.text;

test('a policy with groups of groups is understood, whatever its spacing', () => {
  const policy = parseWitnessPolicy(
    [
      '# Two departments',
      `log ${L} https://log.example/prefix`,
      '',
      `\twitness  X1\t${X1}  https://x1.example `,
      `witness X2 ${X2}`,
      `witness X3 ${X3} http://x3.example:8080/witness/`,
      'group X-witnesses 2 X1 X2 X3',
      '   # é: comments may hold anything but control characters',
      `witness Ÿ1 ${Y1}`,
      `witness Y2 ${Y2}`,
      'group Y any Ÿ1 Y2',
      'group X-and-Y all X-witnesses Y',
      'quorum X-and-Y',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    policy.logs.map(({ key, url }) => [key.text, url?.href]),
    [[L, 'https://log.example/prefix/']],
  );
  assert.deepEqual(
    policy.witnesses.map(({ name, key, url }) => [name, key.text, url?.href]),
    [
      ['X1', X1, 'https://x1.example/'],
      ['X2', X2, undefined],
      ['X3', X3, 'http://x3.example:8080/witness/'],
      ['Ÿ1', Y1, undefined],
      ['Y2', Y2, undefined],
    ],
  );
  assert.deepEqual(policy.groups, [
    { name: 'X-witnesses', least: 2, members: ['X1', 'X2', 'X3'] },
    { name: 'Y', least: 1, members: ['Ÿ1', 'Y2'] },
    { name: 'X-and-Y', least: 2, members: ['X-witnesses', 'Y'] },
  ]);
  assert.equal(policy.quorum, 'X-and-Y');
});

test('a policy may know no witnesses', () => {
  assert.deepEqual(parseWitnessPolicy('quorum none\n'), NO_WITNESSES);
});

test('32 logs, witnesses and groups are understood', () => {
  const numbers = Array.from({ length: 32 }, (_, index) => index);
  const lines = numbers.flatMap((index) => [
    `log ${signerOf('log.example', 100 + index).key.text}`,
    `witness w${String(index)} ${new TestWitness('w.example', 150 + index).key.text}`,
    `group g${String(index)} any w${String(index)}`,
  ]);
  const policy = parseWitnessPolicy([...lines, 'quorum g31', ''].join('\n'));
  assert.deepEqual([policy.logs.length, policy.witnesses.length, policy.groups.length], [32, 32, 32]);
});

const W = `witness A ${X1}\nwitness B ${X2}\n`;
const MALFORMED: readonly (readonly [scenario: string, text: string, words: RegExp])[] = [
  ['nothing', '', /^Line 1 .* no line names the quorum\.$/],
  ['no quorum', W, /^Line 2 of the witness policy ends the file, and no line names the quorum\.$/],
  ['a file that was cut off', `${W}quorum A`, /^Line 3 .* cut off/],
  ['two quorums', `${W}quorum A\nquorum none\n`, /^Line 4 .* second quorum/],
  ['a quorum of nobody known', `${W}quorum C\n`, /^Line 3 .* “C”, which no line before it defines/],
  ['a quorum that is defined later', `quorum A\n${W}`, /^Line 1 .* “A”, which no line before it defines/],
  ['a quorum of two names', `${W}quorum A B\n`, /^Line 3 .* is not “quorum NAME”/],
  ['a quorum without a name', `${W}quorum\n`, /^Line 3 .* is not “quorum NAME”/],
  ['an unknown word', `${W}witnesses A\nquorum A\n`, /^Line 3 .* begins with “witnesses”/],
  ['a word in capitals', `${W}Quorum A\n`, /^Line 3 .* begins with “Quorum”/],
  ['carriage returns', `${W}quorum A\r\n`, /^Line 3 .* control characters/],
  ['a no-break space between words', `${W}quorum\u00a0A\n`, /^Line 3 .* begins with “quorum\u00a0A”/],
  ['a delete character', `${W}# \u007f\nquorum A\n`, /^Line 3 .* control characters/],
  ['a name that stands twice', `${W}witness A ${X3}\nquorum A\n`, /^Line 3 .* “A” a second time/],
  ['a group with the name of a witness', `${W}group A any B\nquorum A\n`, /^Line 3 .* “A” a second time/],
  ['the name none', `witness none ${X1}\nquorum none\n`, /^Line 1 .* defines “none”/],
  ['a group of the name none', `${W}group none any A\nquorum none\n`, /^Line 3 .* defines “none”/],
  ['none as a member', `${W}group G any none\nquorum G\n`, /^Line 3 .* “none”, which no line before it defines/],
  ['a group of itself', `${W}group G any G\nquorum G\n`, /^Line 3 .* “G”, which no line before it defines/],
  ['a group of nobody', `${W}group G any\nquorum G\n`, /^Line 3 .* is not “group/],
  ['T-02 a member that stands twice', `${W}group G 2 A A\nquorum G\n`, /^Line 3 .* places “A” a second time/],
  ['T-02 a member of two groups', `${W}group G any A\ngroup H 2 A B\nquorum H\n`, /^Line 4 .* places “A” a second/],
  ['none of a group', `${W}group G 0 A B\nquorum G\n`, /^Line 3 .* asks for “0” of 2/],
  ['more than a group has', `${W}group G 3 A B\nquorum G\n`, /^Line 3 .* asks for “3” of 2/],
  ['a count with a leading zero', `${W}group G 02 A B\nquorum G\n`, /^Line 3 .* asks for “02” of 2/],
  ['a count that is none', `${W}group G both A B\nquorum G\n`, /^Line 3 .* asks for “both” of 2/],
  [
    'T-02 one key under two names',
    `witness A ${X1}\nwitness B ${X1}\nquorum A\n`,
    /^Line 2 .* the key of x1\.example a/,
  ],
  [
    'T-02 one key under two names of its own',
    `witness A ${X1}\nwitness B ${new TestWitness('other.example', 31).key.text}\nquorum A\n`,
    /^Line 2 .* lists the key of x1\.example a second time/,
  ],
  [
    'a log that stands twice',
    `log ${L}\nlog ${L}\nquorum none\n`,
    /^Line 2 .* lists the key of log\.example\/one a second/,
  ],
  [
    'a log as a witness of itself',
    `log ${L}\nwitness A ${new TestWitness('w.example', 11).key.text}\nquorum A\n`,
    /^Line 2 .* lists the key of log\.example\/one a second time/,
  ],
  ['a log’s key for a witness', `witness A ${L}\nquorum A\n`, /^Line 1 .* has no usable key: .* type 1, not 4\.$/],
  ['a witness’s key for a log', `log ${X1}\nquorum none\n`, /^Line 1 .* has no usable key: .* type 4, not 1\.$/],
  ['a key that is none', 'witness A key\nquorum A\n', /^Line 1 .* has no usable key: “key” is not a note key/],
  ['a log without a key', 'log\nquorum none\n', /^Line 1 .* is not “log VKEY/],
  ['a log with more than an address', `log ${L} http://a http://b\nquorum none\n`, /^Line 1 .* is not “log VKEY/],
  ['a witness without a key', 'witness A\nquorum A\n', /^Line 1 .* is not “witness NAME VKEY/],
  ['a witness with a comment', `witness A ${X1} http://a #one\nquorum A\n`, /^Line 1 .* is not “witness NAME VKEY/],
  ['an address that is none', `witness A ${X1} x1.example\nquorum A\n`, /^Line 1 .* address that is not a plain/],
  ['an address of a file', `witness A ${X1} file:///x\nquorum A\n`, /^Line 1 .* address that is not a plain/],
  [
    'an address with a password',
    `witness A ${X1} https://u:secret@a\nquorum A\n`,
    /^Line 1 [^:]* plain http\(s\) one\.$/,
  ],
  ['an endless file', `${'#\n'.repeat(50_001)}quorum none\n`, /lies beyond 100000 characters/],
];

test('two witnesses of one name and id are refused: the lines of one would be taken for the other’s', () => {
  // Found by trying 65,814 seeds: an id is four bytes long, and no proof of anything.
  const [one, two] = [7493, 65_813].map((number) => {
    const seed = Buffer.alloc(32);
    seed.writeUInt32BE(number, 28);
    return noteKey('w.example', COSIGNATURE, publicKeyOf(seed));
  });
  assert.ok(one && two);
  assert.equal(one.keyId, two.keyId);
  assert.notDeepEqual(one.publicKey, two.publicKey);
  refuses('CONFIG_WITNESSES', /^Line 2 .* has the name and id of another key/, () =>
    parseWitnessPolicy(`witness A ${one.text}\nwitness B ${two.text}\nquorum A\n`),
  );
});

for (const [scenario, text, words] of MALFORMED) {
  test(`refused: ${scenario}`, () => refuses('CONFIG_WITNESSES', words, () => parseWitnessPolicy(text)));
}
