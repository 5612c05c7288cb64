/** Nothing is guessed and nothing is ignored: all problems at once, each with its place and a suggestion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from './setup.ts';

test('all problems are told at once, in the file, the environment and the flags', async (context) => {
  const found = await problems(context, 'CONFIG_INVALID', {
    yaml: 'listn: 127.0.0.1:1\nlifetimes:\n  timestamp: 1\n  root: soon\nlog_level: loud\nupstream:\n  client_cert: a.pem\n',
    environment: { COUNTERSIGN_DTA: 'x', COUNTERSIGN_ALLOW_PLAINTEXT: 'maybe' },
    flags: { listen: { flag: '--listen', value: 'nowhere' } },
  });
  assert.deepEqual(found.sort(), [
    '--listen: must be an address and port such as 127.0.0.1:8700 or [::1]:8700, not “nowhere”',
    'COUNTERSIGN_ALLOW_PLAINTEXT: allow_plaintext must be true or false, not “maybe”',
    'COUNTERSIGN_DTA: is not a setting; did you mean COUNTERSIGN_DATA?',
    'countersign.yaml:1:1: there is no setting listn (did you mean listen?)',
    'countersign.yaml:3:3: lifetimes.timestamp must be a duration with its unit, such as 12h, 30d or P1D, not “1”',
    'countersign.yaml:4:3: lifetimes.root must be a duration with its unit, such as 12h, 30d or P1D, not “soon”',
    'countersign.yaml:5:1: log_level must be one of debug, info, warn, error, not “loud”',
    'countersign.yaml:7:3: upstream.client_cert needs upstream.client_key beside it',
  ]);
});

for (const [yaml, suggestion] of [
  ['max_clock_jump: 3d', 'did you mean limits.max_clock_jump?'],
  ['upstream: {proxi: x}', 'did you mean upstream.proxy?'],
  ['Listen: 127.0.0.1:1', 'did you mean listen?'],
  ['keys: {online: x}\nfrobnicate: 1', 'there is no setting frobnicate'],
  ['upstream: {passphrase: x}', 'secrets are never written here'],
  ['api_token: x', 'secrets are never written here'],
  ['__proto__: {listen: x}', 'there is no setting __proto__'],
] as const) {
  test(`an unknown key is refused: ${yaml.replaceAll('\n', ' ')}`, async (context) => {
    const code = yaml.startsWith('keys:') ? 'CONFIG_INVALID' : 'CONFIG_UNKNOWN_KEY';
    const found = await problems(context, code, { yaml });
    assert.ok(
      found.some((line) => line.includes(suggestion)),
      found.join('\n'),
    );
  });
}

test('a password in the proxy’s address is refused and not repeated', async (context) => {
  const [problem = ''] = await problems(context, 'CONFIG_INVALID', {
    yaml: 'upstream:\n  proxy: http://me:hunter2@proxy:3128\n',
  });
  assert.match(problem, /^countersign\.yaml:2:3: upstream\.proxy must be .+proxy_credentials_file/);
  assert.doesNotMatch(problem, /hunter2/);
});

for (const [yaml, problem] of [
  ['listen: a:1\nlisten: b:2', /^countersign\.yaml:2:1: Map keys must be unique/],
  ['a: &x 1\nb: *x', /anchors are not supported/],
  ['listen: !!str 3', /^countersign\.yaml:1:\d+: tags are not supported/],
  ['listen: [', /^countersign\.yaml:1:\d+: /],
  ['- listen', /is not a list of settings/],
  ['just words', /is not a list of settings/],
  ['listen: a:1\n---\nlisten: b:2', /multiple documents/i],
  ['upstream:', /upstream must be a group of settings/],
  ['data:', /data must be a path/],
] as const) {
  test(`YAML that could be read in two ways is refused: ${JSON.stringify(yaml)}`, async (context) => {
    const found = await problems(context, 'CONFIG_INVALID', { yaml });
    assert.ok(
      found.some((line) => problem.test(line)),
      found.join('\n'),
    );
  });
}

test('lifetimes beyond what a stolen key may live are refused here, with their place', async (context) => {
  const found = await problems(context, 'CONFIG_INVALID', {
    yaml: 'lifetimes: {timestamp: 8d, snapshot: 365d, root: P731D}',
  });
  assert.deepEqual(
    found.map((line) => line.slice(0, line.indexOf(' must'))),
    ['countersign.yaml:1:13: lifetimes.timestamp', 'countersign.yaml:1:44: lifetimes.root'],
  );
});

test('a wrong flag alone is the fault of whoever typed it', async (context) => {
  await problems(context, 'USAGE_OPTION', { flags: { listen: { flag: '--listen', value: '8700' } } });
});
