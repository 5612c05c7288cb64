/**
 * Whoever can write every table, and has nobody’s key, approves nothing: what is signed rests on the leaves and on people’s
 * signatures, asked at that moment (S-10). Each edit is one that SQLite takes; triggers were dropped where they forbid it.
 */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalBytes, encodeLeaf } from '../../src/ledger/events/leaf.ts';
import { type Policy, SOLO } from '../../src/ledger/events/policy.ts';
import type { ChangeStatement, ChangeSubject, LeafRef } from '../../src/ledger/events/statements.ts';
import { setPolicy } from '../../src/gate/subjects.ts';
import { appendLeaf, leafBytes, logSize } from '../../src/ledger/log-rows.ts';
import { Database } from '../../src/platform/database.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DAY } from '../simulator/clock.ts';
import { as, Office, skip } from './office.ts';

/** Opens the record as a thief does: with every trigger gone for the while. */
async function edit(office: Office, work: (database: Database) => void): Promise<void> {
  const database = new Database(office.workplace.path('data', 'record.sqlite'));
  const triggers = database.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  try {
    database.transaction(() => {
      for (const { name } of triggers) database.run(`DROP TRIGGER ${String(name)}`);
      work(database);
      for (const { sql } of triggers) database.run(String(sql));
    });
  } finally {
    database.close();
  }
  await Promise.resolve();
}

async function fsckFindings(office: Office): Promise<string> {
  const { exitCode, json } = await office.workplace.type('fsck --json');
  assert.equal(exitCode, 1, 'fsck finds it');
  return JSON.stringify(json['findings']);
}

async function waiting(context: Parameters<typeof Office.open>[0]): Promise<Office> {
  const office = await Office.ofTwo(context);
  await office.import();
  await office.workplace.succeed(`approve 1 ${as('alice')} --yes`);
  return office;
}

test('approvals in the table are no approvals', { skip }, async (context) => {
  const office = await waiting(context);
  await edit(office, (database) => {
    const [row] = database.all('SELECT * FROM approval');
    const values = { ...row, entry: 0, actor: 'a-00000000000000000000', key: null };
    database.run(
      `INSERT INTO approval (${Object.keys(values).join(', ')}) VALUES (${Object.keys(values)
        .map(() => '?')
        .join(', ')})`,
      ...Object.values(values),
    );
  });
  assert.match(await fsckFindings(office), /table approval has a row \(0\) that no event stands for/);
  assert.equal((await office.workplace.refused('publish 1')).code, 'POLICY_APPROVALS');
  assert.equal(await office.published(), null);
});

test('a pointer and a generation by hand serve nothing, and nothing is built on them', { skip }, async (context) => {
  const office = await waiting(context);
  await edit(office, (database) => {
    const empty = sha256(new Uint8Array());
    database.run(
      'INSERT INTO generation (repository, number, import, created_at, roles_sha256, entry, roles_of) VALUES (?, 1, 1, ?, ?, 0, NULL)',
      'sample',
      '2026-11-23T03:00:00Z',
      empty,
    );
    database.run('INSERT INTO current VALUES (?, 1, 1, 1, 1, 1, 0)', 'sample');
  });
  const findings = await fsckFindings(office);
  for (const table of ['generation', 'current']) assert.match(findings, new RegExp(`table ${table} has a row`));
  assert.equal((await office.workplace.refused('renew sample --force')).code, 'STATE_NOTHING_PUBLISHED');
  const approved = await office.workplace.type(`approve 1 ${as('bob')} --yes --json`);
  assert.equal(approved.exitCode, 7, 'the answer is recorded, and nothing is published on top of that');
  const { outcome, refusal } = approved.json['publication'] as { outcome: string; refusal: { code: string } };
  assert.deepEqual([outcome, refusal.code], ['refused', 'STATE_LEDGER']);
});

test('the pointer moved back to an earlier generation stops what would follow it', { skip }, async (context) => {
  const office = await waiting(context);
  await office.workplace.succeed(`approve 1 ${as('bob')} --yes`);
  await office.change('second');
  await office.import();
  await office.workplace.succeed(`approve 2 ${as('alice')} --yes`);
  await edit(office, (database) => void database.run('UPDATE current SET online_epoch = 2'));
  const last = await office.workplace.type(`approve 2 ${as('bob')} --yes --json`);
  assert.equal((last.json['publication'] as { refusal: { code: string } }).refusal.code, 'STATE_LEDGER');
  assert.match(await fsckFindings(office), /table current says something else/);
  assert.match((await office.workplace.type('status')).out, /needs-command: Import 2 may be public now/);
});

test('what an import consists of cannot be exchanged under a reader (A-03)', { skip }, async (context) => {
  const office = await waiting(context);
  await office.workplace.succeed(`approve 1 ${as('bob')} --yes`);
  const { workplace } = office;
  await office.change('a stolen signer');
  await office.import();
  const honest = (await workplace.succeed('diff sample 2')).out;
  // The rows of import 2 say what import 1 was: nothing seems to have changed.
  await edit(office, (database) => {
    database.run('DELETE FROM import_file WHERE import = 2');
    database.run(
      'INSERT INTO import_file SELECT 2, repository, kind, role, version, file_sha256, signed_sha256, expires FROM import_file WHERE import = 1',
    );
    database.run(
      'UPDATE import_target SET sha256 = (SELECT sha256 FROM import_target WHERE import = 1) WHERE import = 2',
    );
  });
  assert.equal((await workplace.succeed('diff sample 2')).out, honest);
  await edit(
    office,
    (database) =>
      void database.run(
        'UPDATE import SET candidate = (SELECT candidate FROM import WHERE number = 1) WHERE number = 2',
      ),
  );
  await workplace.succeed(`approve 2 ${as('alice')} --yes`);
  await workplace.succeed(`approve 2 ${as('bob')} --yes`);
  // What was approved is what is public: the leaf’s content, and not the table’s.
  const { repositories } = (await workplace.succeed('status --json')).json as {
    repositories: { versions: { targets: number } }[];
  };
  assert.equal(repositories[0]?.versions.targets, 2);
  await fsckFindings(office);
});

test('what lay here for a while is read again before it is public (W-10)', { skip }, async (context) => {
  const office = await waiting(context);
  const blobs = office.workplace.path('data', 'blobs', 'sha256');
  for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), 'evil!');
  const { exitCode, json } = await office.workplace.type(`approve 1 ${as('bob')} --yes --json`);
  // Whoever approves reads it, too.
  assert.deepEqual([exitCode, (json['error'] as { code: string }).code], [7, 'STATE_DAMAGED']);
  assert.equal((await office.workplace.succeed(`reject 1 ${as('bob')} --reason damaged --json`)).json['summary'], null);
});

test(
  'a signature on which the rules rest, gone without a word, stops what rests on them',
  { skip },
  async (context) => {
    const office = await waiting(context);
    await office.workplace.succeed(`approve 1 ${as('bob')} --yes`);
    await office.change('second');
    await office.import();
    const sealed = new Database(office.workplace.path('data', 'sealed.sqlite'));
    const signatures = sealed
      .all("SELECT digest FROM sealed WHERE kind = 'signature'")
      .map(({ digest }) => String(digest));
    sealed.close();
    const rules = leavesOf(office).filter(({ type }) => type === 'change.signed');
    const digest = signatures.find((one) => rules.some(({ text }) => text.includes(one))) ?? '';
    const again = new Database(office.workplace.path('data', 'sealed.sqlite'));
    again.run('DELETE FROM sealed WHERE digest = ?', digest);
    again.close();
    await office.workplace.succeed(`approve 2 ${as('alice')} --yes`);
    const { json } = await office.workplace.type(`approve 2 ${as('bob')} --yes --json`);
    assert.equal((json['publication'] as { refusal: { code: string } }).refusal.code, 'STATE_SEALED');
    await office.workplace.succeed('renew --force');
    assert.match(await fsckFindings(office), /STATE_SEALED/);
  },
);

function leavesOf(office: Office): { type: string; text: string }[] {
  const database = new Database(office.workplace.path('data', 'record.sqlite'));
  try {
    return database
      .all('SELECT type, body FROM log_entry')
      .map(({ type, body }) => ({ type: String(type), text: String(body) }));
  } finally {
    database.close();
  }
}

/** Leaves as this program writes them, each with its hash in the tree: all that a thief without people’s keys can make. */
class Forger {
  readonly #database: Database;
  readonly #mirrorId: string;
  readonly #at: string;

  constructor(database: Database) {
    const first = JSON.parse(leafBytes(database, 0).toString('utf8')) as { mirror_id: string; at: string };
    this.#database = database;
    this.#mirrorId = first.mirror_id;
    this.#at = first.at;
  }

  append(type: 'change.signed' | 'policy.set' | 'redaction', body: object): LeafRef {
    const event = {
      ...{ n: logSize(this.#database), type, mirrorId: this.#mirrorId, at: new Date(this.#at), actor: 'local' },
      ...{ cause: null, nonce: sha256(Buffer.from(String(logSize(this.#database)))).slice(0, 32), body },
    };
    return appendLeaf(this.#database, encodeLeaf(event as unknown as Parameters<typeof encodeLeaf>[0]));
  }

  /** @returns the leaf, and the digest of a signature that never was */
  sign(subject: ChangeSubject): { ref: LeafRef; digest: string } {
    const signers = this.#database
      .all("SELECT body FROM log_entry WHERE type = 'key.add'")
      .map(({ body }) => (JSON.parse(String(body)) as { body: { actor: string; key: string } }).body);
    const { actor, key } = signers[0] ?? { actor: '', key: '' };
    const statement: ChangeStatement = {
      schema: 'policy-change/1',
      ...{ change_id: sha256(Buffer.from('forged')).slice(0, 32), mirror_id: this.#mirrorId, subject },
      ...{ signer: { actor, key }, claimed_at: this.#at },
    };
    const digest = sha256(Buffer.from('no signature'));
    return { ref: this.append('change.signed', { statement, signature: { key, sshsig_sha256: digest } }), digest };
  }

  set(policy: Policy, signature: LeafRef): void {
    const digest = sha256(canonicalBytes(policy));
    const subject_sha256 = sha256(canonicalBytes(setPolicy('*', digest)));
    this.append('policy.set', { scope: '*', sha256: digest, policy, subject_sha256, signatures: [signature] });
  }
}

for (const erased of [false, true])
  test(
    `a policy by hand is never signed into the ledger${erased ? ', nor one whose signature is said to be erased' : ''}`,
    { skip },
    async (context) => {
      // One approver who may change the rules alone: the fewest signatures to forge.
      const office = await Office.open(context);
      await office.add('alice', 'approver');
      await office.setPolicy({ min_approvers: 1 }, 'alice');
      assert.equal((await office.workplace.succeed('import sample --json')).json['outcome'], 'waits');
      const lax: Policy = { ...SOLO, max_approval_age_days: 31 };
      await edit(office, (database) => {
        const forger = new Forger(database);
        const { ref, digest } = forger.sign(setPolicy('*', sha256(canonicalBytes(lax))));
        forger.set(lax, ref);
        if (erased) forger.append('redaction', { commitment: digest, ground: 'mistake' });
      });
      for (const line of ['import sample', 'renew', 'reject 1 --reason x'])
        assert.equal((await office.workplace.refused(line)).code, 'STATE_LEDGER', line);
      assert.equal((await office.workplace.refused('publish 1')).exitCode, 7);
      assert.match(await fsckFindings(office), /STATE_LEDGER.*was not appended by this mirror/);
      assert.equal(await office.published(), null);
    },
  );

test('the digests of what is final are shown as the ledger has them, or not at all', { skip }, async (context) => {
  const office = await Office.open(context);
  await office.workplace.succeed('import sample');
  await edit(office, (database) => database.run('UPDATE generation_role SET version = 77'));
  assert.equal((await office.workplace.refused('repo retire sample --reason x')).code, 'STATE_LEDGER');
});

test(
  'nothing is signed under an older root than the ledger’s, nor under one that it did not issue',
  { skip },
  async (context) => {
    const office = await Office.open(context);
    const { workplace } = office;
    await workplace.succeed('import sample');
    // So that the root is renewed, with the same online keys in both.
    await workplace.succeed('repo retire sample --reason x');
    workplace.clock.step(200 * DAY);
    assert.match((await workplace.succeed('renew')).out, /renewed root@2/);
    await edit(office, (database) => database.run('UPDATE current SET root_version = 1'));
    const older = await workplace.type('renew --force');
    assert.equal(older.exitCode, 7);
    assert.match(older.out, /STATE_LEDGER: .*another root/);
    await edit(office, (database) => {
      database.run('UPDATE current SET root_version = 2');
      // With the leaf that issued it, of another version.
      const first = "SELECT file_sha256, entry FROM issued WHERE role = 'root' AND version = 1";
      database.run(`UPDATE issued SET (file_sha256, entry) = (${first}) WHERE role = 'root'`);
    });
    const exchanged = await workplace.type('renew --force');
    assert.equal(exchanged.exitCode, 7);
    assert.match(exchanged.out, /STATE_LEDGER: .*the root is another file/);
  },
);
