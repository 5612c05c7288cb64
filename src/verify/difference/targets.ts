/**
 * Target files that a role lists: which come, go, or have other content, and what the role says of them besides. The
 * content of those that are carried is looked into (meaning/), because “trusted_root.json: 6367 -> 6787 bytes” tells
 * nobody that a transparency log came.
 */
import type { JsonObject } from '../../tuf/json.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import type { RoleName, TargetPath } from '../../tuf/names.ts';
import { compareMeaning } from '../meaning/compare.ts';
import type { Changes, Words } from './changes.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import type { Dialect } from './dialects.ts';
import type { TargetContents } from './side.ts';
import type { StatedTargets } from './stated.ts';
import { labelOf } from './top-level.ts';
import { quoted, quotedValue } from './words.ts';

/** Changed target files, and how many of them were looked into. */
export interface Tally {
  changed: number;
  lookedInto: number;
}

interface Entry {
  readonly parsed: TargetEntry;
  readonly raw: JsonObject | undefined;
}

const COMPARED = new Set(['length', 'hashes']);

export class TargetComparison {
  readonly tally: Tally = { changed: 0, lookedInto: 0 };
  readonly #changes: Changes;
  readonly #dialect: Dialect;
  readonly #contents: TargetContents | undefined;

  constructor(changes: Changes, dialect: Dialect, contents: TargetContents | undefined) {
    this.#changes = changes;
    this.#dialect = dialect;
    this.#contents = contents;
  }

  compare(role: RoleName, before: StatedTargets | undefined, after: StatedTargets | undefined): void {
    const [old, now] = [entriesOf(before), entriesOf(after)];
    const differing: TargetPath[] = [];
    for (const path of after?.payload.targets.keys() ?? [])
      if (!isSameJson(old.raw(path), now.raw(path))) differing.push(path);
    for (const path of before?.payload.targets.keys() ?? [])
      if (!after?.payload.targets.has(path)) differing.push(path);
    // Sorted, so that which ones are listed does not depend on how upstream happened to write its file.
    for (const path of differing.sort()) this.#compareOne(role, path, old.entry(path), now.entry(path));
  }

  #compareOne(role: RoleName, path: TargetPath, before: Entry | undefined, after: Entry | undefined): void {
    const found = { role, name: path, whole: [before?.raw ?? null, after?.raw ?? null] };
    const say = (what: string) => (): Words => {
      const { describe, compare } = this.#dialect;
      const [was, is] = [before && describe(before.parsed), after && describe(after.parsed)];
      return {
        text: `${this.#placeOf(role, path)}: ${what}${compare(was, is)}`,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      };
    };
    this.#compareWords(role, path, before, after);
    if (before && after && isSameTarget(before.parsed, after.parsed)) {
      const isListedAlike = isSameJson(before.raw?.get('hashes'), after.raw?.get('hashes'));
      if (!isListedAlike) this.#changes.add('target-words', say('listed with other digests: '), found);
      return;
    }
    this.#changes.add(!before ? 'target-added' : !after ? 'target-removed' : 'target-replaced', say(''), found);
    this.#lookInto(role, path, before !== undefined, after !== undefined);
  }

  /** `custom`, and whatever else an entry has; of a target that goes, nothing is said. */
  #compareWords(role: RoleName, path: TargetPath, before: Entry | undefined, after: Entry | undefined): void {
    if (!after) return;
    const place = {
      kind: 'target-words',
      role,
      name: path,
      label: () => this.#placeOf(role, path),
      known: COMPARED,
    } as const;
    compareMembers(this.#changes, place, before?.raw, after.raw);
    const [was, is] = [before?.raw?.get('length'), after.raw?.get('length')];
    // Absent is read as zero (go-tuf v1), and stock clients refuse what we read.
    if (!before || (was !== undefined) === (is !== undefined)) return;
    const text = `${this.#placeOf(role, path)}: its length is written as ${quotedValue(is)}, before as ${quotedValue(was)}`;
    this.#changes.add('target-words', text, { role, name: path });
  }

  #placeOf(role: RoleName, path: TargetPath): string {
    return `${this.#dialect.target}${quoted(path)} in ${labelOf(role)}`;
  }

  #lookInto(role: RoleName, path: TargetPath, wasListed: boolean, isListed: boolean): void {
    this.tally.changed++;
    if (!this.#contents) return;
    const before = wasListed ? this.#contents.from(role, path) : undefined;
    const after = isListed ? this.#contents.to(role, path) : undefined;
    if ((isListed ? after : before) !== undefined) this.tally.lookedInto++;
    const place = this.#placeOf(role, path);
    for (const line of compareMeaning(path, { bytes: before, isListed: wasListed }, { bytes: after, isListed })) {
      this.#changes.add('content', `${place}: ${line}`, { role, name: path, whole: line });
    }
  }
}

function entriesOf(file: StatedTargets | undefined) {
  const raws = objectMember(file?.envelope.signed, 'targets');
  const raw = (path: TargetPath): JsonObject | undefined => objectMember(raws, path);
  const entry = (path: TargetPath): Entry | undefined => {
    const parsed = file?.payload.targets.get(path);
    return parsed && { parsed, raw: raw(path) };
  };
  return { raw, entry };
}

/** Upstream may list other algorithms for the same bytes; a shared one that differs is another file. */
function isSameTarget(a: TargetEntry, b: TargetEntry): boolean {
  const shared = [...a.hashes].filter(([algorithm]) => b.hashes.has(algorithm));
  return (
    a.length === b.length &&
    shared.length > 0 &&
    shared.every(([algorithm, digest]) => b.hashes.get(algorithm) === digest)
  );
}
