/**
 * Somebody signs: found by name, with a key that the ledger records as theirs, through their own ssh-keygen. Which key it
 * will be is known before they are asked, because the statement names it; what comes back is verified before it is used.
 */
import { Refusal } from '../errors.ts';
import { requirePerson, type Role } from '../gate/permissions.ts';
import { keysOf } from '../gate/people.ts';
import { verifyPerson } from '../gate/person.ts';
import type { Key } from '../gate/records.ts';
import type { Mirror, Person } from '../mirror.ts';
import { rulesOf } from '../mirror.ts';
import { readNamedFileIfAny } from '../platform/named-file.ts';
import { type PersonsKey, type SigningRequest, signWithSshKeygen } from '../platform/ssh-keygen.ts';
import { parsePublicKeyLine } from '../sshsig/public-key.ts';
import { printable } from '../tuf/names.ts';
import { findPerson, nameOf, publicKeys } from './people.ts';

/** Who is to sign, and with what. */
export interface Signing extends Pick<SigningRequest, 'environment' | 'tell'> {
  /** Under which the person was recorded; or the pseudonym. */
  readonly as: string;
  /** A private key’s file, or a public one’s whose private half the agent holds; otherwise the agent is asked. */
  readonly keyFile?: string | undefined;
}

/** Somebody who can sign, and what to call them. */
export interface Signer extends Person {
  readonly name: string | undefined;
  readonly roles: readonly string[];
}

export interface Required {
  readonly role?: Role;
  readonly team?: string;
  /** Whether only a key in a device counts. */
  readonly isHardwareOnly?: boolean;
}

/** Asks nobody yet. @throws USAGE_UNKNOWN_OPERATOR, POLICY_NOT_PERMITTED, USAGE_OPTION, USAGE_FILE, TRUST_KEY */
export async function signerFor(mirror: Mirror, signing: Signing, required: Required = {}): Promise<Signer> {
  const rules = rulesOf(mirror);
  const known = { rules, sealed: mirror.sealed };
  const { actor } = findPerson(known, signing.as);
  const { role, team, isHardwareOnly = false } = required;
  const wanted = { actor, ...(role && { role }), ...(team !== undefined && { team }) };
  const { keys, roles } = { ...requirePerson(rules, wanted), keys: keysOf(requirePerson(rules, wanted)) };
  const usable = isHardwareOnly ? keys.filter(({ isHardware }) => isHardware) : keys;
  const fingerprint = await fingerprintFor(signing, usable, actor);
  requirePerson(rules, { ...wanted, fingerprint });
  if (isHardwareOnly && !usable.some((key) => key.fingerprint === fingerprint)) {
    throw new Refusal(
      'POLICY_NOT_PERMITTED',
      `The key ${fingerprint} is in no device, and the policy asks for one that is.`,
    );
  }
  const key = keyFor(mirror, signing, fingerprint);
  return {
    actor,
    key: fingerprint,
    name: nameOf(known, actor),
    roles,
    async sign(message, purpose) {
      const { environment, tell } = signing;
      const extra = { ...(environment && { environment }), ...(tell && { tell }) };
      const armored = await signWithSshKeygen({ key, namespace: purpose, message, ...extra });
      // The file may hold another key than the one that lies beside it.
      const signed = verifyPerson(armored, message, purpose);
      if (signed.fingerprint === fingerprint) return armored;
      throw new Refusal('TRUST_SSH_SIGNATURE', `The key ${signed.fingerprint} signed, and not ${fingerprint}.`);
    },
  };
}

async function fingerprintFor({ keyFile, as }: Signing, usable: readonly Key[], actor: string): Promise<string> {
  const named = keyFile === undefined ? undefined : await publicHalf(keyFile);
  if (named !== undefined) return named;
  const [only, another] = usable;
  if (only && !another) return only.fingerprint;
  const next = only
    ? 'Name the public half: --key FILE.pub, with the private one beside it or in the agent.'
    : 'Let the others add a key: countersign operator add-key.';
  throw new Refusal(
    only ? 'USAGE_OPTION' : 'POLICY_NOT_PERMITTED',
    `${printable(as)} has ${only ? 'several keys, and which one signs must be known first' : 'no key that counts here'}.`,
    { next, details: { actor, keys: usable.map((key) => key.fingerprint) } },
  );
}

const LONGEST_PUBLIC = 16_384;

/** Of a private key’s file it is the public file beside it that is read: this program never opens a private one. */
async function publicHalf(keyFile: string): Promise<string | undefined> {
  const file = keyFile.endsWith('.pub') ? keyFile : `${keyFile}.pub`;
  const bytes = await readNamedFileIfAny(file, LONGEST_PUBLIC);
  if (bytes) return parsePublicKeyLine(bytes.toString('utf8')).fingerprint;
  if (keyFile.endsWith('.pub'))
    throw new Refusal('USAGE_FILE', `The file ${printable(keyFile)} cannot be read: there is none.`);
  return undefined;
}

function keyFor({ sealed }: Mirror, { keyFile }: Signing, fingerprint: string): PersonsKey {
  if (keyFile !== undefined) return { file: keyFile };
  const recorded = publicKeys(sealed).find((key) => key.fingerprint === fingerprint);
  if (recorded) return { publicKeyLine: recorded.line };
  throw new Refusal(
    'STATE_SIGNING',
    `The public key ${fingerprint} is not at hand, so the agent cannot be asked for it.`,
    {
      next: 'Name it with --key FILE.',
    },
  );
}
