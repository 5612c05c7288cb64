/** A key with a passphrase is asked for at the terminal; where there is none it is a refusal, at once (Y-02). */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forge } from '../sshsig/forge.ts';
import { ed25519 } from '../sshsig/people.ts';
import { folder, keyFile, skip } from './signing-place.ts';
import { nodeWords } from '../simulator/programs.ts';

const CHILD = fileURLToPath(new URL('ssh-keygen-child.ts', import.meta.url));
const WORDS = nodeWords(CHILD);

describe('in a process of its own', { skip, concurrency: true }, () => {
  test('without a terminal it is a refusal, and no window is opened', async () => {
    const asked = join(folder, 'asked');
    const program = join(folder, 'askpass');
    writeFileSync(program, `#!/bin/sh\ntouch '${asked}'\necho correct horse\n`, { mode: 0o700 });
    const env = {
      ...process.env,
      SSH_AUTH_SOCK: '',
      DISPLAY: ':0',
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
    };
    // In a session of its own there is no controlling terminal, as under cron or systemd; and the input never ends.
    const child = spawn(process.execPath, [...WORDS, keyFile('locked', 'correct horse')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      env,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child.stdout, 'end');
    assert.match(said, /^STATE_SIGNING: ssh-keygen did not sign: .*incorrect passphrase/);
    assert.equal(existsSync(asked), false);
    child.stdin.end();
  });

  const noScript = spawnSync('script', ['--version']).error ? 'the script command is missing' : false;

  test('at a terminal the passphrase is asked for, unseen', { skip: noScript }, async () => {
    const words = [process.execPath, ...WORDS, keyFile('locked too', 'correct horse')];
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', quoted, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let screen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const wasAsked = screen.includes('Enter passphrase');
      screen += chunk.toString();
      if (!wasAsked && screen.includes('Enter passphrase')) child.stdin.write('correct horse\r');
    });
    await once(child, 'close');
    const expected = forge(ed25519('alice'), { message: 'yes', namespace: 'pin.v1@countersign' });
    assert.ok(screen.includes(`signed ${JSON.stringify(expected)}`), screen);
    assert.equal(screen.includes('horse'), false, screen);
  });
});
