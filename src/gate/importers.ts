/**
 * Who brought an import in. From the claim and from every key under it, so that nobody passes for somebody else by what
 * they write. The account of this machine is nobody: it can be kept from approving, because it has no key, and not
 * from importing unless somebody is recorded as an importer.
 */
import { PURPOSES } from '../sshsig/namespaces.ts';
import { isActive, type People } from './people.ts';
import { whyUnsigned } from './person.ts';
import { isBy, type ImportRecord, type Signatures } from './records.ts';

/** The people who may not approve it where the policy excludes the importer. */
export function importersOf(people: People, { claim }: ImportRecord): ReadonlySet<string> {
  const { actor, key } = claim.statement.importer;
  const named = [actor, claim.by].map((one) => people.person(one));
  const owners = [key, claim.signature?.key].map((one) => people.owner(one ?? ''));
  return new Set([...named, ...owners].filter((one) => one !== undefined).map((one) => one.actor));
}

interface Recorded {
  readonly people: People;
  readonly mirrorId: string;
}

/**
 * Why nobody who may import stands behind the claim; undefined when somebody does, or nobody has to. As soon as one person
 * is recorded as an importer, only such people import: or an importer could bring something in as the account of this
 * machine, and approve it.
 */
export function whyNoImporter(
  { people, mirrorId }: Recorded,
  { claim }: ImportRecord,
  signatures: Signatures,
): string | undefined {
  if (!people.hasImporters(claim.index)) return undefined;
  const { statement, signature } = claim;
  const { actor, key: fingerprint } = statement.importer;
  if (signature === null || fingerprint !== signature.key) return 'it is not signed by the key that it names';
  const person = people.person(actor);
  if (!person || !isActive(person, claim.index) || !person.roles.includes('importer')) {
    return 'whoever it names was no importer';
  }
  const key = people.key(fingerprint);
  if (key?.actor !== actor || !isBy(key.added, claim.index)) return 'the key was not that person’s';
  if (key.revoked) return 'the key was revoked';
  if (statement.mirror_id !== mirrorId) return 'it was given to another mirror';
  return whyUnsigned({ statement, key: fingerprint, signature, purpose: PURPOSES.importClaim }, signatures, false);
}
