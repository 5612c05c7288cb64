/**
 * What docker takes for a tag, where the lines of single roles do not say it: docker asks `targets/releases` first and then
 * `targets`, and takes nothing from any other role. Whoever may sign the first of them moves a tag of the second by adding
 * one, and a prefix that goes moves it back (D-02). Expiry is left out, as everywhere in a difference: it has no clock.
 */
import { findTag, type TagAnswer } from '../../notary/lookup.ts';
import type { NotaryTargets } from '../../notary/metadata.ts';
import { type RoleName, TARGETS, type TargetPath } from '../../tuf/names.ts';
import type { Changes } from './changes.ts';
import type { CollectionSide } from './side.ts';
import { labelOf } from './top-level.ts';
import { quoted } from './words.ts';

/** Beyond these a search of every tag through every role would hold too much, or take minutes. */
const MOST_ROLES = 200;
const MOST_TAGS = 100_000;

type Files = ReadonlyMap<RoleName, NotaryTargets>;

export function compareTags(changes: Changes, from: CollectionSide | undefined, to: CollectionSide): void {
  if (!hasOtherFiles(from, to)) return;
  const [old, now] = [from ? filesOf(from) : new Map<RoleName, NotaryTargets>(), filesOf(to)];
  if (!old || !now) {
    const text = `what docker takes for each tag was not compared: more than ${MOST_ROLES} roles or ${MOST_TAGS} tags`;
    changes.add('tag', text, { role: TARGETS });
    return;
  }
  for (const tag of [...new Set([...tagsIn(old), ...tagsIn(now)])].sort()) {
    const [before, after] = [findTag(old, tag), findTag(now, tag)];
    if (digestOf(before) === digestOf(after) || isSaidByItsRole({ tag, old, now, before, after })) continue;
    const words = { before: describe(before), after: describe(after) };
    const text = `tag ${quoted(tag)}: docker takes ${words.after}; before ${words.before}`;
    changes.add('tag', { text, ...words }, { role: roleOf(after) ?? roleOf(before) ?? TARGETS, name: tag });
  }
}

function hasOtherFiles(from: CollectionSide | undefined, to: CollectionSide): boolean {
  if (from?.authored.size !== to.authored.size) return true;
  return [...to.authored].some(([name, { fileSha256 }]) => from.authored.get(name)?.fileSha256 !== fileSha256);
}

/** @returns undefined where there is too much of it */
function filesOf(side: CollectionSide): Files | undefined {
  if (side.authored.size > MOST_ROLES) return undefined;
  const files = new Map<RoleName, NotaryTargets>();
  let tags = 0;
  for (const name of side.authored.keys()) {
    const { payload } = side.role(name);
    tags += payload.targets.size;
    if (tags > MOST_TAGS) return undefined;
    files.set(name, payload);
  }
  return files;
}

function* tagsIn(files: Files): Generator<TargetPath> {
  for (const { targets } of files.values()) yield* targets.keys();
}

interface Moved {
  readonly tag: TargetPath;
  readonly old: Files;
  readonly now: Files;
  readonly before: TagAnswer;
  readonly after: TagAnswer;
}

/** Whether one role's own line says all: it alone answers, before and after, and no other role says something else. */
function isSaidByItsRole({ tag, old, now, before, after }: Moved): boolean {
  const role = roleOf(after) ?? roleOf(before);
  const own = (files: Files): string | undefined => listedBy(files, role, tag);
  const isAlone = [old, now].every((files) =>
    [...files.keys()].every((name) => [undefined, own(files)].includes(listedBy(files, name, tag))),
  );
  return isAlone && own(old) === digestOf(before) && own(now) === digestOf(after);
}

function listedBy(files: Files, role: RoleName | undefined, tag: TargetPath): string | undefined {
  return role && files.get(role)?.targets.get(tag)?.hashes.get('sha256');
}

function digestOf(answer: TagAnswer): string | undefined {
  return answer.outcome === 'found' ? answer.sha256 : undefined;
}

function roleOf(answer: TagAnswer): RoleName | undefined {
  return answer.outcome === 'absent' ? undefined : answer.role;
}

function describe(answer: TagAnswer): string {
  switch (answer.outcome) {
    case 'found':
      return `sha256:${answer.sha256} from ${labelOf(answer.role)}`;
    case 'absent':
      return 'nothing';
    case 'ignored':
      return `nothing, because ${labelOf(answer.role)} answers, to which it does not listen`;
    case 'without-sha256':
      return `nothing, because ${labelOf(answer.role)} lists no sha256`;
  }
}
