/** A Sigstore signing config: which services signers use, and how many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, said, signingConfig } from './written.ts';

const service = (url: string, majorApiVersion = 1, end?: string) => ({
  url,
  majorApiVersion,
  validFor: { start: '2022-04-13T20:06:15.000Z', ...(end === undefined ? {} : { end }) },
  operator: 'sigstore.dev',
});
const ALL = {
  caUrls: [service('https://ca.test')],
  oidcUrls: [service('https://oidc.test')],
  rekorTlogUrls: [service('https://log.test')],
  tsaUrls: [service('https://tsa.test')],
  rekorTlogConfig: { selector: 'ANY' },
  tsaConfig: { selector: 'EXACT', count: 2 },
};
const base = signingConfig(ALL);

test('a first config is listed whole', () => {
  const words = 'comes: operator "sigstore.dev", valid from 2022-04-13T20:06:15.000Z';
  assert.deepEqual(said(undefined, base), [
    'is a Sigstore signing config: media type "application/vnd.dev.sigstore.signingconfig.v0.2+json"',
    `certificate authority service "https://ca.test" (API 1) ${words}`,
    `identity provider "https://oidc.test" (API 1) ${words}`,
    `transparency log service "https://log.test" (API 1) ${words}`,
    'rule for transparency logs comes: selector "ANY"',
    `timestamp authority service "https://tsa.test" (API 1) ${words}`,
    'rule for timestamp authorities comes: selector "EXACT", count 2',
  ]);
});

test('a service that comes, ends or speaks another version', () => {
  const later = signingConfig({ ...ALL, rekorTlogUrls: [service('https://log2.test', 2), ...ALL.rekorTlogUrls] });
  assert.deepEqual(said(base, later), [
    'transparency log service "https://log2.test" (API 2) comes: operator "sigstore.dev", valid from 2022-04-13T20:06:15.000Z',
  ]);
  const ended = signingConfig({ ...ALL, caUrls: [service('https://ca.test', 1, '2030-01-01T00:00:00Z')] });
  assert.deepEqual(said(base, ended), [
    'certificate authority service "https://ca.test" (API 1) ends: valid until none -> 2030-01-01T00:00:00.000Z',
  ]);
  const spoken = said(base, signingConfig({ ...ALL, caUrls: [service('https://ca.test', 2)] }));
  assert.deepEqual(
    spoken.map((line) => line.split(':', 2).join(':').slice(0, 60)),
    [
      'certificate authority service "https://ca.test" (API 2) come',
      'certificate authority service "https://ca.test" (API 1) goes',
    ],
  );
});

test('the rule how many services are used', () => {
  const changed = signingConfig({
    ...ALL,
    rekorTlogConfig: { selector: 'ALL' },
    tsaConfig: { selector: 'EXACT', count: 1, spare: 1 },
  });
  assert.deepEqual(said(base, changed), [
    'the file: also "tsaConfig.spare" none -> 1',
    'rule for transparency logs: selector "ANY" -> "ALL"',
    'rule for timestamp authorities: count 2 -> 1',
  ]);
});

test('version 0.1 with its plain addresses, and the step from it', () => {
  const old = json({
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.1+json',
    caUrl: 'https://ca.test',
    oidcUrl: 'https://oidc.test',
    tlogUrls: ['https://log.test'],
    tsaUrls: ['https://tsa.test', 7],
  });
  assert.deepEqual(said(undefined, old), [
    'is a Sigstore signing config: media type "application/vnd.dev.sigstore.signingconfig.v0.1+json"',
    'certificate authority service "https://ca.test" comes',
    'identity provider "https://oidc.test" comes',
    'transparency log service "https://log.test" comes',
    'timestamp authority service "https://tsa.test" comes',
    'timestamp authority service that cannot be read comes: it is 7',
  ]);
  const lines = said(old, base);
  assert.equal(lines.filter((line) => / comes(:|$)/.test(line)).length, 6);
  assert.equal(lines.filter((line) => / goes(:|$)/.test(line)).length, 5);
});
