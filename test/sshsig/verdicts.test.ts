/**
 * Our verdict beside that of `ssh-keygen -Y verify`, row by row. Ours is never the laxer one, but for a list of
 * revoked fingerprints, which ssh-keygen cannot read at all. Compared with OpenSSH 9.2p1; another version may have become
 * stricter where we are, and that is said. Skipped where there is none.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { findSigner, parseAllowedSigners } from '../../src/sshsig/allowed-signers.ts';
import { NOTHING_REVOKED, parseRevocations } from '../../src/sshsig/revocations.ts';
import { parseSignature, verifySignature } from '../../src/sshsig/signature.ts';
import { KINDS } from './rows/kinds.ts';
import { PARTS } from './rows/parts.ts';
import { PEOPLE } from './rows/people.ts';
import type { Row } from './rows/row.ts';

const PROGRAM = 'ssh-keygen';
const ROWS = [...KINDS, ...PARTS, ...PEOPLE];

test('our verdict is the one that the row says, for the reason that it says', () => {
  for (const row of ROWS) {
    const what = refusalOf(row);
    if (row.refused === undefined) assert.equal(what, undefined, row.name);
    else assert.match(what ?? 'accepted', row.refused, row.name);
  }
});

test('ssh-keygen says the same, but where the row says why not', (t) => {
  const version = spawnSync('ssh', ['-V'], { encoding: 'utf8' });
  if (version.error || spawnSync(PROGRAM, ['-?']).error) {
    t.skip('ssh-keygen is not installed here; the verdicts above were compared with OpenSSH 9.2p1');
    return;
  }
  const isCompared = version.stderr.startsWith('OpenSSH_9.2');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-verdicts-'));
  try {
    for (const row of ROWS) {
      const theirs = isAcceptedBySshKeygen(row, folder);
      const ours = row.refused === undefined;
      if (row.differs === undefined) assert.equal(theirs, ours, row.name);
      else if (isCompared) assert.notEqual(theirs, ours, row.name);
      else if (theirs === ours) t.diagnostic(`no longer different in ${version.stderr.trim()}: ${row.name}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('we say yes where ssh-keygen says no in one row only', () => {
  const laxer = ROWS.filter(({ refused, differs }) => refused === undefined && differs !== undefined);
  assert.deepEqual(
    laxer.map(({ name }) => name),
    ['another key revoked by fingerprint'],
  );
});

/** What our refusal says; undefined when there is none. */
function refusalOf({ signature, allowed, identity, namespace, message, revoked, at }: Row): string | undefined {
  try {
    const key = verifySignature(parseSignature(signature), Buffer.from(message), namespace);
    const lists = {
      signers: parseAllowedSigners(allowed),
      revoked: revoked === undefined ? NOTHING_REVOKED : parseRevocations(revoked),
    };
    findSigner(lists, identity, namespace, instantOf(at), key);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    assert.ok(['TRUST_SSH_SIGNATURE', 'CONFIG_POLICY'].includes(error.code), error.code);
    return error.what;
  }
}

function isAcceptedBySshKeygen(row: Row, folder: string): boolean {
  const [signature, allowed, revoked] = ['signature', 'allowed', 'revoked'].map((name) => join(folder, name));
  writeFileSync(String(signature), row.signature);
  writeFileSync(String(allowed), row.allowed);
  if (row.revoked !== undefined) writeFileSync(String(revoked), row.revoked);
  const words = [
    '-Y',
    'verify',
    '-f',
    String(allowed),
    '-I',
    row.identity,
    '-n',
    row.namespace,
    '-s',
    String(signature),
  ];
  const more = [...(row.revoked === undefined ? [] : ['-r', String(revoked)]), '-O', `verify-time=${row.at}`];
  const { status } = spawnSync(PROGRAM, [...words, ...more], { input: row.message });
  // Anything but these two would be no verdict.
  assert.ok(status === 0 || status === 255 || status === 1, row.name);
  return status === 0;
}

function instantOf(time: string): Date {
  return new Date(time.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
