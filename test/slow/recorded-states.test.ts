/**
 * What really happened at Sigstore between 2021 and 2026, replayed: torn publications, roles replaced in place, versions
 * signed twice, and five years of good states in between (W-07, X-04, S-03).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Archive, findArchive } from '../replay/archive.ts';
import { Replay } from '../replay/replay.ts';

const path = findArchive();

void test(
  'Recorded states are imported or refused as their own files say, and what was imported is served as upstream made it',
  { skip: path === undefined ? 'there is no archive of recorded states; COUNTERSIGN_STATES may name one' : false },
  async (t) => {
    const archive = new Archive(path ?? '');
    t.after(() => archive.remove());
    const replay = await Replay.start(archive);
    t.after(() => replay.stop());
    const refused = new Map<string, number>();
    let imported = 0;
    for (const [index, state] of archive.states.entries()) {
      const source = index % 10 === 9 ? 'http' : 'directory';
      const day = state.date.toISOString().slice(0, 10);
      await t.test(`state ${state.seq} of ${day}, from ${source}`, async (t) => {
        const { refusals, isImported } = await replay.play(state, source);
        for (const { code, roles } of refusals) {
          refused.set(code, (refused.get(code) ?? 0) + 1);
          t.diagnostic(`refused: ${code} ${roles.join(', ')}`);
        }
        if (isImported) imported++;
      });
    }
    const codes = [...refused].map(([code, count]) => `${code} ${count}`).join(', ');
    t.diagnostic(`${archive.states.length} states, ${imported} imported; refusals on the way: ${codes}`);
    assert.ok(imported > 0);
  },
);
