/**
 * Recorded states of a real repository, brought in by one person and agreed to by two others, with a contradiction of
 * upstream’s, an emergency, a revoked key and a decision to go back: then everything that auditors ask is asked, and every
 * answer is what the states’ own files say. Names come from the states and are written nowhere here.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { attesting } from '../../src/audit/attesting.ts';
import { inTotoLines } from '../../src/audit/exports/in-toto.ts';
import { stretchOf } from '../../src/audit/exports/stretch.ts';
import { packContents } from '../../src/audit/pack/contents.ts';
import { packFiles, writePack } from '../../src/audit/pack/write-pack.ts';
import { approversAt } from '../../src/audit/questions/approvers.ts';
import { contradictions } from '../../src/audit/questions/contradictions.ts';
import { approvalsByRevokedKeys } from '../../src/audit/questions/revoked.ts';
import { servedAt } from '../../src/audit/questions/served-at.ts';
import { staleness } from '../../src/audit/questions/staleness.ts';
import { timeline } from '../../src/audit/questions/timeline.ts';
import { unapproved } from '../../src/audit/questions/unapproved.ts';
import { whoBroughtIn, type WhoMatch } from '../../src/audit/questions/who.ts';
import { consistently } from '../../src/audit/record.ts';
import { appending } from '../../src/cli/commands/audit-opening.ts';
import { released } from '../../src/ledger/checkpoints.ts';
import { closeMirror } from '../../src/open.ts';
import { plainly, targetsOf, TwoOperators } from '../audit/recorded-operators.ts';
import { Archive, findArchive } from './archive.ts';

const path = findArchive();
const skip = path === undefined ? 'there is no archive of recorded states; COUNTERSIGN_STATES may name one' : false;
/** A first one, two more, one that contradicts what was seen before, one of later years, and the newest. */
const SEQS = [1, 3, 14, 275, 770];

void test(
  'Two operators over recorded states: every question of an auditor is answered by what really happened',
  { skip },
  async (t) => {
    const archive = new Archive(path ?? '');
    t.after(() => archive.remove());
    const states = SEQS.flatMap((seq) => archive.states.find((state) => state.seq === seq) ?? []);
    const [one, two, three, four, five] = states;
    if (!one || !two || !three || !four || !five) {
      t.skip('the archive does not hold these states');
      return;
    }
    const operators = await TwoOperators.start(archive, one);
    const { office, brought } = operators;
    t.after(() => closeMirror(office.mirror));

    // ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────────
    const first = await operators.import(one);
    await operators.agree(first, 'ann', 'bob');
    await operators.publish(one, first);
    operators.kept = Buffer.from(released(office.mirror.database)?.note ?? '');
    const second = await operators.import(two);
    await office.say('reject', 'bob', second, 'let me look again');
    await operators.agree(second, 'bob', 'eve');
    await operators.publish(two, second);
    const third = await operators.import(three);
    await operators.agree(third, 'ann', 'eve');
    await operators.publish(three, third);
    const beforeRevocation = office.clock.now();
    await office.revoke('bob', ['ann', 'eve'], 'laptop stolen');
    const fourth = await operators.import(four);
    await office.openEmergency(fourth, ['eve'], 'the key of a log was replaced');
    await operators.publish(four, fourth);
    const fifth = await operators.import(five);
    await operators.agree(fifth, 'ann');
    const { clock, record, repository } = office;
    const published = brought.map(({ import: number }) => number);
    assert.deepEqual(published, [first, second, third, fourth]);

    await t.test(
      'who brought a target in, when, why, who agreed, and in which generations clients could receive it',
      async () => {
        const [name, digest] =
          [...targetsOf(one)].find(
            ([key, sum]) => sum !== undefined && brought.every(({ state }) => targetsOf(state).get(key) === sum),
          ) ?? [];
        assert.ok(name !== undefined && digest !== undefined, 'something stayed the same through all of these states');
        for (const asked of [name, digest]) {
          const { matches } = await office.ask((inquiry) => whoBroughtIn(inquiry, asked));
          const match: WhoMatch | undefined = matches.find((one) => one.sha256 === digest && one.name === name);
          if (!match?.first_import) throw new Error(`nobody brought ${name} in`);
          const { importer, ticket, times, decisions } = match.first_import;
          assert.deepEqual(
            [match.first_import.import, importer.name, importer.signature, ticket],
            [first, 'ivan', 'verified', `CHG-${one.seq}`],
          );
          assert.equal(match.first_carried_by, first);
          assert.deepEqual(
            decisions.map(({ person, signature }) => [person.name, signature]),
            [
              ['ann', 'verified'],
              ['bob', 'verified'],
            ],
          );
          assert.ok(
            times.claimed_at !== undefined &&
              times.witnessed_at !== undefined &&
              times.witnessed_at > times.received_at,
          );
          const holding: number[] = brought
            .filter(({ state }) => targetsOf(state).get(name) === digest)
            .map(({ generation }) => generation);
          assert.deepEqual(
            match.publications.map(({ generation }) => generation),
            holding,
          );
        }
        for (const { state, import: number } of brought) {
          const digestOfTimestamp = state.sha256('metadata/timestamp.json') ?? '';
          const [match] = await office.ask((inquiry) => whoBroughtIn(inquiry, digestOfTimestamp).matches);
          assert.deepEqual([match?.kind, match?.first_import?.repository], ['metadata', repository]);
          assert.ok((match?.first_import?.import ?? 0) <= number);
        }
      },
    );

    await t.test('what was served at a time: the state that had been published last', async () => {
      for (const [place, { state, import: number, publishedAt }] of brought.entries()) {
        const end = brought[place + 1]?.publishedAt ?? clock.now();
        const middle = new Date((publishedAt.getTime() + end.getTime()) / 2);
        const [then] = await office.ask((inquiry) => servedAt(inquiry, middle).repositories);
        assert.equal(then?.import, number);
        const targets = [...state.paths].map((file) => state.sha256(file));
        assert.ok(targets.includes(then.files.find(({ role }) => role === 'targets')?.sha256));
      }
      const [before] = await office.ask((inquiry) => servedAt(inquiry, one.date).repositories);
      assert.equal(before?.generation, undefined);
    });

    await t.test(
      'what fewer than two people agreed to: the emergency, for ever, and the import that waits',
      async () => {
        const answer = await office.ask((inquiry) => unapproved(inquiry, { now: clock.now() }));
        assert.deepEqual(
          answer.publications.map(({ import: number, ground, people }) => [
            number,
            ground,
            people.map(({ person }) => person.name),
          ]),
          [[fourth, 'break-glass', ['eve']]],
        );
        assert.deepEqual(
          answer.imports.map(({ import: number, count }) => [number, count]),
          [[fifth, 1]],
        );
        const three = await office.ask((inquiry) => unapproved(inquiry, { min: 3, now: clock.now() }));
        assert.deepEqual(
          three.publications.map(({ import: number }) => number),
          published,
        );
      },
    );

    await t.test('which approvals rest on the key that was revoked, and what was published on them', async () => {
      const { approvals } = await office.ask((inquiry) => approvalsByRevokedKeys(inquiry));
      assert.deepEqual(
        approvals.map(({ person, import: number, decision, generations }) => [
          person.name,
          number,
          decision,
          generations,
        ]),
        [
          ['bob', first, 'approve', [1]],
          ['bob', second, 'reject', []],
          ['bob', second, 'approve', [2]],
        ],
      );
    });

    await t.test('everything that one person touched', async () => {
      const { entries } = await consistently(record, () => timeline(record, { person: 'bob' }));
      const said = entries
        .filter(({ type }) => type === 'approval')
        .map(({ import: number, reason }) => [number, reason]);
      assert.deepEqual(said, [
        [first, undefined],
        [second, 'let me look again'],
        [second, undefined],
      ]);
      assert.equal(entries.at(-1)?.type, 'key.revoke');
      assert.equal(entries.at(-1)?.reason, 'laptop stolen');
      const ivan = await consistently(record, () => timeline(record, { person: 'ivan' }));
      assert.equal(
        ivan.entries.filter(({ type }) => type === 'import.claimed').length,
        states.length + 1,
        'one of them was refused',
      );
    });

    await t.test('who could have approved, before the key was lost and after', async () => {
      const at = async (time: Date) => {
        const [then] = await office.ask((inquiry) => approversAt(inquiry, time).repositories);
        return then?.people.map(({ person }) => person.name);
      };
      assert.deepEqual(await at(one.date), ['ann', 'bob', 'eve']);
      assert.deepEqual(await at(beforeRevocation), ['ann', 'bob', 'eve']);
      assert.deepEqual(await at(four.date), ['ann', 'eve']);
    });

    await t.test('how stale upstream was at each publication', async () => {
      const { publications } = await office.ask((inquiry) => staleness(inquiry));
      const expected = brought.map(({ state, import: number, publishedAt }) => {
        const expires = new Date(plainly(state, 'metadata/timestamp.json').expires).getTime();
        return [number, Math.floor(publishedAt.getTime() / 1000) - Math.floor(expires / 1000)];
      });
      assert.deepEqual(
        publications.map(({ import: number, age_at_publish }) => [number, age_at_publish]),
        expected,
      );
    });

    await t.test(
      'where upstream contradicted itself, with both contents, and which import was told to accept it',
      async () => {
        assert.ok(operators.contradiction, 'the recorded states contradict each other');
        const named = operators.contradiction.details['roles'] as string[];
        const { contradictions: found } = await office.ask((inquiry) => contradictions(inquiry));
        const [only] = found;
        assert.ok(only && found.length === 1);
        assert.deepEqual(only.files, named);
        assert.equal(only.import?.reject_code, 'TRUST_EQUIVOCATION');
        assert.deepEqual(
          only.accepted_by.map(({ import: number, file }) => [number, file]),
          named.map((file) => [third, file]),
        );
        const recorded = states.flatMap((state) => [...state.paths].map((file) => state.sha256(file)));
        for (const file of named) assert.ok(only.contents.filter((content) => content.file === file).length >= 2);
        for (const { sha256 } of only.contents)
          assert.ok(recorded.includes(sha256), 'each is a file that upstream published');
      },
    );

    await t.test(
      'nothing was removed since the first publication, and every table is what the leaves say',
      async () => {
        const { findings, since, checked, witnesses } = await office.verify({ since: operators.kept });
        assert.deepEqual([findings, since?.is_consistent, witnesses?.is_quorum], [[], true, true]);
        assert.equal(checked.publications, brought.length);
        assert.equal(checked.redacted_signatures, 0);
      },
    );

    await t.test('statements for policy engines, and a pack that its own script verifies', async () => {
      const sign = attesting(office.mirror.writerOptions.keys);
      const lines = await office.ask((inquiry) => [
        ...inTotoLines(inquiry, stretchOf(record.database, {}), clock.now(), sign),
      ]);
      assert.equal(lines.length, 2 * brought.length);
      const files = await office.ask((inquiry) =>
        packFiles(inquiry, packContents(inquiry, { import: third, withKeys: true, withNames: true, now: clock.now() })),
      );
      const { directory } = await writePack(
        record,
        join(archive.directory, 'pack'),
        files,
        { from: 0, to: 1 },
        appending(office.mirror),
      );
      const { status, stdout } = spawnSync(process.execPath, ['verify.mjs'], { cwd: directory, encoding: 'utf8' });
      assert.equal(status, 0, stdout);
      assert.match(stdout, /was published by approvals: 2 people; the policy asked 2\./);
    });
  },
);
