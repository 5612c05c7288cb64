/**
 * Every authored role of a collection, from the pinned targets file down: all of them, because only then can be said which
 * roles a snapshot must list. A delegation is read under the keys that its one delegator gives it (N-06).
 *
 * Stock clients pass over a role that cannot be had, and whatever it listed disappears without a word (7.3). Here it ends
 * the operation, but for two cases that leave the other roles as good as they were: a role that has expired, and one that
 * the mirror states not to carry. Then no answer is given for names that such a role may speak for.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import type { NotaryEnvelope } from '../../notary/envelope.ts';
import type { NotaryListing } from '../../notary/hashes.ts';
import { parseNotaryTargets } from '../../notary/metadata.ts';
import type { NotaryRole } from '../../notary/signatures.ts';
import type { CollectionRole, TrustedCollectionSnapshot } from '../../notary/trusted-set.ts';
import type { Limits } from '../../tuf/limits.ts';
import { type RoleName, TARGETS, printable } from '../../tuf/names.ts';
import type { ExpiryRule } from '../../tuf/trusted-set.ts';
import { excludedRole } from '../trust/agreement.ts';
import type { Contents } from '../trust/contents.ts';
import type { Expiries } from '../trust/expiry.ts';
import { type Held, heldRole } from '../remember/held.ts';
import type { Statement } from '../trust/statement.ts';

export interface CollectionRoles {
  /** Verified but for what `unusable` says of them, in the order of their delegation. */
  readonly read: ReadonlyMap<RoleName, CollectionRole>;
  /** Why a role answers nothing: it has expired, or the mirror states that it does not carry it. */
  readonly unusable: ReadonlyMap<RoleName, Refusal>;
  /** Delegated to, and nobody ever published a file for it, as far as this guard has seen. */
  readonly unpublished: ReadonlySet<RoleName>;
}

interface RoleRules {
  /** Who must have signed `targets`: the pin’s own keys, whatever the mirror’s root says. */
  readonly keys: NotaryRole;
  readonly held: Held;
  readonly contents: Contents;
  readonly statement: Statement;
  readonly expiries: Expiries;
  readonly limits: Limits;
  /** Absent when nothing may be asked of the network. */
  readonly obtain: ((role: RoleName, listing: NotaryListing) => Promise<Uint8Array>) | undefined;
}

interface Step {
  readonly name: RoleName;
  readonly keys: NotaryRole;
  readonly delegator: RoleName | undefined;
}

/** @throws TRUST_ROLE_REMOVED, TRUST_EQUIVOCATION, TRUST_LIMIT, and whatever a role is refused with */
export async function readRoles(snapshot: TrustedCollectionSnapshot, rules: RoleRules): Promise<CollectionRoles> {
  const read = new Map<RoleName, CollectionRole>();
  const unusable = new Map<RoleName, Refusal>();
  const unpublished = new Set<RoleName>();
  const queue: Step[] = [{ name: TARGETS, keys: rules.keys, delegator: undefined }];
  // Each role has one delegator, in its name, so none comes twice.
  for (const { name, keys, delegator } of queue) {
    if (queue.length > rules.limits.roles) throw tooMany(rules.limits);
    const { role, expired } = await readOne(snapshot, { name, keys, delegator }, rules);
    read.set(name, role);
    if (expired) unusable.set(name, expired);
    for (const delegation of role.payload.delegations?.roles ?? []) {
      const excluded = excludedRole(delegation.name, rules.statement);
      if (excluded) unusable.set(delegation.name, excluded);
      else if (snapshot.isPublished(delegation.name))
        queue.push({ name: delegation.name, keys: delegation, delegator: name });
      else unpublished.add(delegation.name);
    }
  }
  return { read, unusable, unpublished };
}

async function readOne(
  snapshot: TrustedCollectionSnapshot,
  { name, keys, delegator }: Step,
  rules: RoleRules,
): Promise<{ readonly role: CollectionRole; readonly expired: Refusal | undefined }> {
  const { held, contents, expiries, limits } = rules;
  const listing = snapshot.snapshot.payload.roles.get(name);
  const known = held.state?.roles.get(name);
  // By digest: a held file that the snapshot lists is that very file.
  const kept = known && known.sha256 === listing?.hashes.get('sha256') ? await heldRole(held, name) : undefined;
  const bytes = kept ?? (await fetched(name, listing, rules));
  let expired: Refusal | undefined;
  const expiry: ExpiryRule = (role, date) => {
    try {
      expiries.upstream(role, date);
    } catch (error) {
      // Below targets it is that role’s publisher who was late; nobody else’s tags must wait for them.
      if (role === TARGETS || !isRefusal(error, 'TRUST_EXPIRED')) throw error;
      expired = error;
    }
  };
  const role = snapshot.authored(name, keys, bytes, delegator, expiry);
  contents.compare(name, role);
  if (known?.version === role.version && known.sha256 !== role.envelope.fileSha256) {
    const before = contents.wasSeen(name, role.version) ? await heldRole(held, name) : undefined;
    if (before) requireSignedAnew(name, parseNotaryTargets(before, name, limits).envelope, role);
  }
  return { role, expired };
}

async function fetched(name: RoleName, listing: NotaryListing | undefined, { obtain }: RoleRules): Promise<Uint8Array> {
  if (!listing)
    throw new Refusal('TRUST_ROLE_WITHHELD', `${printable(name)} is missing from the mirror’s snapshot.`, {
      details: { role: name },
    });
  if (obtain) return obtain(name, listing);
  throw new Refusal('SOURCE_OFFLINE', `The file of ${printable(name)} is not at hand.`, { details: { role: name } });
}

/**
 * Other bytes around the same signed content are upstream’s when somebody signed them anew. White space, and signatures
 * that are merely left out or moved, need no key at all: stock clients take such files, and so could not tell (7.3).
 */
function requireSignedAnew(name: RoleName, before: NotaryEnvelope, { version, envelope }: CollectionRole): void {
  const known = new Set(before.signatures.map(({ bytes }) => Buffer.from(bytes).toString('base64')));
  if (envelope.signatures.some(({ bytes }) => !known.has(Buffer.from(bytes).toString('base64')))) return;
  throw new Refusal(
    'TRUST_EQUIVOCATION',
    `The file of ${printable(name)} version ${version} has other bytes than before, and no signature that was not there.`,
    { details: { role: name, version }, next: 'Somebody altered the file on its way: tell the mirror’s operator.' },
  );
}

function tooMany({ roles }: Limits): Refusal {
  return new Refusal('TRUST_LIMIT', `The collection delegates to more than ${roles} roles.`, {
    details: { limit: 'roles' },
  });
}
