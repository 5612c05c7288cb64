/** What audit commands print with `--json` is what docs/reference/cli-json.md promises: the same members, of the same kinds. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { as, fingerprint, IMPORT, Office, skip } from './office.ts';

const page = await readFile(new URL('../../docs/reference/cli-json.md', import.meta.url), 'utf8');

/** The example of a section. */
function promised(section: string): unknown {
  const start = page.indexOf(`\n## ${section}\n`);
  assert.ok(start > 0, `there is a section “${section}”`);
  const [, json = '{}'] = /```json\n([\s\S]*?)```/.exec(page.slice(start)) ?? [];
  return JSON.parse(json);
}

/** Null stands for anything, and an empty list as well. */
function differences(actual: unknown, wanted: unknown, path: string): string[] {
  if (actual === null || wanted === null) return [];
  if (Array.isArray(actual) !== Array.isArray(wanted) || typeof actual !== typeof wanted)
    return [`${path}: another kind`];
  if (Array.isArray(actual) && Array.isArray(wanted)) {
    const [first] = wanted as unknown[];
    return first === undefined ? [] : (actual as unknown[]).flatMap((one) => differences(one, first, `${path}[]`));
  }
  if (typeof actual !== 'object') return [];
  const [found, told] = [actual, wanted] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(found), ...Object.keys(told)])].flatMap((name) =>
    name in found && name in told ? differences(found[name], told[name], `${path}.${name}`) : [`${path}.${name}`],
  );
}

test('the documents of auditors’ answers', { skip }, async (context) => {
  const office = await Office.ofTwo(context, { break_glass: { min_approvers: 1, review_within_days: 7 } });
  const { workplace } = office;
  await workplace.succeed(`${IMPORT} ${as('ivan')} --ticket CHG-1 --reason weekly`);
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 1 ${as(name)} --yes`);
  await office.change('second');
  await office.import();
  await workplace.succeed(`publish 2 --break-glass --reason urgent ${as('alice')}`);
  await office.change('third');
  await office.import();
  await workplace.succeed(`operator revoke-key alice ${fingerprint('alice')} --reason stolen ${as('bob')}`);
  await workplace.succeed('audit prove 3 -o @3.tlog-proof');
  const verified = (await workplace.succeed('audit verify --json')).json;
  const { log_key } = verified['log'] as { log_key: string };
  for (const [line, exitCode] of [
    ['audit who file.txt', 0],
    ['audit who nothing.txt', 1],
    ['audit served-at 2026-12-01 sample', 0],
    ['audit served-at 2020-01-01', 0],
    ['audit unapproved', 0],
    ['audit unapproved --min 3 sample', 1],
    ['audit timeline --person alice', 0],
    ['audit timeline sample --from 2026-11-01 --to 2026-12-01 --renewals', 0],
    ['audit approvers sample --at 2026-12-01', 0],
    ['audit revoked', 1],
    ['audit staleness', 0],
    ['audit contradictions', 0],
    ['audit verify', 0],
    ['audit prove --import 1', 0],
    ['audit prove --approval 1 --person bob -o @bob.tlog-proof', 0],
    ['audit check @3.tlog-proof', 1],
    [`audit check @3.tlog-proof --log-key ${log_key}`, 0],
    ['audit export --format csv --dry-run', 0],
    ['audit export --format jsonl -o @a.jsonl', 0],
    ['audit export --format intoto -o @', 0],
    ['audit pack --import 1 -o @dry --dry-run', 0],
    ['audit pack --import 1 -o @pack', 0],
  ] as const) {
    const { json, exitCode: code, err } = await workplace.type(`${line} --json`);
    assert.equal(code, exitCode, `${line}: ${err}`);
    const section = line.split(' ').slice(0, 2).join(' ');
    assert.deepEqual(differences(json, promised(section), section), [], line);
    assert.notEqual(err, '', 'people’s text goes to standard error');
  }
});

test(
  'erasing asks at the terminal, or not at all with --yes; the document tells each value',
  { skip },
  async (context) => {
    const office = await Office.ofTwo(context);
    const { workplace } = office;
    await workplace.succeed(`${IMPORT} ${as('ivan')} --reason weekly`);
    const erase = 'audit erase --person ivan --ground erasure-request';
    const active = await workplace.refused(`${erase} --yes`);
    assert.deepEqual([active.exitCode, active.code], [6, 'POLICY_NOT_PERMITTED']);
    for (const name of ['alice', 'bob']) await workplace.succeed(`operator retire ivan --reason left ${as(name)}`);
    assert.equal((await workplace.refused(erase)).code, 'USAGE_OPTION', 'nobody is there to say yes');
    workplace.answers.push('no');
    assert.equal((await workplace.refused(erase)).code, 'USAGE_OPTION');
    const rehearsed = (await workplace.succeed(`${erase} --dry-run --json`)).json;
    assert.deepEqual(differences(rehearsed, promised('audit erase'), 'erase'), []);
    assert.ok((rehearsed['values'] as { entry: number | null }[]).every(({ entry }) => entry === null));
    workplace.answers.push('erase');
    const { json } = await workplace.succeed(`${erase} --json`);
    assert.deepEqual(differences(json, promised('audit erase'), 'erase'), []);
    const values = json['values'] as { kind: string; entry: number }[];
    assert.deepEqual([...new Set(values.map(({ kind }) => kind))].sort(), [
      'name',
      'place',
      'public-key',
      'reason',
      'signature',
    ]);
    assert.equal(json['left_in_write_ahead_log'], false);
    const verified = (await workplace.succeed('audit verify --json')).json['checked'] as Record<string, number>;
    assert.ok((verified['redacted_signatures'] ?? 0) > 0 && (verified['redacted_values'] ?? 0) > 0);
    const { out } = await workplace.succeed('audit who file.txt');
    assert.match(out, /importer {3}a-[0-9a-f]{20}; claim redacted/);
  },
);
