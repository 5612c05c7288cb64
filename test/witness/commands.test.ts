/** What is typed, and what is kept on paper: `countersign log …`. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LabWitness } from '../../src/lab/witness.ts';
import { Disk } from '../../src/platform/disk.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { COSIGNATURE, ED25519, formatNote, noteKey, openNote, parseNoteKey } from '../../src/tlog/note.ts';
import { publicKeyOf } from '../../src/tuf/ed25519.ts';
import { as, Office, skip } from '../cli/office.ts';
import { Workplace } from '../cli/workplace.ts';
import { keyOf, seedOf } from './site.ts';

type Document = Record<string, unknown>;

async function jsonOf(workplace: Workplace, line: string): Promise<Document> {
  return (await workplace.type(`${line} --json`)).json;
}

async function watch(workplace: Workplace, t: { after(end: () => Promise<void>): void }): Promise<LabWitness> {
  const { key } = await jsonOf(workplace, 'log show');
  const witness = await LabWitness.start({
    ...{ name: keyOf('a').name, seed: seedOf('a'), logs: [parseNoteKey(String(key))] },
    ...{ memory: workplace.path('witness.json'), clock: workplace.clock, disk: new Disk() },
  });
  t.after(() => witness.stop());
  return witness;
}

test('an operator sets a witness, and sees how far it has come', async (t) => {
  const workplace = await Workplace.withTrial(t);
  const alone = await workplace.succeed('log show');
  assert.match(alone.out, /\nwitnesses {2}none: nobody would notice a rewritten log\n$/);
  assert.deepEqual((await jsonOf(workplace, 'log witnesses show'))['text'], null);

  const witness = await watch(workplace, t);
  const policy = `witness audit ${keyOf('a').text} ${witness.url}\nquorum audit\n`;
  writeFileSync(workplace.path('witnesses.txt'), policy);
  const line = 'log witnesses set @witnesses.txt --without-quorum wait';
  assert.match(
    (await workplace.succeed(`${line} --dry-run`)).out,
    /^Not done, only rehearsed: Who cosigns is set; .*\nIt would take effect at once\.\n$/,
  );
  assert.equal((await jsonOf(workplace, 'log witnesses show'))['text'], null);
  const { subjectSha256, ...set } = await jsonOf(workplace, line);
  assert.equal(String(subjectSha256).length, 64);
  assert.deepEqual(set, {
    ...{ outcome: 'done', asked: 0, signedBy: [], missing: 0, others: [], dryRun: false },
    ...{ withoutQuorum: 'wait', seen: true, trouble: null },
  });
  assert.equal((await workplace.refused(line)).what, 'These witnesses are in force already.');

  const rule = await workplace.succeed('log witnesses show');
  assert.equal(rule.out, `${policy}# without a quorum: wait\n`);
  const shown = await workplace.succeed('log show');
  assert.match(
    shown.out,
    /\nwitnesses {2}audit must cosign; without them publications wait\n {2}audit: 3 at 2026-11-23T03:00:00Z\n$/,
  );
  const document = await jsonOf(workplace, 'log show');
  const { root, ...released } = document['released'] as Document;
  assert.deepEqual(released, { size: 3, at: '2026-11-23T03:00:00Z', cosignedBy: ['audit'], quorum: true });
  assert.deepEqual([document['size'], document['waiting'], String(root).length], [3, 0, 44]);
  const { sha256, ...witnesses } = document['witnesses'] as Document;
  assert.equal(String(sha256).length, 64);
  assert.deepEqual(witnesses, {
    ...{ withoutQuorum: 'wait', quorum: 'audit' },
    witnesses: [
      {
        ...{ name: 'audit', key: keyOf('a').text, url: `${witness.url}/` },
        cosigned: { size: 3, at: '2026-11-23T03:00:00Z' },
      },
    ],
  });

  const seen = await workplace.succeed('import sample');
  assert.doesNotMatch(seen.err, /NOT SHOWN/);
  await witness.stop();
  const unseen = await workplace.type('repo limit sample targetsBytes=128000000 --reason grew');
  assert.match(unseen.err, /^NOT SHOWN TO CLIENTS YET: 2 ledger entries and what they publish wait for witnesses\./m);
  const waiting = await workplace.type('log show');
  assert.equal(waiting.exitCode, 1);
  assert.match(waiting.out, /\nwaiting {4}2 entries: not shown to anybody yet\n$/);
  // Whoever sets it again hears why nothing is shown, and the exit code says the same.
  const again = await workplace.type('log witnesses set @witnesses.txt --without-quorum publish');
  assert.equal(again.exitCode, 7);
  assert.match(
    again.out,
    /^Who cosigns is set; without a quorum, publications go on\.\nSTATE_WITNESSES: Too few .* audit: .*connection refused\.\n {2}Next: /,
  );
  assert.match((await workplace.type('log show')).out, /too few of them have seen what is released/);
});

test('a checkpoint on paper tells later whether the log was rewritten', async (t) => {
  const workplace = await Workplace.withTrial(t);
  const kept = (await workplace.succeed('log checkpoint')).out;
  const document = await jsonOf(workplace, 'log checkpoint');
  assert.equal(document['note'], kept);
  assert.ok(kept.length < 400, 'it fits a printed page, and a QR code');
  const { key } = await jsonOf(workplace, 'log show');
  const { origin, size, root } = openCheckpoint(kept, parseNoteKey(String(key)));
  assert.deepEqual([document['origin'], document['size']], [origin, size]);

  const compare = async (text: string): Promise<{ exitCode: number; out: string; err: string }> => {
    writeFileSync(workplace.path('kept.txt'), text);
    return workplace.type('log compare @kept.txt');
  };
  await workplace.succeed('import sample');
  // Mail and printers change line ends and the space around it.
  for (const text of [kept, kept.replaceAll('\n', '\r\n'), `\n\n${kept.trim()}`]) {
    const { exitCode, out } = await compare(text);
    assert.equal(exitCode, 0, out);
    assert.match(out, /^Consistent: the ledger begins with these 2 entries, and holds \d+\.\n$/);
  }
  const compared = await jsonOf(workplace, 'log compare @kept.txt');
  const { size: held, released } = (await jsonOf(workplace, 'log compare @kept.txt'))['ledger'] as Document;
  assert.ok(Number(held) > 2 && held === released);
  assert.deepEqual(compared['kept'], { origin, size, root: Buffer.from(root).toString('base64'), cosignedBy: [] });
  assert.deepEqual((compared['ledger'] as Document)['root'], Buffer.from(root).toString('base64'));

  // Typed off with one digit wrong, it is nobody’s; of another log, it says nothing about this one.
  const wrong = await compare(kept.replace(/\n2\n/, '\n3\n'));
  assert.deepEqual([wrong.exitCode, /TRUST_LOG_SIGNATURE/.test(wrong.err)], [5, true]);
  const other = await compare(kept.replaceAll(origin, 'elsewhere.example/log'));
  assert.match(other.err, /The checkpoint is of the log “elsewhere\.example\/log”, not of countersign-/);
  assert.equal((await compare('not a note')).exitCode, 5);
  assert.equal(parseCheckpoint(openNote(kept).body).size, 2);
  assert.equal(formatNote(formatCheckpoint({ origin, size, root }), [openNote(kept).signatures[0]?.line ?? '']), kept);
});

test('a policy that would stop the mirror, or mean something else, is refused before it is set', async (t) => {
  const workplace = await Workplace.withTrial(t);
  const [a, b] = [keyOf('a').text, keyOf('b').text];
  const at = 'http://127.0.0.1:9/';
  const refusals: readonly (readonly [policy: string, words: RegExp])[] = [
    [`witness a ${a}\nquorum a\n`, /asks for more witnesses than it gives addresses of/],
    [
      `witness a ${a} ${at}\nwitness b ${b}\ngroup g all a b\nquorum g\n`,
      /asks for more witnesses than it gives addresses of/,
    ],
    [
      `witness a ${a} ${at}\nwitness again ${a} ${at}\ngroup g 2 a again\nquorum g\n`,
      /lists the key of a\.example a second time/,
    ],
    [`log ${logKeyOf('other.example/log')}\nquorum none\n`, /is for other logs: this one is countersign-/],
    [`${'# so long\n'.repeat(2100)}quorum none\n`, /is longer than 20000 characters/],
    [`witness a ${a} ${at}\n`, /no line names the quorum/],
  ];
  for (const [policy, words] of refusals) {
    writeFileSync(workplace.path('p.txt'), policy);
    for (const more of ['', ' --dry-run']) {
      const refused = await workplace.refused(`log witnesses set @p.txt --without-quorum wait${more}`);
      assert.deepEqual([refused.exitCode, refused.code], [3, 'CONFIG_WITNESSES']);
      assert.match(refused.what, words);
    }
  }
  assert.equal((await jsonOf(workplace, 'log witnesses show'))['text'], null);
  const { key } = await jsonOf(workplace, 'log show');
  const fitting = `log ${String(key)}\nwitness a ${a} ${at}\nwitness b ${b}\ngroup g any a b\ngroup none-of-it 1 g\nquorum none-of-it\n`;
  writeFileSync(workplace.path('p.txt'), fitting);
  await workplace.succeed('log witnesses set @p.txt --without-quorum wait --dry-run');
  const many = Array.from({ length: 49 }, (_, place) => {
    const { text } = noteKey(`w${String(place)}.example`, COSIGNATURE, publicKeyOf(new Uint8Array(32).fill(place + 1)));
    return `witness w${String(place)} ${text} ${at}`;
  });
  for (const [most, isFine] of [
    [48, true],
    [49, false],
  ] as const) {
    writeFileSync(workplace.path('p.txt'), `${many.slice(0, most).join('\n')}\nquorum w1\n`);
    const { exitCode } = await workplace.type('log witnesses set @p.txt --without-quorum wait --dry-run');
    assert.equal(exitCode === 0, isFine, `${String(most)} and a signature of each fit into a note`);
  }
  assert.equal((await workplace.type('log witnesses set @p.txt')).exitCode, 2, 'what is done without them is said');
});

function logKeyOf(origin: string): string {
  return noteKey(origin, ED25519, publicKeyOf(seedOf('l'))).text;
}

test('once somebody can sign, the list of witnesses needs people too', { skip }, async (t) => {
  const office = await Office.ofTwo(t);
  const { workplace } = office;
  writeFileSync(workplace.path('w.txt'), 'quorum none\n');
  const line = 'log witnesses set @w.txt --without-quorum publish';
  const alone = await workplace.refused(line);
  assert.deepEqual([alone.exitCode, alone.code], [6, 'POLICY_CHANGE']);
  const first = await jsonOf(workplace, `${line} ${as('alice')}`);
  assert.deepEqual([first['outcome'], first['missing'], first['seen']], ['waits', 1, null]);
  const pending = await jsonOf(workplace, 'log witnesses show');
  assert.deepEqual([pending['text'], (pending['changes'] as unknown[]).length], [null, 1]);
  // With another answer to “what if nobody answers” it is another change.
  const other = await jsonOf(workplace, `${line.replace('publish', 'wait')} ${as('bob')}`);
  assert.deepEqual([other['outcome'], other['missing']], ['waits', 1]);
  const second = await jsonOf(workplace, `${line} ${as('bob')}`);
  assert.deepEqual([second['outcome'], second['seen']], ['done', true]);
  assert.equal((await jsonOf(workplace, 'log witnesses show'))['text'], 'quorum none\n');
  await workplace.succeed('fsck');
});
