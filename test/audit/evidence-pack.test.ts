/**
 * An evidence pack, verified as its README says, on a machine that has sha256sum, ssh-keygen and node and nothing of ours: in
 * an empty folder, command by command. Whatever is altered is found by the step that is there for it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { format } from 'prettier';
import { packContents, type PackQuestion } from '../../src/audit/pack/contents.ts';
import { VERIFY_SCRIPT } from '../../src/audit/pack/verify-script.ts';
import { packFiles, writePack } from '../../src/audit/pack/write-pack.ts';
import { checkProof } from '../../src/audit/proofs/check.ts';
import { appending } from '../../src/cli/commands/audit-opening.ts';
import { isRefusal } from '../../src/errors.ts';
import { rulesOf } from '../../src/mirror.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { actorOf, keyOf } from '../gate/names.ts';
import { AuditedOffice } from './office.ts';
import { watchers } from './watchers.ts';

const skip = ['ssh-keygen', 'sha256sum'].some((program) => spawnSync(program, ['--version']).error)
  ? 'ssh-keygen or sha256sum is not installed here'
  : false;
const place = mkdtempSync(join(tmpdir(), 'countersign-pack-'));
const close: (() => Promise<void>)[] = [];
let office: AuditedOffice;
let made: string;

before(async () => {
  office = await AuditedOffice.ofThree({ after: (end) => void close.push(end) });
  const { policy, witnesses } = watchers(() => office.clock.now(), 'audit', 'platform');
  await office.setWitnesses(policy, witnesses, ['ann', 'bob']);
  await office.bringIn(undefined, { ticket: 'CHG-1', reason: 'weekly' });
  await office.say('reject', 'eve', 1, 'not so fast');
  await office.say('withdraw', 'eve', 1);
  await office.revoke('bob', ['ann', 'eve']);
  made = await write('pack', {});
});
after(async () => {
  for (const end of close) await end();
  rmSync(place, { recursive: true });
});

async function write(name: string, question: Partial<PackQuestion>): Promise<string> {
  const subject = { kind: 'target' as const, name: 'file.txt', sha256: sha256(Buffer.from('first')) };
  const { files, entries } = await office.ask((inquiry) => {
    const pack = packContents(inquiry, {
      import: 1,
      subject,
      withKeys: true,
      withNames: false,
      now: office.clock.now(),
      ...question,
    });
    return { files: packFiles(inquiry, pack), entries: pack.entries.map(({ event }) => event.n) };
  });
  const stretch = { from: 0, to: (entries.at(-1) ?? 0) + 1 };
  return (await writePack(office.record, join(place, name), files, stretch, appending(office.mirror))).directory;
}

/** The commands of the README, one by one, each with its section. */
function commandsOf(directory: string): { section: string; command: string }[] {
  const sections = readFileSync(join(directory, 'README.md'), 'utf8').split(/^## /m);
  return sections.flatMap((section) =>
    [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
      block
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((command) => ({ section: section.split('\n')[0] ?? '', command })),
    ),
  );
}

/** What the auditor’s shell answers: no variable of ours, and no package in reach. */
function run(directory: string, command: string): { ok: boolean; said: string } {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8', env });
  return { ok: status === 0, said: `${stdout}${stderr}` };
}

/** A copy in which files are others, with their new sums: a forger does not forget those. */
function altered(
  changes: readonly (readonly [path: string, change: (text: string) => string | undefined, ...unknown[]])[],
  keepsSums = true,
): string {
  const directory = mkdtempSync(join(place, 'altered-'));
  cpSync(made, directory, { recursive: true });
  let sums = readFileSync(join(directory, 'SHA256SUMS'), 'utf8').split('\n');
  for (const [path, change] of changes) {
    const text = readFileSync(join(directory, path), 'latin1');
    const bent = change(text);
    assert.notEqual(bent, text, path);
    if (bent === undefined) rmSync(join(directory, path));
    else writeFileSync(join(directory, path), bent, 'latin1');
    const sum = bent === undefined ? [] : [`${sha256(Buffer.from(bent, 'latin1'))}  ${path}`];
    sums = sums.flatMap((line) => (line.endsWith(`  ${path}`) ? sum : [line]));
  }
  if (keepsSums) writeFileSync(join(directory, 'SHA256SUMS'), sums.join('\n'));
  return directory;
}

const entryOf = (type: string): number =>
  Number(
    readdirSync(join(made, 'entries'))
      .find((file) => readFileSync(join(made, 'entries', file), 'utf8').includes(`"type":"${type}"`))
      ?.replace('.json', ''),
  );
const first = (folder: string, ending = ''): string =>
  `${folder}/${readdirSync(join(made, folder)).find((file) => file.endsWith(ending)) ?? ''}`;

test('every command of the README holds, in an empty folder without a package in reach', { skip }, () => {
  const commands = commandsOf(made);
  assert.deepEqual(
    commands
      .map(({ command }) => command.replace(/^! /, '').split(' ')[0])
      .filter((program, place, all) => all.indexOf(program) === place),
    ['sha256sum', 'node', 'ssh-keygen'],
  );
  // Claim and two approvals, then Eve’s two words; each then and now.
  assert.equal(commands.filter(({ command }) => command.includes('ssh-keygen')).length, 2 * 5);
  for (const { command } of commands) {
    const { ok, said } = run(made, command);
    assert.ok(ok, `${command}\n${said}`);
  }
  const failing = commands.filter(({ command }) => command.startsWith('! '));
  assert.deepEqual(
    failing.map(({ command }) => command.includes(actorOf('bob'))),
    [true],
    'Bob’s key was revoked since, and the README says so',
  );
});

test('SHA256SUMS covers every file, and the log says that the pack was made', { skip }, () => {
  const listed = readFileSync(join(made, 'SHA256SUMS'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(66));
  const there = readdirSync(made, { recursive: true, encoding: 'utf8' }).filter(
    (path) => statSync(join(made, path)).isFile() && path !== 'SHA256SUMS',
  );
  assert.deepEqual(listed, there.sort());
  const proof = checkProof({
    proof: readFileSync(`${made}.tlog-proof`),
    logKey: rulesOf(office.mirror).genesis.logKey,
  });
  const event = office.mirror.reader.event(proof.entry);
  assert.ok(event.type === 'export');
  assert.deepEqual([event.body.kind, event.body.sha256], ['pack', sha256(readFileSync(join(made, 'SHA256SUMS')))]);
  const bent = altered([['README.md', (text) => `${text} `]], false);
  assert.equal(run(bent, 'sha256sum --quiet --strict --check SHA256SUMS').ok, false);
});

test('verify.mjs says what is shown and what is not, in words', { skip }, () => {
  const { said } = run(made, 'node verify.mjs');
  for (const words of [
    'signed a tree of',
    'The witness audit saw that tree: witnessed_at',
    'That is the quorum',
    'was published by approvals: 2 people; the policy asked 2.',
    'Part of it: "file.txt"',
  ])
    assert.ok(said.includes(words), `${words}\n${said}`);
  for (const words of [
    'That the log key is the right one',
    'That people signed their statements',
    'That nothing is left out',
    'That upstream signed them',
    'received_at the mirror’s',
  ])
    assert.ok(said.slice(said.indexOf('Not shown:')).includes(words), words);
  const other = `${'a'.repeat(3)}+00000000+AA==`;
  assert.equal(run(made, `node verify.mjs --log-key '${other}'`).ok, false);
});

const swap = (one: string, other: string) => (text: string) => text.replace(one, other);

type Change = readonly [path: string, change: (text: string) => string | undefined, found: RegExp];

test(
  'whatever is altered together with its sum is found by verify.mjs, each by the check that is there for it',
  { skip },
  () => {
    const [claim, observation, approval, publish] = ['import.claimed', 'import.verified', 'approval', 'publish'].map(
      entryOf,
    );
    // Each of a group is noticed for itself; groups are apart where one would be hidden by, or stand for, another.
    const groups: readonly (readonly Change[])[] = [
      [
        [
          `entries/${claim}.json`,
          swap('"claimed_at":"2026', '"claimed_at":"2016'),
          new RegExp(`entry ${claim} is in the log`),
        ],
        [
          `proofs/${approval}.tlog-proof`,
          (text) => text.replace(/\n[A-Za-z0-9+/]{9}/, '\nAAAAAAAAA'),
          new RegExp(`entry ${approval} is in the log`),
        ],
        [
          `statements/${observation}-observation.json`,
          swap('"accepted"', '"refused"'),
          new RegExp(`${observation}-observation.json is the statement`),
        ],
        [
          `statements/${publish}-publication.json.dsse`,
          swap('publication.v1', 'observation.v1'),
          new RegExp(`${publish}-publication.json.dsse belongs`),
        ],
        [
          `statements/${approval}-approval.json.sig`,
          swap('U1NIU0lHAAAAAQ', 'U1NIU0lHAAAAAg'),
          new RegExp(`${approval}-approval.json.sig is the one`),
        ],
        ['lists/authored.jsonl', (text) => `${text}\n`, /authored.jsonl is the list/],
        ['lists/files.jsonl', (text) => `${text}\n`, /files.jsonl is the list/],
        ['lists/carried.jsonl', (text) => `${text}\n`, /carried.jsonl is the list/],
        [first('policy'), swap('"min_approvers":2', '"min_approvers":1'), /is the policy that entry/],
        [first('metadata'), (text) => `${text} `, /metadata\/\S+ is a file of that import/],
        [first('mirror'), (text) => `${text} `, /mirror\/\S+ is what it is named/],
        ['pack.json', swap('"name":"file.txt"', '"name":"other.txt"'), /"other.txt" \S+ is part of that import/],
        ['tlog-policy.txt', swap('witness platform', 'witness nobody'), /Not shown:[^]*there is no quorum/],
      ],
      [
        ['checkpoint', swap('\n', 'x\n'), /the checkpoint is signed by the log key/],
        [`entries/${publish}.json`, swap('"import_id":1', '"import_id":9'), /publishes that import/],
        [
          `entries/${approval}.json`,
          swap('"candidate":"', '"candidate":"0'),
          new RegExp(`entry ${approval} is about exactly that import`),
        ],
      ],
      [
        [
          'checkpoint',
          (text) => text.replace(/(audit\.example \S{20})\S\S/, '$1AB'),
          /the cosignature of audit verifies/,
        ],
      ],
      [['pack.json', swap('"import":1', '"import":2'), /the observation of import 2 is not here/]],
      [[`proofs/${claim}.tlog-proof`, () => undefined, /FAILED: ENOENT/]],
    ];
    for (const changes of groups) {
      const directory = altered(changes);
      assert.ok(run(directory, 'sha256sum --quiet --strict --check SHA256SUMS').ok, 'the sums are the forger’s own');
      const { ok, said } = run(directory, 'node verify.mjs');
      assert.ok(!ok);
      for (const [path, , found] of changes) assert.match(said, found, path);
      rmSync(directory, { recursive: true });
    }
  },
);

test('an exchanged key, and a signature by somebody else, are found by ssh-keygen', { skip }, () => {
  const [claim] = ['import.claimed'].map(entryOf);
  const commands = (directory: string) =>
    commandsOf(directory).filter(({ command }) => command.startsWith('ssh-keygen'));
  const failing = (directory: string): number =>
    commands(directory).filter(({ command }) => !run(directory, command).ok).length;
  const key = keyOf('eve').line.split(' ')[1] ?? '';
  const own = keyOf('ivan').line.split(' ')[1] ?? '';
  assert.equal(failing(altered([['allowed_signers.then', swap(own, key)]])), 1);
  assert.equal(failing(altered([['allowed_signers.now', swap(own, key)]])), 1);
  assert.equal(failing(altered([[`statements/${claim}-claim.json`, swap('CHG-1', 'CHG-2')]])), 2);
  assert.equal(failing(altered([['revoked_keys', (text) => `${text}${keyOf('ivan').line}\n`]])), 1);
});

test(
  'without keys nobody’s signature is in it, and the README and the verifier say what that means',
  { skip },
  async () => {
    const bare = await write('bare', { withKeys: false });
    const files = readdirSync(bare, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((path) => /\.sig$|signers|revoked/.test(path)),
      [],
    );
    for (const name of ['ann', 'bob', 'eve', 'ivan']) {
      const key = keyOf(name).line.split(' ')[1] ?? '';
      for (const path of files.filter((one) => statSync(join(bare, one)).isFile()))
        assert.ok(!readFileSync(join(bare, path), 'utf8').includes(key), path);
    }
    const { ok, said } = run(bare, 'node verify.mjs');
    assert.ok(ok && said.includes('the signature was erased, or is left out of this pack'));
    for (const { command } of commandsOf(bare)) assert.ok(run(bare, command).ok, command);
    assert.ok(!readFileSync(join(bare, 'README.md'), 'utf8').includes('ssh-keygen -Y'));
  },
);

test('opened names and reasons are shown to be what the entries committed to', { skip }, async () => {
  const named = await write('named', { withNames: true, subject: undefined });
  const { ok, said } = run(named, 'node verify.mjs');
  assert.ok(ok && said.includes('is "weekly"') && said.includes('is "ann"'));
  assert.ok(!existsSync(join(made, 'opened.json')) && !readFileSync(join(made, 'README.md'), 'utf8').includes('ann ('));
  const path = join(named, 'opened.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('weekly', 'monthly'));
  assert.ok(run(named, 'node verify.mjs').said.includes('FAILED'));
});

test('an emergency and a decision to go back bring the signatures under them along', { skip }, async () => {
  await office.setPolicy(
    { min_approvers: 2, exclude_importer: true, break_glass: { min_approvers: 1, review_within_days: 2 } },
    ['ann', 'eve'],
  );
  office.change('second');
  await office.import();
  await office.openEmergency(2, ['eve']);
  await office.publish(2);
  await office.goBack(1, ['ann', 'eve']);
  const emergency = await write('emergency', { import: 2, subject: undefined });
  assert.ok(run(emergency, 'node verify.mjs').said.includes('was published in an EMERGENCY'));
  assert.ok(readdirSync(join(emergency, 'statements')).some((file) => file.endsWith('-change.json.sig')));
  for (const { command } of commandsOf(emergency)) assert.ok(run(emergency, command).ok, command);
  const back = await write('back', {});
  assert.ok(run(back, 'node verify.mjs').said.includes('was published by a decision to go back'));
  for (const { command } of commandsOf(back)) assert.ok(run(back, command).ok, command);
});

test('a pack is never written over another, and an import that does not exist has none', { skip }, async () => {
  await assert.rejects(write('pack', {}), (error) => isRefusal(error, 'USAGE_FILE'));
  await assert.rejects(write('none', { import: 99 }), (error) => isRefusal(error, 'USAGE_UNKNOWN_IMPORT'));
});

test('the verifier is readable: at most 300 lines, formatted as everything here', async () => {
  assert.ok(VERIFY_SCRIPT.split('\n').length <= 300);
  assert.equal(await format(VERIFY_SCRIPT, { parser: 'babel', singleQuote: true, printWidth: 120 }), VERIFY_SCRIPT);
  assert.deepEqual(
    [...VERIFY_SCRIPT.matchAll(/from '([^']+)'/g)].map(([, name]) => name),
    ['node:crypto', 'node:fs'],
  );
});
