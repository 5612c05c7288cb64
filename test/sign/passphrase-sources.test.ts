/** Where passphrases may come from, and where they must not be seen (Y-02, S-09). */
import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type TestContext, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type PassphrasePurpose, readPassphrases } from '../../src/platform/passphrase.ts';
import { refusal, temporaryDirectory } from './cast.ts';
import { nodeWords } from '../simulator/programs.ts';

const CHILD = fileURLToPath(new URL('passphrase-child.ts', import.meta.url));
const ALICE = 'correct horse battery';
const BOB = 'staple größer 🐎 paper';

async function writePrivate(context: TestContext, content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(context), 'passphrase');
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

async function readFd(context: TestContext, content: string, holders: string[], purpose: PassphrasePurpose = 'open') {
  const handle = await open(await writePrivate(context, content));
  try {
    return await readPassphrases(holders, purpose, { fd: handle.fd });
  } finally {
    await handle.close();
  }
}

test('--passphrase-file: one line per holder, in order, whatever ends the lines', async (context) => {
  for (const content of [
    `${ALICE}\n${BOB}\n`,
    `${ALICE}\n${BOB}`,
    `${ALICE}\r\n${BOB}\r\n`,
    `\ufeff${ALICE}\n${BOB}\n`,
  ]) {
    const file = await writePrivate(context, content);
    assert.deepEqual(await readPassphrases(['alice', 'bob'], 'open', { file }), [ALICE, BOB]);
  }
});

test('--passphrase-file: owner-only files are read, wider ones refused (S-09)', async (context) => {
  const file = await writePrivate(context, `${ALICE}\n`);
  for (const mode of [0o600, 0o400]) {
    await chmod(file, mode);
    assert.deepEqual(await readPassphrases(['alice'], 'open', { file }), [ALICE]);
  }
  for (const mode of [0o640, 0o604, 0o444, 0o620, 0o660]) {
    await chmod(file, mode);
    await assert.rejects(readPassphrases(['alice'], 'open', { file }), refusal('STATE_PERMISSIONS', /by others/));
  }
});

test('--passphrase-file: what systemd hands out is root’s, readable by an access list, and accepted', async (context) => {
  const file = await writePrivate(context, `${ALICE}\n`);
  await chmod(file, 0o440);
  const read = () => readPassphrases(['alice'], 'open', { file });
  if (process.getuid?.() === 0) {
    await chown(file, 0, 0);
    assert.deepEqual(await read(), [ALICE]);
    await chown(file, 0, 1);
  }
  await assert.rejects(read(), refusal('STATE_PERMISSIONS', /by others/));
});

test('--passphrase-file: a link, a directory or nothing at all is refused (P-05)', async (context) => {
  const file = await writePrivate(context, `${ALICE}\n`);
  await symlink(file, `${file}.link`);
  await mkdir(`${file}.d`, { mode: 0o700 });
  for (const path of [`${file}.link`, `${file}.d`, `${file}.absent`]) {
    await assert.rejects(readPassphrases(['alice'], 'open', { file: path }), refusal('USAGE_FILE', /./), path);
  }
});

test('lines that do not fit the holders are refused before any file is tried', async (context) => {
  for (const content of [`${ALICE}\n`, `${ALICE}\n${BOB}\nmore\n`, `${ALICE}\n${BOB}\n\n`, '']) {
    await assert.rejects(readFd(context, content, ['alice', 'bob']), refusal('USAGE_OPTION', /one line for each/));
  }
  await assert.rejects(readFd(context, `\n${BOB}\n`, ['alice', 'bob']), refusal('USAGE_OPTION', /empty passphrase/));
  const binary = await writePrivate(context, Buffer.from([0xff, 0xfe, 0x0a]));
  await assert.rejects(readPassphrases(['alice'], 'open', { file: binary }), refusal('USAGE_OPTION', /UTF-8/));
  await assert.rejects(readFd(context, 'x'.repeat(20_000), ['alice']), refusal('USAGE_OPTION', /more than 16384/));
  const large = await writePrivate(context, 'x'.repeat(20_000));
  await assert.rejects(readPassphrases(['alice'], 'open', { file: large }), refusal('USAGE_FILE', /larger than/));
});

test('a new passphrase has twelve characters or more; an old one is taken as it is', async (context) => {
  const tooShort = refusal('USAGE_OPTION', /passphrase of alice is too short/);
  for (const short of ['elevenchars', '🐎'.repeat(11)]) {
    await assert.rejects(readFd(context, short, ['alice'], 'create'), tooShort);
    assert.deepEqual(await readFd(context, short, ['alice']), [short]);
  }
  assert.deepEqual(await readFd(context, '🐎'.repeat(12), ['alice'], 'create'), ['🐎'.repeat(12)]);
  await assert.rejects(readFd(context, `${ALICE}\u001b[A`, ['alice'], 'create'), refusal('USAGE_OPTION', /control/));
});

test('two sources at once, or a descriptor that is none, are refused', async () => {
  await assert.rejects(readPassphrases(['alice'], 'open', { fd: 0, file: 'x' }), refusal('USAGE_OPTION', /not both/));
  for (const fd of [-1, 1.5, Number.NaN]) {
    await assert.rejects(readPassphrases(['alice'], 'open', { fd }), refusal('USAGE_OPTION', /number of an open/));
  }
  await assert.rejects(readPassphrases(['alice'], 'open', { fd: 999 }), refusal('USAGE_OPTION', /EBADF/));
});

describe('in a process of its own', { concurrency: true }, () => {
  test('through a pipe: neither arguments nor environment hold it (Y-02)', async () => {
    const child = start(['alice,bob', 'open', '{"fd":3}'], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    const pipe = child.stdio[3] as Writable;
    // In pieces and late, as a slow secret store would.
    pipe.write(`${ALICE}\n${BOB.slice(0, 4)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    pipe.end(`${BOB.slice(4)}\n`);
    assert.equal(await firstLine(child), `got ${JSON.stringify([ALICE, BOB])}`);
    for (const file of ['cmdline', 'environ']) {
      const seen = await readFile(`/proc/${String(child.pid)}/${file}`, 'utf8').catch(() => 'no /proc here');
      assert.ok(seen.length > 0 && !seen.includes(ALICE) && !seen.includes(BOB), file);
    }
    child.stdin?.end();
  });

  test('without a terminal and without an option, it says what to give', async () => {
    // In a session of its own there is no controlling terminal, as under cron or systemd.
    const child = start(['alice', 'open', '{}'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    assert.match(await firstLine(child), /^USAGE_OPTION: There is no terminal .*--passphrase-fd nor --passphrase-file/);
  });

  const skip = spawnSync('script', ['--version']).error ? 'the script command is missing' : false;

  test('at a terminal: unseen, asked twice when new, corrections work', { skip }, async () => {
    const wrong = 'wrong line\u0015';
    const typed = `${wrong}correk\u007fct horse batteryß\u007f`;
    const output = await atTerminal(['alice', 'create', '{}'], [`${typed}\r`, `correct horse battery\r`]);
    assert.match(output, /New passphrase of alice: \r?\n.*The same again: \r?\n/s);
    assert.match(output, /got \["correct horse battery"\]/);
    assert.equal(output.split('horse').length, 2, `typed text showed on the screen: ${output}`);
  });

  test('at a terminal: what cannot be used ends it at once, in words', { skip }, async () => {
    const [slip, short, left, shown] = await Promise.all([
      atTerminal(['alice', 'create', '{}'], [`${ALICE}\r`, `${BOB}\r`]),
      atTerminal(['alice', 'create', '{}'], ['short\r']),
      atTerminal(['alice', 'open', '{}'], ['half\u0003']),
      atTerminal(['alice', 'open', '{"fd":0}'], []),
    ]);
    assert.match(slip, /USAGE_OPTION: The two passphrases differ/);
    assert.match(short, /of alice: \r?\nUSAGE_OPTION: The passphrase of alice is too short/);
    assert.match(left, /USAGE_OPTION: The passphrase prompt was left/);
    assert.match(shown, /USAGE_OPTION: File descriptor 0 is a terminal/);
  });
});

function start(args: string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [...nodeWords(CHILD), ...args], options);
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.trimEnd();
}

/** Runs the child on a pseudo-terminal, types one answer per prompt and returns all that the screen showed. */
async function atTerminal(args: string[], answers: string[]): Promise<string> {
  const quoted = [process.execPath, ...nodeWords(CHILD), ...args].map((arg) => `'${arg}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = screen.split(': ').length;
    screen += chunk.toString();
    if (screen.split(': ').length > before && answers.length > 0) child.stdin.write(answers.shift() ?? '');
    if (screen.includes('got ')) child.stdin.write('\u0004');
  });
  await once(child, 'close');
  return screen;
}
