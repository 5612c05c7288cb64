/**
 * People’s keys for `ssh-keygen -Y verify`: those that counted then, those that count now, and those that were revoked. The
 * keys come from the sealed values and out of the signatures themselves; each must have the fingerprint that the ledger
 * recorded for that person.
 */
import { isRefusal } from '../../errors.ts';
import { isActive } from '../../gate/people.ts';
import type { Key } from '../../gate/records.ts';
import { type AllowedSigners, formatAllowedSigners } from '../../sshsig/allowed-signers.ts';
import { PURPOSES, type Purpose } from '../../sshsig/namespaces.ts';
import { parsePublicKeyLine, type SshPublicKey } from '../../sshsig/public-key.ts';
import { parseSignature } from '../../sshsig/signature.ts';
import type { Inquiry } from '../inquiry.ts';
import { opened } from '../record.ts';
import { signedIn } from '../signed.ts';
import type { LoggedEntry } from './needed-entries.ts';

/** One statement that a person signed, and how to ask ssh-keygen about it. */
export interface SignedStatementFile {
  readonly entry: number;
  readonly path: string;
  readonly actor: string;
  readonly purpose: Purpose;
  /** received_at of its entry. */
  readonly at: Date;
  /** Why the key counts no more; undefined while it does. */
  readonly overSince: string | undefined;
}

export interface SignersFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly signed: readonly SignedStatementFile[];
}

/** What people sign for in the ledger. */
const NAMESPACES = [PURPOSES.importClaim, PURPOSES.importApproval, PURPOSES.policyChange, PURPOSES.breakGlass];

/** @param placeOf where the statement of an entry lies */
export function signersFiles(
  inquiry: Inquiry,
  entries: readonly LoggedEntry[],
  placeOf: (event: LoggedEntry['event']) => string | undefined,
): SignersFiles {
  const { people } = inquiry.chronicle.rules;
  const published = publicKeys(inquiry, entries);
  const keys = entries.flatMap(({ event }) => (event.type === 'key.add' ? (people.key(event.body.key) ?? []) : []));
  const known = keys.flatMap((key) => {
    const line = published.get(key.fingerprint);
    return line ? [{ key, line }] : [];
  });
  const signer = ({ actor }: Key, key: SshPublicKey): AllowedSigners[number] => {
    return { principals: [actor], key, namespaces: NAMESPACES, isCertAuthority: false };
  };
  const then = known.map(({ key, line }) => {
    const end = endOf(inquiry, key);
    return { ...signer(key, line), validAfter: key.added.at, ...(end && { validBefore: end }) };
  });
  const now = known.filter(({ key }) => !endOf(inquiry, key)).map(({ key, line }) => signer(key, line));
  const revoked = known.filter(({ key }) => key.revoked).map(({ line }) => line.line);
  return {
    files: new Map([
      ['allowed_signers.then', formatAllowedSigners(then)],
      ['allowed_signers.now', formatAllowedSigners(now)],
      ['revoked_keys', revoked.length === 0 ? '# none\n' : `${revoked.join('\n')}\n`],
    ]),
    signed: entries.flatMap((entry) => signedFile(inquiry, entry, placeOf(entry.event)) ?? []),
  };
}

/** From then on the key counted no more. A second before it began, nothing counted: such a key has no end of its own. */
function endOf({ chronicle }: Inquiry, { actor, added, revoked }: Key): Date | undefined {
  const person = chronicle.rules.people.person(actor);
  const ends = [revoked, person?.retired].flatMap((mark) => mark?.at.getTime() ?? []);
  return ends.length === 0 ? undefined : new Date(Math.max(added.at.getTime() + 1000, Math.min(...ends)));
}

function signedFile(
  { chronicle, record }: Inquiry,
  { event }: LoggedEntry,
  path: string | undefined,
): SignedStatementFile | undefined {
  const signed = signedIn(event);
  const key = chronicle.rules.people.key(signed?.key ?? '');
  if (!signed || !key || path === undefined || opened(record.sealed, signed.signature?.sshsig_sha256) === undefined)
    return undefined;
  const person = chronicle.rules.people.person(key.actor);
  const revoked = key.revoked && `the key was revoked in entry ${key.revoked.index}`;
  const retired =
    person && !isActive(person) ? `the person was retired in entry ${String(person.retired?.index)}` : undefined;
  return {
    ...{ entry: event.n, path, actor: key.actor, purpose: signed.purpose, at: event.at },
    overSince: revoked ?? retired,
  };
}

function publicKeys({ record }: Inquiry, entries: readonly LoggedEntry[]): Map<string, SshPublicKey> {
  const lines = record.sealed
    .all()
    .filter(({ kind }) => kind === 'public-key')
    .map(({ value }) => value.trim());
  const keys = lines.flatMap((line) => readable(() => parsePublicKeyLine(line)));
  const inSignatures = entries.flatMap(({ event }) => {
    const armored = opened(record.sealed, signedIn(event)?.signature?.sshsig_sha256);
    return armored === undefined ? [] : readable(() => parseSignature(armored).key);
  });
  return new Map([...keys, ...inSignatures].map((key) => [key.fingerprint, key]));
}

/** What cannot be read is no key; `audit verify` says so. */
function readable(read: () => SshPublicKey): SshPublicKey[] {
  try {
    return [read()];
  } catch (error) {
    if (isRefusal(error)) return [];
    throw error;
  }
}
