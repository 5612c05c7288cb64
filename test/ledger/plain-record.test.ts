/**
 * A record from before the ledger becomes one: the same is listed and served, everything that happened is a leaf with its
 * own time, no words of people stay outside the sealed store, and what was not whole is refused by name.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { isSignedDsse } from '../../src/dsse.ts';
import { isRefusal } from '../../src/errors.ts';
import { releasedSize } from '../../src/ledger/checkpoints.ts';
import { canonicalBytes } from '../../src/ledger/events/leaf.ts';
import { logSize } from '../../src/ledger/log-rows.ts';
import { OBSERVATION, PUBLICATION } from '../../src/ledger/transcript.ts';
import { importUpstream, type Mirror, rulesOf, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { reverifyLast } from '../../src/publish/reverify.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import { statusOf } from '../../src/status.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { seedNamed } from '../simulator/keys.ts';
import { publishedFiles } from '../simulator/published.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { type Expected, PlainRecord, type PlainName } from './plain-records.ts';

const SITE = repositoryId('site');

async function lay(t: TestContext, name: PlainName): Promise<PlainRecord> {
  const plain = await PlainRecord.lay(name);
  t.after(() => {
    plain.remove();
  });
  return plain;
}

async function translated(t: TestContext, name: PlainName): Promise<{ plain: PlainRecord; mirror: Mirror }> {
  const plain = await lay(t, name);
  const mirror = await plain.open();
  t.after(() => {
    closeMirror(mirror);
  });
  return { plain, mirror };
}

/** As JSON has it, with whole seconds: a ledger has no others. */
function comparable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, one: unknown) =>
    typeof one === 'string' ? one.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z$/, '$1Z') : one,
  );
}

/** Which files they are, whatever their order, and without what the earlier version did not tell. */
function inOrder(files: readonly object[]): object[] {
  const named = files.map((file) => {
    const { kind, role, version, fileSha256, signedSha256, expires } = comparable(file) as Record<string, string>;
    return { kind, role, version, fileSha256, signedSha256, expires };
  });
  return named.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** What the earlier version said, asked of this one. */
function told({ reader, ...mirror }: Mirror, { repositories, imports }: Expected, now: Date): unknown {
  return {
    imports: imports.map(({ number }) => {
      const { entry, actor, targetsRoot, ...made } = reader.import(number);
      assert.equal(typeof entry, 'number');
      assert.equal(actor, 'local');
      assert.equal(targetsRoot === undefined, made.outcome === 'refused');
      const targets = reader.importTargets(number).map((target) => ({ ...target, hashes: [...target.hashes] }));
      return { ...made, files: inOrder(reader.importFiles(number)), targets };
    }),
    repositories: repositories.map(({ id: text }) => {
      const id = repositoryId(text);
      const generations = reader.generations(id);
      const { entry, ...current } = reader.current(id) ?? {};
      assert.equal(typeof entry, 'number');
      return {
        ...{ id, enrolment: reader.enrolment(id), current, generations },
        published: Object.fromEntries([...publishedFiles(reader, id)].map(([file, bytes]) => [file, sha256(bytes)])),
        // That version had no leaves.
        issued: (['root', 'snapshot', 'timestamp'] as const).map((role) =>
          reader.issued(id, role).map((issued) => ({ ...issued, entry: undefined })),
        ),
        roles: generations.map(({ number }) => reader.generationRoles(id, number)),
        everImported: inOrder(reader.everImported(id)),
        everCarried: reader.everCarried(id).map((target) => ({ ...target, hashes: [...target.hashes] })),
        reserved: (['snapshot', 'timestamp'] as const).map((role) => reader.highestReserved(id, role)),
      };
    }),
    status: statusOf({ ...mirror, reader }, now),
  };
}

for (const name of ['trial', 'offline'] as const) {
  test(`${name}: imports, generations, issued files and status are what the earlier version said`, async (t) => {
    const { plain, mirror } = await translated(t, name);
    const { status, ...before } = plain.expected;
    const imports = before.imports.map((made) => ({ ...made, files: inOrder(made.files) }));
    const repositories = before.repositories.map((one) => ({ ...one, everImported: inOrder(one.everImported) }));
    const now = told(mirror, plain.expected, plain.clock.now());
    assert.deepEqual(comparable(now), comparable({ imports, repositories, status }));
  });

  test(`${name}: fsck finds everything whole, before the first checkpoint and after it, and a renewal goes on`, async (t) => {
    const { plain, mirror } = await translated(t, name);
    assert.equal(releasedSize(mirror.database), 0);
    assert.deepEqual((await fsck(mirror)).findings, []);
    await withWriter(mirror, () => Promise.resolve());
    assert.equal(releasedSize(mirror.database), logSize(mirror.database), 'the first writer signs it');
    assert.match(readFileSync(plain.head, 'utf8'), /"checkpoint":"countersign-[0-9a-f]{12}\/log\\n/);
    assert.deepEqual(mirror.reader.released(), mirror.reader.currents());
    plain.clock.advance(60_000);
    const outcomes = await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
    assert.ok(outcomes.every(({ outcome }) => outcome === 'renewed'));
    assert.deepEqual((await fsck(mirror)).findings, []);
  });

  test(`${name}: each event is leaves with its own time, in its order, and the first says which record it goes on from`, async (t) => {
    const plain = await lay(t, name);
    const last = plain.withRecord((database) => database.one('SELECT sha256 FROM event ORDER BY idx DESC LIMIT 1'));
    const mirror = await plain.open();
    t.after(() => {
      closeMirror(mirror);
    });
    const { database, reader } = mirror;
    const events = Array.from({ length: logSize(database) }, (_, index) => reader.event(index));
    const [genesis] = events;
    assert.ok(genesis?.type === 'genesis');
    assert.equal(genesis.body.plain_record_sha256, last?.['sha256']);
    const expected = plain.expected.events.flatMap(({ at, kind }) => LEAVES[kind]?.map((type) => [at, type]) ?? []);
    const roots = events.filter(({ type }) => type === 'root.issued').length;
    assert.ok(roots >= 1);
    assert.deepEqual(
      events.filter(({ type }) => type !== 'root.issued').map(({ at, type }) => [at.toISOString(), type]),
      comparable(expected.map(([at, type]) => [at, type])) &&
        expected.map(([at = '', type]) => [`${at.slice(0, 19)}.000Z`, type]),
    );
    for (const event of events) {
      if (event.type !== 'import.verified' && event.type !== 'import.rejected' && event.type !== 'publish') continue;
      const type = event.type === 'publish' ? PUBLICATION : OBSERVATION;
      const { statement, signature } = event.body;
      const key = mirror.keyring.attestationSigner().publicKey;
      assert.ok(isSignedDsse(type, canonicalBytes(statement), signature, key), event.type);
    }
  });
}

/** Renewals and publications of a root have one leaf more, which is left out. */
const LEAVES: Readonly<Record<string, readonly string[]>> = {
  genesis: ['genesis'],
  'repository-enrolled': ['upstream.enrol'],
  'limits-set': ['limits.set'],
  'import-accepted': ['import.claimed', 'import.verified'],
  'import-unchanged': ['import.claimed', 'import.verified'],
  'import-refused': ['import.claimed', 'import.rejected'],
  equivocation: ['equivocation'],
  'generation-published': ['publish', 'serve.timestamp'],
  renewed: ['serve.timestamp'],
  'restored-record-adopted': ['recovery'],
  'clock-adopted': ['clock.step'],
};

test('names, reasons and folders are sealed, and no byte of the record or its write-ahead log has them any more', async (t) => {
  const plain = await lay(t, 'trial');
  const words = ['Grace', '/media/courier', 'the disk died', 'battery of the clock', 'Ada asked', 'colleague', '"eve"'];
  const bytes = (): string =>
    ['', '-wal']
      .map((suffix) => `${plain.record}${suffix}`)
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
  for (const word of words) assert.ok(bytes().includes(word.replaceAll('"', '')), `${word} is there before`);
  const mirror = await plain.open();
  t.after(() => {
    closeMirror(mirror);
  });
  for (const word of words) assert.ok(!bytes().includes(word), word);
  const sealed = mirror.sealed.all();
  for (const word of words.slice(0, -1))
    assert.ok(
      sealed.some(({ value }) => value.includes(word)),
      `${word} is sealed`,
    );
  const kinds = new Set(sealed.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), ['account', 'message', 'place', 'reason']);
});

test('cut off before the file is written anew, freed pages have no words either', async (t) => {
  const plain = await lay(t, 'trial');
  const cut = (operation: string): void => {
    if (operation === 'sql VACUUM') throw Object.assign(new Error(operation), { code: 'ENOSPC' });
  };
  await assert.rejects(plain.open(cut));
  closeMirror(await plain.open());
  const bytes = readFileSync(plain.record, 'utf8');
  for (const word of ['/media/courier', 'the disk died', 'Ada asked']) assert.ok(!bytes.includes(word), word);
});

test('a bound that was lowered later does not keep earlier imports from being told', async (t) => {
  const plain = await lay(t, 'offline');
  plain.withRecord((database) => {
    const insert = 'INSERT INTO repository_limit (number, repository, name, value, at) VALUES (?, ?, ?, ?, ?)';
    database.run(insert, 1, 'site', 'jsonDepth', 2, plain.expected.now);
  });
  plain.append('limits-set', 'site', { limits: ['jsonDepth=2'], reason: 'no deep files any more' });
  const mirror = await plain.open();
  assert.equal(mirror.reader.enrolment(SITE).limits.jsonDepth, 2);
  assert.equal(mirror.reader.import(1).outcome, 'accepted');
  await withWriter(mirror, () => Promise.resolve());
  closeMirror(mirror);
});

test('what an entry cannot say is refused by its event’s number, and not a crash', async (t) => {
  const plain = await lay(t, 'offline');
  plain.append('equivocation', 'no such id!', { import: 1, files: [] });
  await assert.rejects(plain.open(), (error) => isRefusal(error, 'STATE_SCHEMA') && /Event 6 of/.test(error.what));
});

test('rules are read from it as from any ledger: what was imported, published and waits', async (t) => {
  const { mirror } = await translated(t, 'offline');
  const rules = rulesOf(mirror);
  assert.equal(rules.imports.current(SITE)?.statement.import_id, 1);
  assert.equal(rules.imports.get(2)?.observation.outcome, 'accepted');
  // The tree that approvals bind did not exist when it was imported: it is the one that verifying it again makes.
  const { candidate } = await reverifyLast(mirror, mirror.reader.enrolment(SITE));
  assert.equal(mirror.reader.import(2).targetsRoot, candidate.content.targetsTree.root);
});

test('an import that waited for a root still waits, and the ceremony publishes it', async (t) => {
  const { plain, mirror } = await translated(t, 'offline');
  const holders = ['alice', 'bob'].map((name) => new RootHolder(name, seedNamed(name)));
  let draft = await draftNextRoot(mirror, { repository: SITE });
  plain.clock.advance(60_000);
  for (const holder of holders) draft = signDraft(draft, holder.signerFor(SITE), plain.clock.now());
  const current = await withWriter(mirror, (writer) => acceptRoot(mirror, writer, SITE, [draft]));
  assert.deepEqual([current.generation, current.rootVersion], [2, 2]);
  assert.deepEqual((await fsck(mirror)).findings, []);
});

test('the next import is measured by what the record established, and what was seen before is known', async (t) => {
  const { plain, mirror } = await translated(t, 'offline');
  const upstream = new SimulatedUpstream({ seed: 'plain offline' });
  upstream.add('one.txt', 'one').publish();
  const openSource = (): Promise<SimulatedUpstream> => Promise.resolve(upstream);
  plain.clock.advance(60_000);
  const older = importUpstream(mirror, { repository: SITE, openSource, decisions: [], claim: {} });
  await assert.rejects(older, (error) => isRefusal(error, 'TRUST_ROLLBACK'));
  upstream.add('one.txt', 'another').publish('targets');
  const contradicting = importUpstream(mirror, { repository: SITE, openSource, decisions: [], claim: {} });
  await assert.rejects(contradicting, (error) => isRefusal(error) && error.family === 'trust');
  assert.deepEqual((await fsck(mirror)).findings, []);
});

test('the same record gives the same log, leaf for leaf and seal for seal: twice translated, it is no fork', async (t) => {
  const leaves: unknown[] = [];
  for (let round = 0; round < 2; round++) {
    const { mirror } = await translated(t, 'trial');
    leaves.push([mirror.database.all('SELECT idx, body FROM log_entry'), mirror.sealed.all()]);
  }
  assert.deepEqual(leaves[0], leaves[1]);
});

test('S-03: cut off at any operation, the old record is whole, and the next start translates it to the same log', async (t) => {
  const whole = await translated(t, 'offline');
  const wanted = whole.mirror.database.all('SELECT idx, body FROM log_entry');
  const operations: string[] = [];
  const counted = await lay(t, 'offline');
  closeMirror(await counted.open((operation) => void operations.push(operation)));
  const distinct = operations.flatMap((operation, at) => (operations.indexOf(operation) === at ? [at] : []));
  assert.ok(distinct.length > 30);
  for (const at of [...distinct, operations.lastIndexOf('sql COMMIT')]) {
    const plain = await lay(t, 'offline');
    let count = 0;
    const cut = (operation: string): void => {
      if (count++ === at) throw Object.assign(new Error(`cut off: ${operation}`), { code: 'ENOSPC' });
    };
    await assert.rejects(plain.open(cut), `operation ${String(at)}: ${String(operations[at])}`);
    const mirror = await plain.open();
    assert.deepEqual(mirror.database.all('SELECT idx, body FROM log_entry'), wanted, operations[at]);
    assert.equal(mirror.sealed.all().length, whole.mirror.sealed.all().length, 'no value is sealed twice');
    await withWriter(mirror, () => Promise.resolve());
    closeMirror(mirror);
  }
});
