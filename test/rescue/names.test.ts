/** What collections are called here: under which name they are served, and under which id they are enrolled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { idFor, readRenaming, servedName } from '../../src/rescue/wanted.ts';

test('of several renamings the longest counts, in whatever order they are given', () => {
  const renamings = ['registry.example.com/=m/', 'registry.example.com/team/=t/'].map(readRenaming);
  for (const given of [renamings, renamings.toReversed()]) {
    assert.equal(servedName('registry.example.com/team/app', given, new Map()), 't/app');
    assert.equal(servedName('registry.example.com/other', given, new Map()), 'm/other');
    assert.equal(servedName('elsewhere/app', given, new Map()), 'elsewhere/app');
  }
});

test('the longest names, which differ at their ends only, have ids that differ', () => {
  const long = `registry.example.com/${'team/'.repeat(40)}`;
  for (const taken of [false, true]) {
    const ids = ['a', 'b', 'A'].map((end) => idFor(`${long}${end}`, () => taken));
    assert.equal(new Set(ids).size, 3);
  }
  assert.match(
    idFor('//', () => false),
    /^collection-[0-9a-f]{8}$/,
  );
});

test('a renaming is of whole segments: a host does not stand for others that begin like it', () => {
  for (const text of ['registry.example.com=m', 'registry.example.com/=m', 'registry.example.com=m/', '=m/', 'a/='])
    assert.throws(
      () => readRenaming(text),
      (error) => isRefusal(error, 'USAGE_OPTION'),
    );
});
