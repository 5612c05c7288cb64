/** An upstream that will never answer again: agreed to by people, for exactly what is public, and once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeafRef } from '../../src/ledger/events/statements.ts';
import { retireUpstream } from '../../src/gate/subjects.ts';
import { hex, REPOSITORY } from './names.ts';
import { refused } from './refused.ts';
import { type Site, twoOfThree } from './site.ts';

function retire(site: Site, number: number, by: readonly string[], observed = number): LeafRef {
  const reason = site.draw(32);
  const leaf = site.rules.imports.get(observed)?.observed.hash ?? hex('none');
  const agreed = site.agreed(retireUpstream(REPOSITORY, number, leaf, reason), by);
  return site.append('upstream.retire', { repository: REPOSITORY, import: number, reason, ...agreed });
}

/** Import 1 is public, import 2 waits. */
function oneOfTwoPublic(): Site {
  const site = twoOfThree();
  for (const number of [1, 2]) {
    site.import(number);
    for (const name of ['ann', 'bob']) site.approve(name, number);
  }
  site.publish(1, 1);
  return site;
}

test('what is public becomes final: nothing else is claimed or published, and that again and again', () => {
  const site = oneOfTwoPublic();
  retire(site, 1, ['ann', 'bob']);
  assert.equal(site.rules.retirements.of(REPOSITORY)?.import, 1);
  refused('STATE_LEDGER', /publishes something else than what is final/, () => site.publish(2, 2));
  refused('STATE_LEDGER', /claims an import from a retired upstream/, () => site.import(3));
  // New online keys, a new root: the same import in a new generation.
  site.publish(1, 2);
});

test('as many people as publish decide it', () => {
  const site = oneOfTwoPublic();
  refused('STATE_LEDGER', /rests on 1 people where 2 had to agree/, () => retire(site, 1, ['ann']));
});

test('their signatures are for one import, and not for what became public since', () => {
  const site = oneOfTwoPublic();
  // Import 1 was public when they signed; meanwhile import 2 is.
  site.publish(2, 2);
  refused('STATE_LEDGER', /makes final what is not public/, () => retire(site, 1, ['ann', 'bob']));
  refused('STATE_LEDGER', /./, () => retire(site, 2, ['ann', 'bob'], 1));
});

test('once, whoever agrees', () => {
  const site = oneOfTwoPublic();
  retire(site, 1, ['ann', 'bob']);
  refused('STATE_LEDGER', /was retired before/, () => retire(site, 1, ['ann', 'bob']));
});
