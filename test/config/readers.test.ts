/** Who may read: four settings that belong together. One that is missing must not open the door. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, problems } from './setup.ts';

const ALL = {
  realm: 'https://auth.dc.internal/token?x=1',
  service: 'notary.dc.internal',
  issuer: 'auth of the data centre',
  certificates: 'tokens.pem',
};

function yaml(settings: object): string {
  return `readers: ${JSON.stringify(settings)}\n`;
}

test('all four, with one file or several, relative to the configuration', async (context) => {
  const { settings, directory } = await load(context, { yaml: yaml(ALL) });
  const { certificates, ...rest } = ALL;
  assert.deepEqual(settings.readers, { ...rest, certificateFiles: [join(directory, certificates)] });
  const several = await load(context, { yaml: yaml({ ...ALL, certificates: ['/a.pem', '/b.pem'] }) });
  assert.deepEqual(several.settings.readers?.certificateFiles, ['/a.pem', '/b.pem']);
  assert.equal((await load(context, {})).settings.readers, undefined);
});

test('one that is missing is a problem, never an open door', async (context) => {
  for (const name of Object.keys(ALL)) {
    const without = Object.fromEntries(Object.entries(ALL).filter(([key]) => key !== name));
    const found = await problems(context, 'CONFIG_INVALID', { yaml: yaml(without) });
    assert.ok(
      found.some((line) => line.endsWith(`needs readers.${name} beside it`)),
      `${name}: ${found.join('\n')}`,
    );
    const alone = await problems(context, 'CONFIG_INVALID', { yaml: yaml({ [name]: ALL[name as keyof typeof ALL] }) });
    assert.ok(alone.length > 0, name);
  }
});

test('what cannot stand in a header, or would tell a password to everybody, is refused', async (context) => {
  for (const realm of [
    'auth.dc.internal',
    'ftp://x/',
    'https://me:hunter2@auth/',
    'https://a/"b',
    'https://a/\\b',
    'https://a/ b',
    'https://ä/',
    'https://a/#b',
  ]) {
    const [problem = ''] = await problems(context, 'CONFIG_INVALID', { yaml: yaml({ ...ALL, realm }) });
    assert.match(problem, /readers\.realm must be an address/, realm);
  }
  for (const service of ['ä', ' a', 'a\n', '']) {
    const [problem = ''] = await problems(context, 'CONFIG_INVALID', { yaml: yaml({ ...ALL, service }) });
    assert.match(problem, /readers\.service must be a name/, service);
  }
});
