/**
 * A witness that others wrote: litewitness, unchanged, follows a mirror’s log and never goes back. It is built here with its key
 * in an ssh-agent; without Go, or without its modules, there is nobody to ask.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isRefusal } from '../../src/errors.ts';
import { Database } from '../../src/platform/database.ts';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import type { NoteKey } from '../../src/tlog/note.ts';
import { countWitnesses, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { WatchedSite } from '../witness/site.ts';
import { freePort } from './free-port.ts';

const SOURCE = fileURLToPath(new URL('./witness', import.meta.url));
const room = mkdtempSync(join(tmpdir(), 'countersign-litewitness-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill();
  rmSync(room, { recursive: true, force: true });
});
const PROGRAM = join(room, 'litewitness');
const [SOCKET, KEY, LOGS] = [join(room, 'agent'), join(room, 'key'), join(room, 'logs.sqlite')];
const skip = whyNot();

function whyNot(): string | false {
  const go = ['go', '/usr/local/go/bin/go'].find((name) => spawnSync(name, ['version']).status === 0);
  if (go === undefined) return 'Go is not here';
  const module = 'filippo.io/torchwood/cmd/litewitness';
  const { status, stderr } = spawnSync(go, ['build', '-o', PROGRAM, module], { cwd: SOURCE, encoding: 'utf8' });
  if (status !== 0) return `its modules are not here, or it does not build: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  return spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', KEY]).status === 0 ? false : 'no ssh-keygen';
}

/** Its key lives in an agent of its own. @returns the fingerprint */
async function loadKey(): Promise<string> {
  const agent = spawn('ssh-agent', ['-D', '-a', SOCKET], { stdio: 'ignore' });
  children.push(agent);
  const add = (): number | null =>
    spawnSync('ssh-add', ['-q', KEY], { env: { ...process.env, SSH_AUTH_SOCK: SOCKET } }).status;
  for (let attempt = 0; add() !== 0; attempt++) {
    assert.ok(attempt < 100, 'the agent starts');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', KEY], { encoding: 'utf8' });
  return /SHA256:\S+/.exec(stdout)?.[0] ?? '';
}

/** @returns its address and verifier key, as it tells it itself */
async function startWitness(fingerprint: string): Promise<{ url: string; vkey: string }> {
  const port = await freePort();
  const words = ['-db', LOGS, '-ssh-agent', SOCKET, '-key', fingerprint, '-name', 'audit.example/lite'];
  const child = spawn(PROGRAM, [...words, '-listen', `127.0.0.1:${String(port)}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let told = '';
  for await (const chunk of child.stderr) {
    told += String(chunk);
    const vkey = /vkey=(\S+)/.exec(told)?.[1];
    if (vkey !== undefined && told.includes('listening')) {
      child.stderr.resume();
      return { url: `http://127.0.0.1:${String(port)}/`, vkey };
    }
  }
  return assert.fail(`litewitness does not start: ${told}`);
}

/** What its own tool does for `add-log` and `add-key`. */
function introduce({ name, text }: NoteKey): void {
  const logs = new Database(LOGS);
  const empty = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  logs.run('INSERT OR IGNORE INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)', name, empty);
  logs.run('INSERT INTO key (origin, key) VALUES (?, ?)', name, text);
  logs.close();
}

test('litewitness cosigns twenty checkpoints, and no rolled-back or forked one', { skip }, async (t) => {
  const { url, vkey } = await startWitness(await loadKey());
  const site = await WatchedSite.open(t);
  const policy = `witness audit ${vkey} ${url}\nquorum audit\n`;
  assert.match((await site.setRule(policy))?.what ?? '', /audit: The witness does not know this log, or not its key/);
  introduce(site.logKey);
  assert.equal(await site.look(), undefined, 'it knows the log now, and has seen what waited');

  const counted = parseWitnessPolicy(policy);
  let backup = '';
  for (let round = 1; round <= 20; round++) {
    if (round === 10) {
      backup = `${site.mirror.dataDirectory}-of-yesterday`;
      cpSync(site.mirror.dataDirectory, backup, { recursive: true });
    }
    assert.equal(await site.grow(), undefined);
    const { isQuorum, quorumAt = 0 } = countWitnesses(counted, openCheckpoint(site.shown.note, site.logKey));
    assert.ok(isQuorum && Math.abs(quorumAt - Date.now() / 1000) < 60, 'its own clock’s time');
  }
  const { size } = site;
  assert.equal(site.shown.size, size);
  // A crash forgot that it was asked: the same checkpoint again is no news.
  await site.restart();
  assert.equal(await site.look(), undefined);

  for (const name of ['record.sqlite', 'record.sqlite-wal', 'record.sqlite-shm', 'head.json'])
    rmSync(join(site.mirror.dataDirectory, name), { force: true });
  cpSync(backup, site.mirror.dataDirectory, { recursive: true });
  const restored = await site.restart();
  await assert.rejects(site.grow(), (error) => {
    assert.ok(isRefusal(error, 'STATE_LEDGER_BEHIND'));
    assert.match(error.what, new RegExp(`^The witness audit has seen ${String(size)} entries of this log`));
    return true;
  });
  // Grown past it, with nobody watching, it is a fork.
  await site.setRule('quorum none\n', 'publish', true);
  while (site.size <= size) await site.grow(restored);
  await assert.rejects(site.setRule(policy), (error) => {
    assert.ok(isRefusal(error, 'STATE_LEDGER_BEHIND'));
    assert.match(error.what, /has seen another log under this name/);
    return true;
  });
});
