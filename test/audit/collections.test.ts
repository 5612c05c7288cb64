/** An auditor of a registry asks the same questions: who brought this tag or this image in, who agreed, when was it served. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { attesting } from '../../src/audit/attesting.ts';
import { describe } from '../../src/audit/describe.ts';
import { csvLines, jsonLines } from '../../src/audit/exports/json-lines.ts';
import { inTotoLines } from '../../src/audit/exports/in-toto.ts';
import { stretchOf } from '../../src/audit/exports/stretch.ts';
import { packContents } from '../../src/audit/pack/contents.ts';
import { packFiles, writePack } from '../../src/audit/pack/write-pack.ts';
import { contradictions } from '../../src/audit/questions/contradictions.ts';
import { servedAt } from '../../src/audit/questions/served-at.ts';
import { timeline } from '../../src/audit/questions/timeline.ts';
import { unapproved } from '../../src/audit/questions/unapproved.ts';
import { whoBroughtIn, type WhoMatch } from '../../src/audit/questions/who.ts';
import { appending } from '../../src/cli/commands/audit-opening.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { APP, SERVED } from '../simulator/collection-mirror.ts';
import { GUN } from '../simulator/collection.ts';
import { type CollectionOffice, collectionOffice, ONE, THREE, TWO } from './collection-office.ts';
import type { AuditedOffice } from './office.ts';

/** Import 1 is public; in import 2 `v1` means another image, and it waits. */
async function twoImports(context: TestContext): Promise<CollectionOffice> {
  const made = await collectionOffice(context);
  await made.office.bringIn(undefined, { ticket: 'CHG-1' });
  made.collection.add('v1', THREE).publish('targets');
  await made.office.import();
  return made;
}

function who(office: AuditedOffice, text: string): Promise<readonly WhoMatch[]> {
  return office.ask((inquiry) => whoBroughtIn(inquiry, text).matches);
}

const told = (matches: readonly WhoMatch[]): unknown[] =>
  matches.map(({ kind, name, sha256: digest, role, first_import, publications }) => [
    ...[kind, name, digest, role, first_import?.import],
    publications.map(({ generation }) => generation),
  ]);

test('a tag, by name: each image that it meant, with who brought that in, who agreed, and where it was served', async (context) => {
  const { office } = await twoImports(context);
  const matches = await who(office, 'v1');
  assert.deepEqual(told(matches), [
    ['target', 'v1', ONE, 'targets', 1, [1]],
    ['target', 'v1', THREE, 'targets', 2, []],
  ]);
  const [first] = matches;
  assert.deepEqual([first?.repository, first?.collection, first?.first_carried_by], [APP, GUN, undefined]);
  assert.deepEqual([first?.first_import?.ticket, first?.first_import?.importer.name], ['CHG-1', 'ivan']);
  assert.deepEqual(first?.publications[0]?.people.map(({ person }) => person.name).sort(), ['ann', 'bob']);
});

test('an image, by its digest as registries write it: every tag that meant it', async (context) => {
  const { office } = await twoImports(context);
  for (const text of [TWO, `sha256:${TWO}`, `SHA256:${TWO.toUpperCase()}`])
    assert.deepEqual(told(await who(office, text)), [['target', 'v1.1', TWO, 'targets/releases', 1, [1]]]);
  assert.deepEqual(await who(office, `sha256:${'0'.repeat(64)}`), []);
  assert.deepEqual(await who(office, `sha512:${TWO}`), []);
});

test('upstream’s files and the mirror’s own, under the names by which clients ask for them', async (context) => {
  const { office, collection } = await twoImports(context);
  assert.deepEqual(told(await who(office, sha256(collection.file('1.targets.json')))), [
    ['metadata', '1.targets.json', sha256(collection.file('1.targets.json')), 'targets', 1, [1]],
  ]);
  const releases = sha256(collection.file('targets/releases.json'));
  assert.deepEqual(told(await who(office, releases)), [
    ['metadata', '1.targets/releases.json', releases, 'targets/releases', 1, [1]],
  ]);
  for (const role of ['root', 'snapshot', 'timestamp'] as const) {
    const [issued] = office.mirror.reader.issued(APP, role);
    assert.ok(issued);
    assert.deepEqual(told(await who(office, issued.fileSha256)), [
      ['issued', `${String(issued.version)}.${role}.json`, issued.fileSha256, role, undefined, [1]],
    ]);
  }
});

test('back to an earlier import: its images are served again, and the later ones until then', async (context) => {
  const { office } = await twoImports(context);
  for (const name of ['ann', 'bob']) await office.say('approve', name, 2);
  await office.publish(2);
  await office.goBack(1, ['ann', 'bob']);
  assert.deepEqual(told(await who(office, 'v1')), [
    ['target', 'v1', ONE, 'targets', 1, [1, 3]],
    ['target', 'v1', THREE, 'targets', 2, [2]],
  ]);
  await office.verified();
});

test('what a refused import brought, and where upstream contradicted itself', async (context) => {
  const { office, collection } = await twoImports(context);
  const role = collection.role();
  role.signers = [collection.signer('somebody else')];
  collection.publish('targets');
  await assert.rejects(office.import(), { code: 'TRUST_SIGNATURES' });
  const refused = sha256(collection.file('3.targets.json'));
  const [match] = await who(office, refused);
  assert.deepEqual(
    [match?.kind, match?.name, match?.first_import?.reject_code, match?.publications],
    ['metadata', 'targets.json', 'TRUST_SIGNATURES', []],
  );
  // Version 2 once more, and `v1` means a third image in it.
  role.signers = [collection.signer('targets')];
  role.version = 1;
  collection.add('v1', TWO).publish('targets');
  await assert.rejects(office.import(), { code: 'TRUST_EQUIVOCATION' });
  const [contradiction] = await office.ask((inquiry) => contradictions(inquiry).contradictions);
  assert.deepEqual(
    [contradiction?.files, contradiction?.contents.map(({ first_import }) => first_import)],
    [['targets@2'], [2, 4]],
  );
});

test('what was served then, what is unapproved, what happened, and every check of the record', async (context) => {
  const { office, collection } = await twoImports(context);
  const [then] = await office.ask((inquiry) => servedAt(inquiry, office.clock.now()).repositories);
  assert.deepEqual([then?.import, then?.generation, then?.expired], [1, 1, false]);
  assert.deepEqual(
    then?.files.map(({ role }) => role),
    ['root', 'timestamp', 'snapshot', 'targets', 'targets/releases'],
  );
  assert.equal(
    then.files.find(({ role }) => role === 'targets/releases')?.sha256,
    sha256(collection.file('targets/releases.json')),
  );
  const { ok, publications, imports } = await office.ask((inquiry) => unapproved(inquiry, { now: office.clock.now() }));
  assert.deepEqual(
    [ok, publications, imports.map(({ import: number, count, asked }) => [number, count, asked])],
    [true, [], [[2, 0, 2]]],
  );
  const { entries } = timeline(office.record, { repository: APP });
  assert.equal(entries[0]?.what, `enrolled the collection “${GUN}” of “https://notary.example”, served as “${SERVED}”`);
  assert.ok(entries.some(({ type, import: number }) => type === 'publish' && number === 1));
  const { findings } = await office.verified();
  assert.deepEqual(findings, []);
  const { database, reader, blobs, disk, clock, writerOptions } = office.mirror;
  assert.deepEqual((await fsck({ database, reader, blobs, disk, clock, writerOptions })).findings, []);
});

test('exports: every entry as lines and rows; statements name images by digest for policy engines', async (context) => {
  const { office } = await twoImports(context);
  const stretch = stretchOf(office.mirror.database, {});
  const sign = attesting(office.mirror.writerOptions.keys);
  const now = office.clock.now();
  const { lines, rows, bundle } = await office.ask((inquiry) => ({
    lines: [...jsonLines(inquiry, stretch, now)],
    rows: [...csvLines(inquiry, stretch, now, false)],
    bundle: [...inTotoLines(inquiry, stretch, now, sign)],
  }));
  assert.ok(lines.some((line) => line.includes(GUN)) && rows.some((row) => row.includes(GUN)));
  const [first] = bundle.map((line) => {
    const { payload } = JSON.parse(line) as { payload: string };
    return JSON.parse(Buffer.from(payload, 'base64').toString()) as { subject: { name: string; digest: object }[] };
  });
  const subjects = first?.subject.filter(({ name }) => name.startsWith('v'));
  assert.deepEqual(subjects, [
    { name: 'v1', digest: { sha256: ONE } },
    { name: 'v1.1', digest: { sha256: TWO } },
  ]);
});

test('a pack about an image is verified without this program; about another image, or as TUF would write it, it fails', async (context) => {
  const { office } = await twoImports(context);
  const place = await mkdtemp(join(tmpdir(), 'countersign-collection-pack-'));
  context.after(() => rm(place, { recursive: true }));
  const subject = { kind: 'target' as const, name: 'v1.1', sha256: TWO };
  const { files, entries } = await office.ask((inquiry) => {
    const asked = { import: 1, subject, withKeys: true, withNames: false, now: office.clock.now() };
    const pack = packContents(inquiry, asked);
    return { files: packFiles(inquiry, pack), entries: pack.entries };
  });
  const stretch = { from: 0, to: (entries.at(-1)?.event.n ?? 0) + 1 };
  const { directory } = await writePack(office.record, join(place, 'pack'), files, stretch, appending(office.mirror));
  const run = () => spawnSync(process.execPath, ['verify.mjs'], { cwd: directory, encoding: 'utf8' });
  const whole = run();
  assert.equal(whole.status, 0, whole.stdout);
  assert.match(whole.stdout, new RegExp(`Part of it: "v1\\.1" with sha256 ${TWO}`));
  assert.match(whole.stdout, new RegExp(`give metadata/ to a Notary v1 client, which asks for ${GUN}, with the root`));
  assert.match(await readFile(join(directory, 'README.md'), 'utf8'), /\| `targets\/releases` \| 1 \|/);
  const said = await readFile(join(directory, 'pack.json'), 'utf8');
  for (const other of [said.replace(TWO, THREE), said.replace('"v1.1"', '"v1"')]) {
    assert.notEqual(other, said);
    await writeFile(join(directory, 'pack.json'), other);
    const bent = run();
    assert.equal(bent.status, 1);
    assert.match(bent.stdout, /FAILED: it does not hold that "v1\S* \S+ is part of that import/);
  }
});

test('an event that enrols a collection names nobody by what it says', () => {
  const event = {
    ...{ type: 'upstream.enrol', actor: 'local' },
    body: {
      ...{ repository: APP, upstream: 'https://notary.example' },
      collection: { name: '{a-0}', served_as: 'x' },
    },
  };
  assert.match(describe(event as never).text, /“\(a-0\)”/);
});
