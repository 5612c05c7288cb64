/** Whatever is done to leaves, nodes and checkpoints is a finding that names the entry or the row; nothing else is. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { signCheckpoint } from '../../src/ledger/checkpoints.ts';
import { ED25519, noteKey } from '../../src/tlog/note.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';
import { leafHash, rootOf } from '../../src/tlog/tree.ts';
import { logSize, storedNodes } from '../../src/ledger/log-rows.ts';
import { edit, seal, smuggle } from './interfere.ts';
import { AuditedOffice } from './office.ts';

let office: AuditedOffice;
const close: (() => Promise<void>)[] = [];
beforeEach(async () => {
  for (const end of close.splice(0)) await end();
  office = await AuditedOffice.like({ after: (end) => void close.push(end) }, 'published', async (made) => {
    await made.import('local');
    await made.renew();
  });
});
after(async () => {
  for (const end of close) await end();
});

/** The places that are named, in order. */
async function places(): Promise<(string | undefined)[]> {
  const { findings, ok } = await office.verify();
  assert.equal(ok, findings.length === 0);
  return findings.map(({ entry, row }) => (entry === undefined ? row : `entry ${entry}`));
}

const last = (): number => logSize(office.mirror.database) - 1;

test('an untouched record has no finding, and everything in it was looked at', async () => {
  const { checked, log } = await office.verified();
  const size = logSize(office.mirror.database);
  const { database } = office.mirror;
  const count = (table: string): number => Number(database.one(`SELECT COUNT(*) AS n FROM ${table}`)?.['n']);
  assert.deepEqual(
    [checked.entries, checked.checkpoints, checked.files, checked.publications, log.size, log.checkpoint_size],
    [size, count('checkpoint'), count('file'), 1, size, size],
  );
  assert.equal(checked.statements, 2);
});

for (const [name, type] of [
  ['an ordinary entry', 'import.claimed'],
  ['a renewal', 'serve.timestamp'],
] as const) {
  test(`${name} that was altered is named, and nothing beside it`, async () => {
    const index = Number(
      office.mirror.database.one('SELECT MAX(idx) AS idx FROM log_entry WHERE type = ?', type)?.['idx'],
    );
    edit(office, 'UPDATE log_entry SET body = replace(body, \'"nonce":"\', \'"nonce":"0\') WHERE idx = ?', index);
    assert.deepEqual(await places(), [`entry ${index}`]);
  });
}

test('an entry that was altered together with its hash is found by the nodes above it', async () => {
  const body = String(office.mirror.database.one('SELECT body FROM log_entry WHERE idx = 2')?.['body']).replace(
    '"nonce":"',
    '"nonce":"f',
  );
  const bent = body.replace(/("nonce":"f[0-9a-f]{31})[0-9a-f]/, '$1');
  edit(office, 'UPDATE log_entry SET body = ? WHERE idx = 2', bent);
  edit(office, 'UPDATE log_node SET hash = ? WHERE level = 0 AND position = 2', leafHash(Buffer.from(bent)));
  const found = await places();
  assert.equal(found[0], 'log_node 1/1');
  assert.ok(found.includes('checkpoint 4') && !found.includes('checkpoint 2'), 'from the first checkpoint over it on');
});

test('a missing entry is named, and the rows that refer to it', async () => {
  edit(office, 'DELETE FROM log_entry WHERE idx = 3');
  const found = await places();
  assert.ok(
    found.includes('entry 3') && found.every((place) => place === 'entry 3' || place?.startsWith('import ') === true),
  );
});

test('nodes: altered, missing, and left over', async () => {
  edit(
    office,
    "UPDATE log_node SET hash = x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff' WHERE level = 1 AND position = 0",
  );
  assert.deepEqual(await places(), ['log_node 1/0']);
  edit(office, 'DELETE FROM log_node WHERE level = 2 AND position = 0');
  assert.ok((await places()).includes('log_node'));
});

test('a checkpoint over other entries, of another key, of another size, and of more than there is', async () => {
  const { database } = office.mirror;
  const size = last() + 1;
  const origin = String(database.one('SELECT note FROM checkpoint LIMIT 1')?.['note']).split('\n')[0] ?? '';
  const seed = new Uint8Array(32).fill(9);
  const stranger = {
    key: noteKey(origin, ED25519, publicKeyOf(seed)),
    sign: (bytes: Uint8Array) => signEd25519(seed, bytes),
  };
  const root = rootOf(size, storedNodes(database));
  const note = database.one('SELECT note FROM checkpoint WHERE size = ?', size)?.['note'] ?? null;
  const own = office.mirror.writerOptions.keys.checkpoints(origin);
  const put = (text: string): void => edit(office, 'UPDATE checkpoint SET note = ? WHERE size = ?', text, size);
  put(signCheckpoint({ origin, size, root }, stranger));
  assert.deepEqual(await places(), [`checkpoint ${size}`]);
  put(signCheckpoint({ origin, size, root: leafHash(root) }, own));
  assert.deepEqual([...new Set(await places())], [`checkpoint ${size}`]);
  put(
    signCheckpoint({ origin: 'another/log', size, root }, office.mirror.writerOptions.keys.checkpoints('another/log')),
  );
  assert.deepEqual([...new Set(await places())], [`checkpoint ${size}`]);
  put('no note');
  assert.deepEqual(await places(), [`checkpoint ${size}`]);
  edit(office, 'UPDATE checkpoint SET note = ? WHERE size = ?', note, size);
  assert.deepEqual(await places(), []);
  edit(
    office,
    'INSERT INTO checkpoint (size, root, note, created_at) VALUES (?, ?, ?, ?)',
    size + 5,
    root,
    signCheckpoint({ origin, size: size + 5, root }, own),
    'x',
  );
  assert.deepEqual(await places(), [`checkpoint ${size + 5}`]);
});

test('a log that was cut, with everything that belongs to it, contradicts its head file', async () => {
  const size = last();
  edit(office, 'DELETE FROM checkpoint WHERE size > ?', size);
  edit(office, 'DELETE FROM issued WHERE entry >= ?', size);
  edit(office, 'DELETE FROM log_node WHERE level = 0 AND position >= ?', size);
  edit(office, 'DELETE FROM log_node WHERE level > 0 AND (position + 1) * (1 << level) > ?', size);
  edit(office, 'DELETE FROM log_entry WHERE idx >= ?', size);
  const { findings } = await office.verify();
  assert.ok(findings.some(({ code, row }) => code === 'STATE_RESTORED' && row?.endsWith('head.json') === true));
});

test('what no honest program appends is named by its entry: another spelling, another mirror, a type of the future, a rule broken', async () => {
  const export_ = { kind: 'csv', from: 0, to: 1, sha256: '0'.repeat(64) };
  const spaced = await smuggle(office, 'export', export_, (leaf) => leaf.replace('"from":0', '"from": 0'));
  assert.deepEqual(await places(), [`entry ${spaced}`]);
  const foreign = await smuggle(office, 'export', export_, (leaf) =>
    leaf.replace(/"mirror_id":"[0-9a-f]{32}"/, `"mirror_id":"${'0'.repeat(32)}"`),
  );
  assert.deepEqual(await places(), [`entry ${spaced}`, `entry ${foreign}`]);
  const unknown = await smuggle(office, 'export', export_, (leaf) =>
    leaf.replace('"type":"export"', '"type":"exports"'),
  );
  assert.deepEqual((await places()).slice(0, 3), [`entry ${spaced}`, `entry ${foreign}`, `entry ${unknown}`]);
});

test('a renewal of another mirror, or with another index, is no shorter way past the rules', async () => {
  const event = office.mirror.reader.event(last());
  assert.ok(event.type === 'serve.timestamp');
  const timestamp = { ...event.body.timestamp, version: event.body.timestamp.version + 1 };
  const foreign = await smuggle(office, 'serve.timestamp', { ...event.body, timestamp }, (leaf) =>
    leaf.replace(/"mirror_id":"[0-9a-f]{32}"/, `"mirror_id":"${'0'.repeat(32)}"`),
  );
  assert.ok((await places()).includes(`entry ${foreign}`));
});

test('an operator who let themself in is named: nobody had agreed', async (context) => {
  const watched = await AuditedOffice.ofThree(context);
  office = watched;
  const entry = await smuggle(watched, 'actor.add', {
    ...{
      actor: `a-${'9'.repeat(20)}`,
      name: '0'.repeat(64),
      roles: ['approver'],
      subject_sha256: '0'.repeat(64),
      signatures: [],
    },
  });
  const { findings } = await watched.verify();
  const [first] = findings.filter((one) => one.entry === entry);
  assert.equal(first?.code, 'STATE_SEALED');
  assert.ok(
    findings.some(
      (one) => one.entry === entry && one.code === 'STATE_LEDGER' && one.what.includes('rests on 0 people'),
    ),
  );
  await seal(watched).catch(() => undefined);
});
