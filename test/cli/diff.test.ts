/** `countersign diff`: prints the text whose digest is signed, and says the same to programs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { Disk } from '../../src/platform/disk.ts';
import { renewSampleUpstream } from '../../src/sample/upstream.ts';
import { Workplace } from './workplace.ts';

interface Document {
  readonly from: number;
  readonly to: number;
  readonly candidate: string;
  readonly changes: readonly { readonly kind: string; readonly text: string }[];
  readonly counts: readonly { readonly kind: string; readonly total: number }[];
  readonly text: string;
  readonly sha256: string;
}

describe('diff', () => {
  /** A trial with two imports, the second of them a refresh. */
  async function twoImports(context: Parameters<typeof Workplace.open>[0]): Promise<Workplace> {
    const workplace = await Workplace.withTrial(context);
    await workplace.succeed('import sample');
    const place = { directory: workplace.path('up'), privateDirectory: workplace.path('up-private'), disk: new Disk() };
    await renewSampleUpstream({ ...place, now: workplace.clock.now() });
    await workplace.succeed('import sample');
    return workplace;
  }

  test('what is printed is the text, byte for byte, and hashes to the digest that programs get', async (context) => {
    const workplace = await twoImports(context);
    const { out } = await workplace.succeed('diff sample 1 2');
    const { json, err } = await workplace.succeed('diff sample 1 2 --json');
    const document = json as unknown as Document;
    assert.equal(out, document.text);
    assert.equal(err, document.text);
    assert.equal(document.sha256, createHash('sha256').update(out).digest('hex'));
    const { imports } = (await workplace.succeed('imports --json')).json as {
      imports: { number: number; candidate: string }[];
    };
    assert.equal(document.candidate, imports.find(({ number }) => number === 2)?.candidate);
    assert.ok(out.includes(`\ncandidate   ${document.candidate}\n`));
    for (const { text } of document.changes) assert.ok(out.includes(`\n  ${text}\n`), text);
  });

  test('0 stands for nothing: everything is new, with every key and what target files there are', async (context) => {
    const workplace = await twoImports(context);
    const { json } = await workplace.succeed('diff sample 0 1 --json');
    const { from, to, text, counts } = json as unknown as Document;
    assert.deepEqual([from, to], [0, 1]);
    assert.match(text, /^from {8}nothing: everything is new$/m);
    assert.match(text, /^3 of 3 changed target files were looked into\.$/m);
    assert.equal(counts.find(({ kind }) => kind === 'target-added')?.total, 3);
    assert.match(text, /^root: threshold |^ {2}root: threshold /m);
    assert.equal((await workplace.refused('diff sample 1 0')).code, 'USAGE_OPTION');
  });

  test('while nothing is served, an import is compared with nothing', async (context) => {
    const workplace = await Workplace.open(context);
    await workplace.succeed('init');
    await workplace.enrolSample();
    await workplace.type('import sample');
    const { json } = await workplace.succeed('diff sample --json');
    const { from, to, text } = json as unknown as Document;
    assert.deepEqual([from, to], [0, 1]);
    assert.equal(text, (await workplace.succeed('diff sample 0 1')).out);
  });

  test('an import compared with itself has no difference', async (context) => {
    const workplace = await Workplace.withTrial(context);
    await workplace.succeed('import sample');
    const { json } = await workplace.succeed('diff sample --json');
    const { changes, counts, text } = json as unknown as Document;
    assert.deepEqual([changes, counts], [[], []]);
    assert.ok(text.includes('\nNo difference in meaning.\n'));
  });
});
