/** The reference of events has no word about a member that is not there, and no event or statement without words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { membersOfPage } from '../../scripts/reference/ledger-events-page.ts';
import { EVENT_WORDS, MEMBER_WORDS, STATEMENT_WORDS } from '../../scripts/reference/ledger-events-words.ts';
import { EVENTS } from '../../src/ledger/events/types.ts';

test('every word is about a member of the page', () => {
  const members = new Set(membersOfPage());
  const bare = new Set([...members].map((member) => member.slice(member.indexOf(' ') + 1)));
  const stale = Object.keys(MEMBER_WORDS).filter((name) => !members.has(name) && !bare.has(name));
  assert.deepEqual(stale, []);
});

test('every type and every statement is explained', () => {
  assert.deepEqual(Object.keys(EVENT_WORDS).sort(), Object.keys(EVENTS).sort());
  for (const words of [...Object.values(EVENT_WORDS), ...Object.values(STATEMENT_WORDS)]) assert.ok(words.length > 20);
});
