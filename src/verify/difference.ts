/**
 * What would change, in meaning: who may sign and who did, to whom roles delegate, which target files come and go and
 * what those say that can be read, versions and expiry. Two states that mean the same have no difference.
 */
import { delegatedRoles } from '../tuf/delegations.ts';
import { compareUtf8 } from '../tuf/canonical.ts';
import { type RoleName, TARGETS } from '../tuf/names.ts';
import { type Change, type ChangeCount, Changes } from './difference/changes.ts';
import { compareDelegations } from './difference/delegations.ts';
import { dialectOf } from './difference/dialects.ts';
import { compareFile } from './difference/files.ts';
import type { Side, TargetContents } from './difference/side.ts';
import { type Authority, describeSigners } from './difference/signers.ts';
import { rolesOf, type StatedRole } from './difference/stated.ts';
import { compareTags } from './difference/tags.ts';
import { TargetComparison, type Tally } from './difference/targets.ts';
import { authorityOf, compareTopLevel, labelOf } from './difference/top-level.ts';

export interface Difference {
  /** The first of each kind. */
  readonly changes: readonly Change[];
  /** Of all of them. */
  readonly counts: readonly ChangeCount[];
  readonly targetFiles: Readonly<Tally>;
}

/** @param from what stood before; undefined where everything is new */
export function differenceBetween(from: Side | undefined, to: Side, contents?: TargetContents): Difference {
  const changes = new Changes();
  compareTopLevel(changes, from, to);
  const targets = new TargetComparison(changes, dialectOf(to), contents);
  compareRoles(changes, from, to, targets);
  if (to.dialect === 'notary') compareTags(changes, from?.dialect === 'notary' ? from : undefined, to);
  return { changes: changes.listed, counts: changes.counts, targetFiles: targets.tally };
}

function compareRoles(changes: Changes, from: Side | undefined, to: Side, targets: TargetComparison): void {
  const changed = inOrder(to).filter(
    (name) => from?.authored.get(name)?.fileSha256 !== to.authored.get(name)?.fileSha256,
  );
  const authorities = authoritiesOf(to, new Set(changed));
  const dialect = dialectOf(to);
  for (const name of changed) {
    const before = from?.authored.has(name) === true ? from.role(name) : undefined;
    const after = to.role(name);
    const place = { role: name, label: labelOf(name) };
    if (!before) {
      const text = `${place.label} is new, at version ${after.version} with ${after.payload.targets.size} ${dialect.targets}`;
      changes.add('role-added', { text, after: String(after.version) }, { role: name });
    }
    compareFile(changes, place, before, after, () => {
      describeSigners(changes, place, after, authorities.get(name) ?? []);
      compareDelegations(changes, dialect, name, before, after);
      targets.compare(name, before, after);
    });
  }
  for (const name of from ? inOrder(from) : []) {
    if (!from || to.authored.has(name)) continue;
    const before = from.role(name);
    const text = `${labelOf(name)} is no longer here; it was at version ${before.version} with ${before.payload.targets.size} ${dialect.targets}`;
    changes.add('role-removed', { text, before: String(before.version) }, { role: name });
    compareDelegations(changes, dialect, name, before, undefined);
    targets.compare(name, before, undefined);
  }
}

/** Who may sign each changed role: root for `targets`, and for another role everybody who delegates to it (D-01). */
function authoritiesOf(side: Side, changed: ReadonlySet<RoleName>): Map<RoleName, Authority[]> {
  const authorities = new Map([[TARGETS, authorityOf(rolesOf(side).get(TARGETS))]]);
  if (![...changed].some((name) => name !== TARGETS)) return authorities;
  for (const delegator of inOrder(side)) {
    for (const { name, role } of delegatedBy(side, delegator)) {
      if (!changed.has(name)) continue;
      const known = authorities.get(name);
      const [authority] = authorityOf(role, `as delegated by ${labelOf(delegator)}`);
      if (known && authority) known.push(authority);
      else if (authority) authorities.set(name, [authority]);
    }
  }
  return authorities;
}

function* delegatedBy(side: Side, delegator: RoleName): Iterable<{ name: RoleName; role: StatedRole }> {
  if (side.dialect === 'tuf') yield* delegatedRoles(side.role(delegator).payload.delegations);
  else for (const role of side.role(delegator).payload.delegations?.roles ?? []) yield { name: role.name, role };
}

/** `targets` first, then by name: an order that no database and no file chooses. */
function inOrder(side: Side): RoleName[] {
  const names = [...side.authored.keys()].filter((name) => name !== TARGETS).sort(compareUtf8);
  return side.authored.has(TARGETS) ? [TARGETS, ...names] : names;
}
