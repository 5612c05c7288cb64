/**
 * What a pin of a Notary collection says in place of a TUF repository’s: under which name it is served, and whose `targets`
 * are believed. Of Notary’s own metadata nothing else reaches a guard that upstream signed, so keys and mirror root must be
 * there, and everything that would need more is refused.
 */
import { readKeys, readRole } from '../../notary/role-keys.ts';
import { type NotaryRole, asTufRole } from '../../notary/signatures.ts';
import { TrustedCollection } from '../../notary/trusted-set.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { TARGETS, unsafeFileName } from '../../tuf/names.ts';
import { hasSameKeys } from '../../tuf/signatures.ts';
import type { Member } from './own-document.ts';
import { readRootBytes, requireCounting, shapeOfRole } from './pin-trust.ts';
import type { CollectionPin } from './pin.ts';

/** Members that a pin of a collection cannot have, and why. */
const UNFIT = {
  upstream_root: 'is not possible for a collection yet: the mirror serves no root chain of a Notary server',
  ledger: 'is not possible for a collection yet: the mirror serves no proofs beside it',
} as const;

type Sibling = (name: 'location' | 'mirror_root' | 'targets' | keyof typeof UNFIT) => Member;

/**
 * @param sibling the other members of the pin
 * @throws CONFIG_PIN; also when the mirror’s root gives the targets role to other keys than the pin (M-02)
 */
export function readCollection(
  collection: Member,
  sibling: Sibling,
): { readonly pin: CollectionPin; readonly mirrorRoot: Uint8Array } {
  const servedAs = readServedName(collection.closed(['served_as'])('served_as'));
  for (const [name, problem] of Object.entries(UNFIT)) {
    sibling(name as keyof typeof UNFIT).optional((present) => present.refuse(problem));
  }
  // Everything lies in one folder below the address.
  sibling('location').closed(['base']);
  const root = sibling('mirror_root');
  const targets =
    sibling('targets').optional(readPinnedKeys) ?? sibling('targets').refuse('is needed for a collection');
  const mirrorRoot = root.optional(readRootBytes) ?? root.refuse('is needed for a collection');
  const { root: parsed } = root.attempt(() => TrustedCollection.enrol(mirrorRoot, servedAs, DEFAULT_LIMITS));
  if (!hasSameKeys(asTufRole(parsed.payload.roles.targets), asTufRole(targets))) {
    root.refuse('gives the targets role to other keys than targets does, or another threshold');
  }
  return { pin: { servedAs, targets }, mirrorRoot };
}

/** It becomes part of addresses and, for a copy, of paths; nothing in it may lead elsewhere (P-04, N-07). */
function readServedName(member: Member): string {
  const name = member.text();
  const reason = unsafeFileName(name);
  if (reason !== undefined) member.refuse(`is no name of a collection: ${reason}`);
  if (name.split('/').includes('_trust'))
    member.refuse('has the segment “_trust”, where the server’s own routes begin');
  return name;
}

/** Keys as Notary lists them: each under the digest of itself, none that could never count. */
function readPinnedKeys(targets: Member): NotaryRole {
  const member = targets.closed(['targets_rolename', 'threshold', 'keys']);
  // Stock clients begin at targets; a pin that began elsewhere would answer other questions than they ask.
  if (member('targets_rolename').text() !== TARGETS)
    member('targets_rolename').refuse('must be targets for a collection');
  const listed = member('keys');
  const keys = listed.attempt(() => readKeys(listed.object(), listed.place, DEFAULT_LIMITS));
  requireCounting(listed, keys, ({ keytype }) => [keytype]);
  return targets.attempt(() => readRole(shapeOfRole(targets, keys), keys, 'refused'));
}
