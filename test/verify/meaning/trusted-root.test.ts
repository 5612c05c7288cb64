/** A Sigstore trusted root: which authorities and logs come, go and end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Members, authority, base64, certificateOf, log, said, sha256Of, trustedRoot } from './written.ts';

const [rekor, rekor2] = [log('https://log.test', 'key 1'), log('https://log2.test', 'key 2')];
const [root, intermediate] = [certificateOf('root'), certificateOf('intermediate')];
const base = trustedRoot({ tlogs: [rekor] });

test('a log that comes is said with key, address and period, and one that goes too', () => {
  const words =
    `key sha256 ${sha256Of('key 2')}, kind "PKIX_ED25519", at "https://log2.test", hashes with "SHA2_256", ` +
    `log id "${base64('id of key 2')}", valid from 2021-01-12T11:53:27.000Z`;
  const two = trustedRoot({ tlogs: [rekor, rekor2] });
  assert.deepEqual(said(base, two), [`transparency log "https://log2.test" comes: ${words}`]);
  assert.deepEqual(said(two, base), [`transparency log "https://log2.test" goes: ${words}`]);
});

test('the four lists are four kinds of thing', () => {
  const lines = said(
    trustedRoot({}),
    trustedRoot({
      certificateAuthorities: [authority([root])],
      ctlogs: [log('https://ct.test', 'ct')],
      tlogs: [rekor],
      timestampAuthorities: [authority([root])],
    }),
  );
  assert.deepEqual(
    lines.map((line) => line.split(' comes: ')[0]),
    [
      'certificate authority "CN=root"',
      'certificate transparency log "https://ct.test"',
      'transparency log "https://log.test"',
      'timestamp authority "CN=root"',
    ],
  );
});

test('an authority is named by its certificates: subject, and SHA-256 of the DER', () => {
  const [line, ...others] = said(
    base,
    trustedRoot({ tlogs: [rekor], certificateAuthorities: [authority([intermediate, root])] }),
  );
  assert.equal(
    line,
    `certificate authority "CN=intermediate" comes: certificates "CN=intermediate" sha256 ${intermediate.sha256}, ` +
      `"CN=root" sha256 ${root.sha256}, at "https://ca.test", organization "sigstore.dev", common name "sigstore", ` +
      'valid from 2022-04-13T20:06:15.000Z',
  );
  assert.deepEqual(others, []);
});

test('an authority with another chain is another authority, whatever it calls itself', () => {
  const lines = said(
    trustedRoot({ certificateAuthorities: [authority([root])] }),
    trustedRoot({ certificateAuthorities: [authority([intermediate, root])] }),
  );
  assert.deepEqual(
    lines.map((line) => line.split(':')[0]),
    ['certificate authority "CN=intermediate" comes', 'certificate authority "CN=root" goes'],
  );
});

test('an end is said to be one; moving or taking it back is a change', () => {
  const until = (end?: string): Buffer =>
    trustedRoot({
      tlogs: [
        log('https://log.test', 'key 1', { start: '2021-01-12T11:53:27Z', ...(end === undefined ? {} : { end }) }),
      ],
    });
  const [early, late] = ['2022-12-31T23:59:59.999Z', '2023-12-31T00:00:00Z'];
  assert.deepEqual(said(until(), until(early)), [
    'transparency log "https://log.test" ends: valid until none -> 2022-12-31T23:59:59.999Z',
  ]);
  assert.deepEqual(said(until(early), until(late)), [
    'transparency log "https://log.test": valid until 2022-12-31T23:59:59.999Z -> 2023-12-31T00:00:00.000Z',
  ]);
  assert.deepEqual(said(until(early), until()), [
    'transparency log "https://log.test": valid until 2022-12-31T23:59:59.999Z -> none',
  ]);
  assert.deepEqual(said(until(), until('soon')), [
    'transparency log "https://log.test" ends: valid until none -> "soon" (which is no time)',
  ]);
});

test('another key at the same address goes and comes; the same key at another address has moved', () => {
  const rotated = said(base, trustedRoot({ tlogs: [log('https://log.test', 'key 3')] }));
  assert.deepEqual(
    rotated.map((line) => line.split(', kind')[0]),
    [
      `transparency log "https://log.test" comes: key sha256 ${sha256Of('key 3')}`,
      `transparency log "https://log.test" goes: key sha256 ${sha256Of('key 1')}`,
    ],
  );
  assert.deepEqual(said(base, trustedRoot({ tlogs: [log('https://thief.test', 'key 1')] })), [
    'transparency log "https://thief.test": at "https://log.test" -> "https://thief.test"',
  ]);
});

test('members that nobody knows are said, at every level: other readers may know them', () => {
  const odd = {
    tlogs: [{ ...rekor, operator: 'x', extra: { a: 1 }, publicKey: { ...(rekor['publicKey'] as Members), weight: 2 } }],
    certificate_authorities: [authority([root])],
  };
  const lines = said(base, trustedRoot(odd));
  assert.match(lines[0] ?? '', /^the file: also "certificate_authorities" none -> \[\{"certChain": /);
  assert.deepEqual(lines.slice(1), [
    'transparency log "https://log.test": operator none -> "x"',
    'transparency log "https://log.test": also "extra" none -> {"a": 1}',
    'transparency log "https://log.test": also "publicKey.weight" none -> 2',
  ]);
});

test('another spelling is no change: members in another order, instants with or without a fraction, base64url', () => {
  const key = '\u00fb\u00ef\u00ff>>>???';
  const spelled = { ...log('https://log.test', key, { start: '2021-01-12T11:53:27.000+00:00' }) };
  const publicKey = spelled['publicKey'] as Members;
  const url = { ...publicKey, rawBytes: Buffer.from(key).toString('base64url') };
  const after = trustedRoot({
    tlogs: [
      {
        publicKey: url,
        ...Object.fromEntries(
          Object.entries(spelled)
            .filter(([name]) => name !== 'publicKey')
            .toReversed(),
        ),
      },
    ],
  });
  assert.deepEqual(said(trustedRoot({ tlogs: [log('https://log.test', key)] }), after), [
    'is a Sigstore trusted root that says the same as before in other words',
  ]);
});

test('the order of entries is said when nothing else changed', () => {
  assert.deepEqual(said(trustedRoot({ tlogs: [rekor, rekor2] }), trustedRoot({ tlogs: [rekor2, rekor] })), [
    'it lists the same things in another order',
  ]);
});

test('one thing that is listed twice is two', () => {
  const [line, ...others] = said(base, trustedRoot({ tlogs: [rekor, rekor] }));
  assert.match(line ?? '', /^transparency log "https:\/\/log\.test" comes: /);
  assert.deepEqual(others, []);
});

test('every media type of a trusted root is one, and a new one is said', () => {
  const mediaType = 'application/vnd.dev.sigstore.trustedroot.v0.2+json';
  assert.deepEqual(said(base, trustedRoot({ mediaType, tlogs: [rekor] })), [
    `the file: media type "application/vnd.dev.sigstore.trustedroot+json;version=0.1" -> "${mediaType}"`,
  ]);
});

test('a first trusted root is listed whole, and one that goes too', () => {
  const mediaType = 'media type "application/vnd.dev.sigstore.trustedroot+json;version=0.1"';
  const [first, second, ...others] = said(undefined, base, 'whatever the name');
  assert.equal(first, `is a Sigstore trusted root: ${mediaType}`);
  assert.match(second ?? '', /^transparency log "https:\/\/log\.test" comes: /);
  assert.deepEqual(others, []);
  const gone = said(base, undefined);
  assert.equal(gone[0], 'was a Sigstore trusted root');
  assert.match(gone[1] ?? '', /^transparency log "https:\/\/log\.test" goes: /);
});
