/** Personal data apart from the leaves: commitments open, nothing can be altered unseen, and what is erased is gone. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { commitment, SealedStore } from '../../src/ledger/sealed.ts';
import { Database } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { sha256 } from '../../src/tuf/digest.ts';

interface Place {
  readonly path: string;
  readonly store: SealedStore;
}

async function openStore(t: TestContext): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-sealed-'));
  const path = join(directory, 'sealed.sqlite');
  const store = await SealedStore.open(path, new Disk());
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  return { path, store };
}

/** Everything on disk that belongs to it, the write-ahead log included. */
function bytesOf(path: string): string {
  const files = ['', '-wal', '-shm'].map((suffix) => `${path}${suffix}`).filter((file) => existsSync(file));
  return files.map((file) => readFileSync(file, 'latin1')).join('\n');
}

void test('a commitment opens to the value and its salt, and to nothing else', async (t) => {
  const { store } = await openStore(t);
  const digest = store.seal('reason', 'moved by Ada, “as told”');
  const value = store.open(digest);
  assert.equal(value?.value, 'moved by Ada, “as told”');
  assert.equal(value.kind, 'reason');
  assert.equal(commitment(Buffer.from(value.salt, 'hex'), value.value), digest, 'an auditor computes it alone');
  assert.notEqual(commitment(Buffer.from(value.salt, 'hex'), 'something else'), digest);
  assert.equal(store.open('0'.repeat(64)), undefined);
});

void test('the commitment is SHA-256(0x73, salt, JSON text): a vector of another implementation’s', () => {
  const salt = Buffer.alloc(32, 1);
  const bytes = Buffer.concat([Buffer.from([0x73]), salt, Buffer.from('"a\\"b\\n\u00e9"', 'utf8')]);
  assert.equal(commitment(salt, 'a"b\n\u00e9'), sha256(bytes));
});

void test('equal values have different commitments, so that nobody can tell that they are equal', async (t) => {
  const { store } = await openStore(t);
  assert.notEqual(store.seal('name', 'Ada'), store.seal('name', 'Ada'));
  // Keys and signatures are found by their own digest.
  assert.equal(store.keep('signature', 'armored'), store.keep('signature', 'armored'));
  assert.equal(store.all().length, 3);
});

void test('a value, a salt or a kind of salt that was altered is STATE_SEALED', async (t) => {
  const { path, store } = await openStore(t);
  const sealed = store.seal('name', 'Ada');
  const kept = store.keep('public-key', 'ssh-ed25519 AAAA');
  const other = new Database(path);
  for (const [sql, digest] of [
    ["UPDATE sealed SET value = 'Eve' WHERE digest = ?", sealed],
    ["UPDATE sealed SET salt = '00' WHERE digest = ?", sealed],
    ["UPDATE sealed SET salt = '' WHERE digest = ?", sealed],
    ["UPDATE sealed SET value = 'ssh-ed25519 EEEE' WHERE digest = ?", kept],
  ] as const) {
    other.run(sql, digest);
    assert.throws(
      () => store.open(digest),
      (error) => isRefusal(error, 'STATE_SEALED') && error.message.includes(digest.slice(0, 12)),
      sql,
    );
  }
  other.close();
});

/** Of these, erasing some leaves copies where pages were split, if nothing is done about that: found by trying. */
const PATTERNS = [2, 5, 6, 9, 11];

for (const pattern of PATTERNS)
  void test(`erasing one of many leaves nothing of it in any byte on disk, and the others as they were (${pattern})`, async (t) => {
    const { path, store } = await openStore(t);
    const values = Array.from({ length: 150 }, (_, index) => {
      // Some fill a cell, some a page: each moves in another way when pages are split.
      const value = `begin-${index}-${'x'.repeat((index * 37 + pattern * 11) % 700)}-end-${index}-`;
      const salt = Buffer.from(sha256(Buffer.from(`${pattern} ${index}`)), 'hex');
      return { index, value, digest: store.seal('place', value, salt) };
    });
    assert.ok(bytesOf(path).includes('begin-39-'), 'it is in plain sight before');
    for (const { index, digest } of values.filter(({ index }) => index % 3 === 0)) {
      assert.equal(store.erase(digest), true);
      assert.equal(store.open(digest), undefined);
      const left = bytesOf(path);
      assert.ok(!left.includes(`begin-${index}-`) && !left.includes(`-end-${index}-`), `value ${index} is gone`);
    }
    for (const { value, digest } of values.filter(({ index }) => index % 3 !== 0))
      assert.equal(store.open(digest)?.value, value);
    assert.equal(store.erase(values[0]?.digest ?? ''), false, 'twice');
  });

void test('a value of many pages leaves none of them when it is erased', async (t) => {
  const { path, store } = await openStore(t);
  const digest = store.seal('message', `begin-${'secret '.repeat(20_000)}-end`);
  store.seal('name', 'Ada');
  store.erase(digest);
  assert.ok(!bytesOf(path).includes('secret'));
});

void test('while somebody reads the file as it was, erasing says that it is not done; done again, it is', async (t) => {
  const { path, store } = await openStore(t);
  store.close();
  const writer = await SealedStore.open(path, new Disk(), { busyTimeoutMs: 0 });
  const digest = writer.seal('name', 'to be forgotten');
  const reader = new Database(path, { busyTimeoutMs: 0 });
  // A reader’s view keeps the old pages in the write-ahead log.
  await reading(reader, () => {
    assert.throws(
      () => writer.erase(digest),
      (error) => isRefusal(error, 'STATE_LOCKED'),
    );
    assert.ok(bytesOf(path).includes('to be forgotten'));
  });
  writer.erase(digest);
  assert.ok(!bytesOf(path).includes('to be forgotten'));
  reader.close();
  writer.close();
});

void test('the file is its owner’s alone, and one that others can read is refused', async (t) => {
  const { path, store } = await openStore(t);
  store.seal('name', 'Ada');
  for (const file of ['', '-wal', '-shm'])
    assert.equal(statSync(`${path}${file}`).mode & 0o077, 0, `sealed.sqlite${file}`);
  const wide = `${path}.wide`;
  writeFileSync(wide, '', { mode: 0o644 });
  await assert.rejects(SealedStore.open(wide, new Disk()), (error) => isRefusal(error, 'STATE_PERMISSIONS'));
});

/** Within one read transaction of another connection. */
async function reading(database: Database, work: () => void): Promise<void> {
  database.reading(() => {
    database.one('SELECT COUNT(*) FROM sealed');
    work();
  });
  return Promise.resolve();
}
