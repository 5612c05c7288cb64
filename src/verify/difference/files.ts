/**
 * What every metadata file says of itself: version, expiry, specification, members that TUF does not define. A file that
 * changed without a line of its own gets one, so that no change of upstream's passes as nothing.
 */
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { ChangeKind, Changes } from './changes.ts';
import { compareMembers, isSameJson } from './members.ts';
import type { StatedFile } from './stated.ts';
import { instant, quotedValue } from './words.ts';

export interface FilePlace {
  readonly role: RoleName;
  readonly label: string;
}

/** Members whose changes have their own lines, by type of file; a member out of place is a statement like any other. */
const DEFINED: ReadonlyMap<Json | undefined, ReadonlySet<string>> = new Map([
  ['root', members('consistent_snapshot', 'keys', 'roles')],
  ['timestamp', members('meta')],
  ['snapshot', members('meta')],
  ['targets', members('targets', 'delegations')],
  // The other dialect's types begin with a capital; it knows neither specification versions nor consistent snapshots.
  ['Root', notaryMembers('keys', 'roles')],
  ['Timestamp', notaryMembers('meta')],
  ['Snapshot', notaryMembers('meta')],
  ['Targets', notaryMembers('targets', 'delegations')],
]);
/** Said here, or entry by entry for `meta`. */
const SAID = new Set(['spec_version', 'version', 'expires', 'meta']);
/** Kinds that every new version has: they explain no other difference. */
const USUAL: readonly ChangeKind[] = ['version', 'expiry', 'spec-version', 'signers', 'rewritten', 're-signed'];

/** @param compareRest adds the lines of this type of file; nothing where the caller compares the rest */
export function compareFile(
  changes: Changes,
  { role, label }: FilePlace,
  before: StatedFile | undefined,
  after: StatedFile,
  compareRest: () => void,
): void {
  if (before?.envelope.fileSha256 === after.envelope.fileSha256) return;
  const known = DEFINED.get(after.envelope.signed.get('_type')) ?? members();
  compareHeads(changes, { role, label }, before, after);
  if (known.has('spec_version')) compareSpecification(changes, { role, label }, before, after);
  const explained = changes.total() - changes.total(...USUAL);
  compareMembers(changes, { kind: 'statement', role, label, known }, before?.envelope.signed, after.envelope.signed);
  compareRest();
  const isExplained = changes.total() - changes.total(...USUAL) > explained;
  if (isExplained || !before || isSameJson(restOf(before, known), restOf(after, known))) return;
  changes.add('other', `${label}: lists the same in another way, and says nothing else`, {
    role,
    whole: [before.envelope.signedSha256, after.envelope.signedSha256],
  });
}

function compareHeads(
  changes: Changes,
  { role, label }: FilePlace,
  before: StatedFile | undefined,
  after: StatedFile,
): void {
  if (before?.version !== after.version) {
    const [was, is] = [before ? String(before.version) : undefined, String(after.version)];
    const text = `${label}: version ${was ?? 'none'} -> ${is}`;
    changes.add('version', { text, ...(was === undefined ? {} : { before: was }), after: is }, { role });
  } else if (before.envelope.signedSha256 === after.envelope.signedSha256) {
    const text = `${label}: version ${after.version} is the same, in a file with other signatures or spelling`;
    changes.add('re-signed', text, { role, whole: [before.envelope.fileSha256, after.envelope.fileSha256] });
  } else {
    // Upstream signed one version twice (W-07): an import like this was accepted by name, and the approver must see it.
    const whole = [before.envelope.signedSha256, after.envelope.signedSha256];
    changes.add('rewritten', `${label}: version ${after.version} had other content before`, { role, whole });
  }
  const [was, is] = [before && instant(before.expires), instant(after.expires)];
  if (was !== is) {
    const back = before && after.expires.getTime() < before.expires.getTime() ? ' (earlier than before)' : '';
    const text = `${label}: expires ${was === undefined ? is : `${was} -> ${is}${back}`}`;
    changes.add('expiry', { text, ...(was === undefined ? {} : { before: was }), after: is }, { role });
    return;
  }
  // Finer than a millisecond, or in another zone: the instant says nothing of it.
  const [old, now] = [before?.envelope.signed.get('expires'), after.envelope.signed.get('expires')];
  if (isSameJson(old, now)) return;
  const sides = { before: quotedValue(old), after: quotedValue(now) };
  changes.add('expiry', { text: `${label}: expiry written as ${sides.before} -> ${sides.after}`, ...sides }, { role });
}

function compareSpecification(
  changes: Changes,
  { role, label }: FilePlace,
  before: StatedFile | undefined,
  after: StatedFile,
): void {
  const [old, now] = [before?.envelope.signed.get('spec_version'), after.envelope.signed.get('spec_version')];
  if (before && !isSameJson(old, now)) {
    const sides = { before: quotedValue(old), after: quotedValue(now) };
    const text = `${label}: written for TUF ${sides.before} -> ${sides.after}`;
    changes.add('spec-version', { text, ...sides }, { role });
  }
}

/** The defined members without what is said above; the order of lists counts, the order of members does not. */
function restOf({ envelope }: StatedFile, defined: ReadonlySet<string>): JsonObject {
  return new Map([...envelope.signed].filter(([name]) => defined.has(name) && !SAID.has(name)));
}

function members(...names: readonly string[]): ReadonlySet<string> {
  return new Set([...notaryMembers(...names), 'spec_version']);
}

function notaryMembers(...names: readonly string[]): ReadonlySet<string> {
  return new Set(['_type', 'version', 'expires', ...names]);
}
