/** People’s signatures come from ssh-keygen, and every way in which there is none is said in words (A-04, Y-02). */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { signWithSshKeygen, type SigningRequest } from '../../src/platform/ssh-keygen.ts';
import { parseSignature, verifySignature } from '../../src/sshsig/signature.ts';
import { forge } from '../sshsig/forge.ts';
import { ed25519 } from '../sshsig/people.ts';
import { refused } from '../sshsig/refused.ts';
import { folder, keyFile, nowhere, played, skip } from './signing-place.ts';
import { nodeWords } from '../simulator/programs.ts';

const [AGENT, ADD] = ['ssh-agent', 'ssh-add'];
const CHILD = fileURLToPath(new URL('ssh-keygen-child.ts', import.meta.url));
const NAMESPACE = 'pin.v1@countersign';
const MESSAGE = 'What is signed here.\n';
const alice = ed25519('alice');

// Of this process only: every file of this folder has one of its own.
const temporary = join(folder, 'temporary');
mkdirSync(temporary);
process.env['TMPDIR'] = temporary;

function sign(changes: Partial<SigningRequest> = {}): Promise<string> {
  const base = { key: { file: 'alice' }, namespace: NAMESPACE, message: Buffer.from(MESSAGE) };
  return signWithSshKeygen({ ...base, ...changes });
}

test('a key file without a passphrase signs, with nobody asked', { skip }, async () => {
  const armored = await sign({ key: { file: keyFile('plain') } });
  assert.equal(armored, forge(alice, { message: MESSAGE, namespace: NAMESPACE }));
  assert.equal(verifySignature(parseSignature(armored), Buffer.from(MESSAGE), NAMESPACE).line, alice.line);
  assert.deepEqual(readdirSync(temporary), []);
});

test('a key that the agent holds is named by its public half', { skip }, async (t) => {
  const socket = join(folder, 'agent');
  const agent = spawn(AGENT, ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => agent.kill());
  await once(agent.stdout, 'data');
  const environment = { ...process.env, SSH_AUTH_SOCK: socket };
  const request = { key: { publicKeyLine: alice.line }, environment };
  await assert.rejects(
    sign(request),
    refused('STATE_SIGNING', /did not sign: No private key found for public key "key\.pub"\.$/),
  );
  assert.equal(spawnSync(ADD, ['-q', keyFile('for the agent')], { env: environment }).status, 0);
  assert.equal(await sign(request), forge(alice, { message: MESSAGE, namespace: NAMESPACE }));
});

test('a key file that is not there, or that others can read, is refused in ssh-keygen’s words', { skip }, async () => {
  await assert.rejects(sign({ key: { file: join(folder, 'absent') } }), refused('STATE_SIGNING', /No such file/));
  const wide = keyFile('wide');
  spawnSync('chmod', ['644', wide]);
  await assert.rejects(sign({ key: { file: wide } }), refused('STATE_SIGNING', /Permissions 0644 .* are too open/));
  assert.deepEqual(readdirSync(temporary), []);
});

test('it is told exactly what to do, without a shell', async () => {
  const list = join(folder, 'words');
  const environment = played(
    `for word; do printf "%s\\n" "$word"; done > '${list}'; for last; do :; done; cp "$last" "$last.sig"`,
  );
  const namespace = '$(touch x)`; touch y';
  assert.equal(await sign({ key: { file: '-x "y' }, namespace, environment }), MESSAGE);
  const words = readFileSync(list, 'utf8').trimEnd().split('\n');
  assert.deepEqual(words.slice(0, -1), ['-Y', 'sign', '-q', '-f', '-x "y', '-n', namespace]);
  assert.deepEqual(readdirSync(temporary), []);
});

test('the message lies in a file and a folder that are the owner’s alone', async () => {
  const list = join(folder, 'modes');
  const environment = played(
    `for last; do :; done; ls -ld "$last" "$(dirname "$last")" > '${list}'; echo ok > "$last.sig"`,
  );
  await sign({ environment });
  assert.deepEqual(
    readFileSync(list, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 10)),
    ['drwx------', '-rw-------'],
  );
});

test('no program may be started to ask the person, and nothing is read from our own input', async () => {
  const environment = played('for last; do :; done; echo "$SSH_ASKPASS_REQUIRE $(cat | wc -c)" > "$last.sig"');
  const asked = await sign({ environment: { ...environment, SSH_ASKPASS_REQUIRE: 'force', SSH_ASKPASS: 'x' } });
  assert.match(asked, /^never +0\n$/);
});

test('without ssh-keygen nobody signs', async () => {
  await assert.rejects(sign({ environment: nowhere() }), refused('STATE_SIGNING', /^ssh-keygen is not on the PATH\.$/));
});

test('what it says is passed on in one line, and does nothing to a terminal (A-01)', async () => {
  const environment = played(`printf '@@@@\\nEnter PIN for key: No luck\\033[2J\\nat all.\\n' >&2; exit 255`);
  await assert.rejects(
    sign({ environment }),
    refused('STATE_SIGNING', /^ssh-keygen did not sign: No luck\\u001b\[2J at all\.$/),
  );
  const loud = played('yes nonsense | head -c 1000000 >&2; exit 1');
  await assert.rejects(sign({ environment: loud }), (error: Error) => error.message.length < 1000);
});

test('it is killed, or says yes and writes nothing: there is no signature', async () => {
  await assert.rejects(sign({ environment: played('kill -9 $$') }), refused('STATE_SIGNING', /was ended by SIGKILL/));
  await assert.rejects(
    sign({ environment: played('exit 0') }),
    refused('STATE_SIGNING', /there is none: .*message\.sig/),
  );
  const long = played('for last; do :; done; head -c 20000 /dev/zero > "$last.sig"');
  await assert.rejects(sign({ environment: long }), refused('STATE_SIGNING', /is larger than 16384 bytes/));
  await assert.rejects(
    sign({ key: { file: 'a\0b' } }),
    refused('STATE_SIGNING', /cannot be started \(ERR_INVALID_ARG/),
  );
  assert.deepEqual(readdirSync(temporary), []);
});

test('whoever waits too long is ended, whether it listens or not', async () => {
  for (const script of ['exec sleep 30', `trap '' TERM; while :; do sleep 30; done`, 'sleep 30 & wait']) {
    const started = performance.now();
    await assert.rejects(
      sign({ environment: played(script), timeoutMs: 200 }),
      refused('STATE_SIGNING', /did not sign within 0\.2 s, and was ended/),
    );
    assert.ok(performance.now() - started < 10_000, script);
  }
});

test('a process that it left behind is not waited for', async () => {
  const started = performance.now();
  const environment = played('sleep 30 & for last; do :; done; echo ok > "$last.sig"');
  assert.equal(await sign({ environment }), 'ok\n');
  assert.ok(performance.now() - started < 10_000);
  // Nor does it keep this program from ending.
  const child = spawn(process.execPath, [...nodeWords(CHILD), 'x'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: played('sleep 30 & exit 1'),
  });
  await once(child, 'exit');
  assert.ok(performance.now() - started < 20_000);
});

test('the person is told when a device waits for a touch, and of nothing else', async () => {
  const told: string[] = [];
  const said = 'Signing file x\\nConfirm user presence for key ED25519-SK SHA256:x\\033\\n';
  const environment = played(`printf '${said}' >&2; for last; do :; done; echo ok > "$last.sig"`);
  await sign({ environment, tell: (line) => told.push(line) });
  assert.deepEqual(told, ['Confirm user presence for key ED25519-SK SHA256:x\\u001b']);
});
