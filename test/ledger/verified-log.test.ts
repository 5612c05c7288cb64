/**
 * S-10, S-07: every leaf and every node is computed again before anything is signed, and what is not as it was appended is
 * named: a leaf that is gone, altered, moved or of another time, a node, a tail.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { requireOwnCheckpoint } from '../../src/ledger/checkpoints.ts';
import { leafBytes, logSize, storedNodes } from '../../src/ledger/log-rows.ts';
import type { Database } from '../../src/platform/database.ts';
import { completedBy, isSameHash, leafHash, rootOf, treeRoot } from '../../src/tlog/tree.ts';
import { dropTriggers, edit, filledLedger, type Ledger, newLog, readAgain } from './spoilt.ts';

function refused(database: Database, what: RegExp): void {
  assert.throws(
    () => readAgain(database),
    (error) => {
      assert.ok(isRefusal(error, 'STATE_LEDGER'), String(error));
      assert.match(error.what, what);
      return true;
    },
  );
}

const BODY = '(SELECT body FROM log_entry WHERE idx = ?)';

/** What somebody does to a row, and what is said of it. */
const SPOILT: readonly (readonly [how: string, sql: string, values: readonly (number | string)[], says: RegExp])[] = [
  ['a leaf that is gone', 'DELETE FROM log_entry WHERE idx = ?', [4], /^Entry 4 of the ledger is missing\.$/],
  ['the first leaf gone', 'DELETE FROM log_entry WHERE idx = ?', [0], /^Entry 0 of the ledger is missing\.$/],
  [
    'a leaf that says something else',
    `UPDATE log_entry SET body = replace(body, '"demo"', '"else"') || ' ' WHERE idx = ?`,
    [3],
    /^Entry 3 of the ledger is not what was appended\.$/,
  ],
  [
    'a leaf of another time',
    `UPDATE log_entry SET body = replace(body, '"at":"2026-01-01T00:00:02Z"', '"at":"2026-01-01T00:00:03Z"') WHERE idx = ?`,
    [2],
    /^Entry 2 of the ledger is not what was appended\.$/,
  ],
  [
    'a renewal of another time',
    `UPDATE log_entry SET body = replace(body, 'T00:00:02Z', 'T00:00:03Z') WHERE idx = (SELECT MAX(idx) - ? FROM log_entry)`,
    [0],
    /^Entry \d+ of the ledger is not what was appended\.$/,
  ],
  [
    'one leaf in the place of another',
    `UPDATE log_entry SET body = ${BODY} WHERE idx = 3`,
    [2],
    /^Entry 3 of the ledger is not what was appended\.$/,
  ],
  [
    'a leaf’s own node',
    'UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND position = ?',
    [6],
    /^Entry 6 of the ledger is not what was appended\.$/,
  ],
  ['a leaf’s node gone', 'DELETE FROM log_node WHERE level = 0 AND position = ?', [6], /^Entry 6 of the ledger is not/],
  [
    'a node that no newest root is made of',
    'UPDATE log_node SET hash = zeroblob(32) WHERE level = 1 AND position = ?',
    [1],
    /^Node 1 of level 1 is not what the ledger’s entries make\.$/,
  ],
  ['a node gone', 'DELETE FROM log_node WHERE level = 2 AND position = ?', [1], /^Node 1 of level 2 is not what/],
];

for (const [how, sql, values, says] of SPOILT)
  void test(`S-10: ${how} is found and named`, async () => {
    const { database } = await filledLedger();
    assert.ok(edit(database, sql, ...values) > 0, 'the edit changes something');
    refused(database, says);
    database.close();
  });

void test('S-10: two events that changed places are found, whatever was done to their nodes', async () => {
  const { database } = await filledLedger();
  const [three, four] = [leafBytes(database, 3), leafBytes(database, 4)];
  edit(database, 'UPDATE log_entry SET body = ? WHERE idx = 3', four.toString('utf8'));
  database.run('UPDATE log_entry SET body = ? WHERE idx = 4', three.toString('utf8'));
  refused(database, /^Entry 3 of the ledger is not what was appended\.$/);
  makeTreeFit(database);
  refused(database, /^Entry 3 of the ledger says that it is entry 4\.$/);
  database.close();
});

void test('S-10: whoever makes the whole tree fit an altered leaf meets the checkpoint', async () => {
  const { database, made } = await filledLedger();
  edit(database, `UPDATE log_entry SET body = replace(body, 'T00:00:02Z', 'T00:00:01Z') WHERE idx = 3`);
  makeTreeFit(database);
  const log = readAgain(database);
  const signers = (origin: string): ReturnType<typeof made.keys.checkpoints> => made.keys.checkpoints(origin);
  assert.throws(
    () => requireOwnCheckpoint(database, signers, (size) => rootOf(size, storedNodes(database))),
    /STATE_LEDGER|The ledger’s first \d+ entries are not the ones that were signed/,
  );
  assert.equal(log.size, logSize(database));
  database.close();
});

void test('S-10: an altered leaf under an unaltered root of an earlier size is found by the nodes between them', async () => {
  // A crash left a tail without a checkpoint: the newest root is made of other nodes than the signed one.
  const { database, made } = await filledLedger();
  const signed = logSize(database);
  made.isReleasing = false;
  while ((logSize(database) & (logSize(database) - 1)) !== 0) made.renew('one');
  const before = rootOf(signed, storedNodes(database));
  edit(database, `UPDATE log_entry SET body = replace(body, 'T00:00:02Z', 'T00:00:01Z') WHERE idx = 3`);
  // The leaf’s node and the only node that the newest root consists of.
  const size = logSize(database);
  const leaves = Array.from({ length: size }, (_, index) => leafHash(leafBytes(database, index)));
  database.run('UPDATE log_node SET hash = ? WHERE level = 0 AND position = 3', leaves[3] ?? new Uint8Array());
  database.run('UPDATE log_node SET hash = ? WHERE level = ? AND position = 0', treeRoot(leaves), Math.log2(size));
  assert.ok(isSameHash(rootOf(signed, storedNodes(database)), before), 'the signed root is still what the nodes give');
  refused(database, /^Node 1 of level 1 is not what the ledger’s entries make\.$/);
  database.close();
});

void test('a log that grows is read on from where it was; one that shrank, or goes on otherwise, is refused', async () => {
  const { database, made } = await filledLedger();
  const log = readAgain(database);
  const size = log.size;
  const before = [...log.state];
  made.renew('one');
  made.publish('one', { targets: 3 }, new Map(), []);
  log.catchUp(database);
  assert.deepEqual(log.state.slice(0, size), before);
  assert.deepEqual(log.state.slice(size), ['(renewal)', 'import.claimed', 'import.verified', 'publish', '(renewal)']);
  assert.ok(isSameHash(log.root(), rootOf(log.size, storedNodes(database))));
  assert.equal(log.lastServed('one'), log.size - 1);

  edit(database, 'DELETE FROM log_entry WHERE idx = ?', log.size - 1);
  assert.throws(() => {
    log.catchUp(database);
  }, /The ledger has \d+ entries, and had \d+ before/);
  database.close();
});

void test('before the first event nothing is known, and after a refusal nothing is remembered', async () => {
  const log = newLog();
  for (const ask of [() => log.facts, () => log.state]) assert.throws(ask, /The ledger has no first event/);
  const { database } = await filledLedger();
  log.catchUp(database);
  assert.ok(log.state.length > 0);
  edit(database, `UPDATE log_entry SET body = body || ' ' WHERE idx = (SELECT MAX(idx) FROM log_entry)`);
  log.reset();
  assert.throws(() => {
    log.catchUp(database);
  }, /is not what was appended/);
  assert.equal(log.size, 0);
  for (const ask of [() => log.facts, () => log.state]) assert.throws(ask, /The ledger has no first event/);
  database.close();
});

void test('T-07: a leaf that is no event of this program is refused even where the whole tree fits it', async () => {
  for (const [body, says] of [
    ['{}', /^Entry 5 of the ledger is not an event\.$/],
    ['{"n":5,"type":"serve.timestamp"}', /^Entry 5 of the ledger is not an event\.$/],
    [
      '{"actor":"local","at":"0000-00-00T00:00:00Z","type":"serve.timestamp"}',
      /^Entry 5 of the ledger is not an event\.$/,
    ],
    ['[1]', /^Entry 5 of the ledger is not an event\.$/],
  ] as const) {
    const { database } = await filledLedger();
    edit(database, 'UPDATE log_entry SET body = ? WHERE idx = 5', body);
    makeTreeFit(database);
    refused(database, says);
    database.close();
  }
});

/** Every node anew over the leaves as they are now. */
function makeTreeFit(database: Ledger['database']): void {
  dropTriggers(database);
  const size = logSize(database);
  database.run('DELETE FROM log_node');
  const insert = 'INSERT INTO log_node (level, position, hash) VALUES (?, ?, ?)';
  for (let index = 0; index < size; index++) {
    const leaf = leafHash(leafBytes(database, index));
    database.run(insert, 0, index, leaf);
    for (const { level, position, hash } of completedBy(leaf, index, storedNodes(database)))
      database.run(insert, level, position, hash);
  }
}
