/**
 * Who answers for a tag, asked as pulls with content trust ask: `targets/releases` and what is below it first, then
 * `targets`; the first role that lists the tag decides, and a role of another name that lists it first means that there is
 * no answer. Every step is kept, so that an answer can be explained.
 *
 * One thing is stricter: a role that may decide and cannot be used (expired, or left out by the mirror) ends the search,
 * where stock clients go on to the next role as if nobody had asked it (D-03). Roles that come after `targets` decide
 * nothing: what they list is never an answer.
 * Source: the dialect’s description, 8.
 */
import type { Refusal } from '../../errors.ts';
import { type LookedAt, RELEASES, lookUp } from '../../notary/lookup.ts';
import { type RoleName, TARGETS, type TargetPath } from '../../tuf/names.ts';
import type { CollectionRoles } from './roles.ts';

/** One role as the search saw it. */
export interface TagStep {
  readonly role: RoleName;
  readonly version: number | undefined;
  readonly expires: Date | undefined;
  readonly saw:
    | 'lists it'
    | 'does not list it'
    | 'may not speak for it'
    | 'nobody has published it'
    | 'cannot be used'
    | 'not asked';
}

export type TagOutcome =
  | { readonly kind: 'found'; readonly role: RoleName; readonly sha256: string; readonly length: number }
  /** `ignored`: `role` lists it, and tags are taken from other roles only. `without-sha256`: `role` lists no image digest. */
  | { readonly kind: 'not-found'; readonly why: 'absent' }
  | { readonly kind: 'not-found'; readonly why: 'ignored' | 'without-sha256'; readonly role: RoleName }
  | { readonly kind: 'refused' | 'excluded'; readonly role: RoleName; readonly refusal: Refusal };

export interface TagSearch {
  readonly name: TargetPath;
  readonly outcome: TagOutcome;
  /** In the order of asking; roles after the one that decided are there as not asked. */
  readonly steps: readonly TagStep[];
}

export function searchTag(roles: CollectionRoles, name: TargetPath): TagSearch {
  const files = new Map(
    [...roles.read].filter(([role]) => !roles.unusable.has(role)).map(([role, { payload }]) => [role, payload]),
  );
  const steps: TagStep[] = [];
  let outcome: TagOutcome | undefined;
  let isPastTargets = false;
  for (const look of lookUp(files, name, [RELEASES, TARGETS])) {
    const read = roles.read.get(look.role);
    const saw = outcome ? 'not asked' : sawOf(look, files.get(look.role)?.targets.has(name) === true, roles);
    steps.push({ role: look.role, version: read?.version, expires: read?.expires, saw });
    if (saw === 'lists it') outcome = decidedBy(look.role, files.get(look.role)?.targets.get(name));
    else if (saw === 'cannot be used' && !isPastTargets) outcome = stoppedBy(look.role, roles.unusable.get(look.role));
    isPastTargets ||= look.role === TARGETS;
  }
  return { name, outcome: outcome ?? { kind: 'not-found', why: 'absent' }, steps };
}

function sawOf({ role, maySpeak, hasFile }: LookedAt, isListed: boolean, roles: CollectionRoles): TagStep['saw'] {
  if (!maySpeak) return 'may not speak for it';
  if (hasFile) return isListed ? 'lists it' : 'does not list it';
  return roles.unusable.has(role) ? 'cannot be used' : 'nobody has published it';
}

function decidedBy(
  role: RoleName,
  entry: { readonly length: number; readonly hashes: ReadonlyMap<string, string> } | undefined,
): TagOutcome {
  if (role !== RELEASES && role !== TARGETS) return { kind: 'not-found', why: 'ignored', role };
  const sha256 = entry?.hashes.get('sha256');
  if (!entry || sha256 === undefined) return { kind: 'not-found', why: 'without-sha256', role };
  return { kind: 'found', role, sha256, length: entry.length };
}

function stoppedBy(role: RoleName, refusal: Refusal | undefined): TagOutcome | undefined {
  return refusal && { kind: refusal.code === 'POLICY_ROLE_EXCLUDED' ? 'excluded' : 'refused', role, refusal };
}
