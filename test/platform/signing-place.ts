/** A folder with Alice’s key, and programs that play ssh-keygen. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { ed25519 } from '../sshsig/people.ts';
import { privateKeyFile } from '../sshsig/private-key.ts';

const PROGRAM = 'ssh-keygen';
export const folder = mkdtempSync(join(tmpdir(), 'countersign-test-signing-'));
after(() => rmSync(folder, { recursive: true }));

/** Why a test with the real program cannot run here; false when it can. */
export const skip = spawnSync(PROGRAM, ['-?']).error ? 'ssh-keygen is not installed here' : false;

/** Alice’s key as a file; the public half lies beside it. */
export function keyFile(name: string, passphrase = ''): string {
  const path = join(folder, name);
  writeFileSync(path, privateKeyFile('alice'), { mode: 0o600 });
  writeFileSync(`${path}.pub`, `${ed25519('alice').line}\n`);
  if (passphrase !== '') spawnSync(PROGRAM, ['-q', '-p', '-P', '', '-N', passphrase, '-f', path]);
  return path;
}

/** An environment in which `ssh-keygen` is this script of a shell. */
export function played(script: string): Record<string, string | undefined> {
  const place = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(place, PROGRAM), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place, PROGRAM), 0o700);
  return { ...process.env, PATH: [place, process.env['PATH']].join(delimiter) };
}

/** An environment in which there is no such program. */
export function nowhere(): Record<string, string | undefined> {
  const place = join(folder, 'empty');
  mkdirSync(place, { recursive: true });
  return { PATH: place };
}
