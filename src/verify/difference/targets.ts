/**
 * Target files that a role lists: which come, go, or have other content, and what the role says of them besides. The
 * content of those that are carried is looked into (meaning/), because “trusted_root.json: 6367 -> 6787 bytes” tells
 * nobody that a transparency log came.
 */
import { compareUtf8 } from '../../tuf/canonical.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { Parsed, TargetEntry, Targets } from '../../tuf/metadata.ts';
import type { RoleName, TargetPath } from '../../tuf/names.ts';
import { compareMeaning } from '../meaning/compare.ts';
import type { Changes } from './changes.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import type { TargetContents } from './side.ts';
import { labelOf } from './top-level.ts';
import { listed, quoted, quotedValue, shortDigest, shown } from './words.ts';

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
  readonly #contents: TargetContents | undefined;

  constructor(changes: Changes, contents: TargetContents | undefined) {
    this.#changes = changes;
    this.#contents = contents;
  }

  compare(role: RoleName, before: Parsed<Targets> | undefined, after: Parsed<Targets> | undefined): void {
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
    const place = `${quoted(path)} in ${labelOf(role)}`;
    const whole: Json = [before?.raw ?? null, after?.raw ?? null];
    const [was, is] = [before && describe(before.parsed), after && describe(after.parsed)];
    const found = {
      role,
      name: path,
      whole,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    };
    if (before && after && isSameTarget(before.parsed, after.parsed)) {
      if (!isSameJson(before.raw?.get('hashes'), after.raw?.get('hashes'))) {
        this.#changes.add('target-words', `${place}: listed with other digests: ${was ?? ''} -> ${is ?? ''}`, found);
      }
      const [length, now] = [before.raw?.get('length'), after.raw?.get('length')];
      // Absent is read as zero (go-tuf v1), and stock clients refuse what we read.
      if (length !== now) {
        const text = `${place}: its length is written as ${quotedValue(now)}, before as ${quotedValue(length)}`;
        this.#changes.add('target-words', text, found);
      }
      this.#compareWords(role, place, before, after);
      return;
    }
    const kind = !before ? 'target-added' : !after ? 'target-removed' : 'target-replaced';
    this.#changes.add(kind, `${place}: ${[was, is].filter((words) => words !== undefined).join(' -> ')}`, found);
    this.#compareWords(role, place, before, after);
    this.#lookInto(role, path, before !== undefined, after !== undefined);
  }

  /** `custom`, and whatever else an entry has; of a target that goes, nothing is said. */
  #compareWords(role: RoleName, label: string, before: Entry | undefined, after: Entry | undefined): void {
    if (!after) return;
    compareMembers(this.#changes, { kind: 'target-words', role, label, known: COMPARED }, before?.raw, after.raw);
  }

  #lookInto(role: RoleName, path: TargetPath, wasListed: boolean, isListed: boolean): void {
    this.tally.changed++;
    if (!this.#contents) return;
    const before = wasListed ? this.#contents.from(role, path) : undefined;
    const after = isListed ? this.#contents.to(role, path) : undefined;
    if ((isListed ? after : before) !== undefined) this.tally.lookedInto++;
    const place = `${quoted(path)} in ${labelOf(role)}`;
    for (const line of compareMeaning(path, { bytes: before, isListed: wasListed }, { bytes: after, isListed })) {
      this.#changes.add('content', `${place}: ${line}`, { role, name: path, whole: line });
    }
  }
}

function entriesOf(file: Parsed<Targets> | undefined) {
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

function describe({ length, hashes }: TargetEntry): string {
  const digests = listed(
    [...hashes]
      .sort(([a], [b]) => compareUtf8(a, b))
      .map(([algorithm, digest]) => `${shown(algorithm, 20)} ${shown(shortDigest(digest), 20)}`),
    4,
    (text) => text,
  );
  return `${length} bytes, ${digests}`;
}
