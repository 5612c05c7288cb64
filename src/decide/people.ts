/**
 * People by the names under which they were recorded. A leaf carries a commitment; here, beside the sealed store, it can be
 * opened. A name stands for one active person, however it is written, or a signature could be taken for somebody else’s
 * . Where a name was erased, the pseudonym still names the person.
 */
import { Refusal } from '../errors.ts';
import { isActive } from '../gate/people.ts';
import type { Person } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import type { SealedStore } from '../ledger/sealed.ts';
import { isExact } from '../sshsig/patterns.ts';
import { parsePublicKeyLine, type SshPublicKey } from '../sshsig/public-key.ts';
import { printable } from '../tuf/names.ts';

export interface Known {
  readonly rules: Rules;
  readonly sealed: Pick<SealedStore, 'open' | 'all'>;
}

const PSEUDONYM = /^a-[0-9a-f]{20}$/;
const LONGEST_NAME = 80;

/** Undefined for one that was erased, and for whoever is nobody here. */
export function nameOf(
  { rules, sealed }: Pick<Known, 'rules'> & { sealed: Pick<SealedStore, 'open'> },
  actor: string,
): string | undefined {
  const person = rules.people.person(actor);
  return person && sealed.open(person.name)?.value;
}

/** For people to read: a name, or the pseudonym where there is none any more. */
export function calledBy(known: Parameters<typeof nameOf>[0], actor: string): string {
  return actor === 'local' ? 'this machine’s account' : printable(nameOf(known, actor) ?? actor);
}

/** A sentence with names in place of pseudonyms, as far as they can be opened: for people, and never for the ledger. */
export function withNames(known: Parameters<typeof nameOf>[0], text: string): string {
  return text.replace(/\ba-[0-9a-f]{20}\b/g, (actor) => calledBy(known, actor));
}

/** @param typed a name, or a pseudonym. @throws USAGE_UNKNOWN_OPERATOR */
export function findPerson(known: Known, typed: string): Person {
  const { rules } = known;
  const byPseudonym = PSEUDONYM.test(typed) ? rules.people.person(typed) : undefined;
  const found = byPseudonym
    ? [byPseudonym]
    : [...rules.people.all()].filter((person) => isCalled(known, person, typed));
  // Whoever came back is another person to the ledger; the one who left is meant only where nobody else is.
  const person = found.find((one) => isActive(one)) ?? found.at(-1);
  if (person) return person;
  throw new Refusal('USAGE_UNKNOWN_OPERATOR', `There is no operator “${printable(typed)}”.`);
}

/** Whether anybody has been recorded: until then the account of this machine decides. */
export function isSolo({ people }: Rules): boolean {
  return [...people.all()].length === 0;
}

/** @throws USAGE_OPTION for what could be taken for something else, USAGE_OPERATOR_EXISTS for a name in use */
export function requireFreeName(known: Known, name: string): void {
  const isPlain = printable(name) === name && name.trim() === name && isExact(name) && !/["\\]/.test(name);
  if (!isPlain || name.length > LONGEST_NAME || /^(local$|system:|a-[0-9a-f]{20}$)/i.test(name)) {
    throw new Refusal(
      'USAGE_OPTION',
      `“${printable(name)}” cannot be an operator’s name: 1 to ${LONGEST_NAME} characters, none of * ? ! , " and \\.`,
    );
  }
  const taken = [...known.rules.people.all()].find((person) => isActive(person) && isCalled(known, person, name));
  if (taken)
    throw new Refusal('USAGE_OPERATOR_EXISTS', `There is an operator ${printable(name)}.`, {
      details: { actor: taken.actor },
    });
}

/**
 * The same key in another dress would count as a second one (K-02): a file’s key called a device’s has another fingerprint.
 * @throws USAGE_OPERATOR_EXISTS
 */
export function requireNewMaterial({ rules, sealed }: Known, key: SshPublicKey): void {
  const twin = publicKeys(sealed).find(
    ({ material, fingerprint }) => material === key.material && fingerprint !== key.fingerprint,
  );
  const owner = twin && rules.people.owner(twin.fingerprint);
  if (!owner) return;
  throw new Refusal(
    'USAGE_OPERATOR_EXISTS',
    `The key ${key.fingerprint} is the key ${twin.fingerprint} of ${owner.actor} under another kind.`,
    {
      details: { actor: owner.actor, key: twin.fingerprint },
    },
  );
}

/** Every public key that is at hand, recorded or only proposed. */
export function publicKeys(sealed: Pick<SealedStore, 'all'>): SshPublicKey[] {
  return sealed.all().flatMap(({ kind, value }) => (kind === 'public-key' ? [parsePublicKeyLine(value)] : []));
}

function isCalled({ sealed }: Known, person: Person, typed: string): boolean {
  const name = sealed.open(person.name)?.value;
  return name !== undefined && isSameName(name, typed);
}

/** “Ann”, “ann” and “Ａnn” are one name to a reader. */
export function isSameName(one: string, other: string): boolean {
  return folded(one) === folded(other);
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
