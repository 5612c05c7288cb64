/**
 * Erasing sealed values: an event each, which says on which ground, and then the value itself, for good. Leaves keep only
 * commitments and digests, so every proof still verifies. What the value was cannot be told from them.
 *
 * The event comes first: a crash in between leaves a value that is said to be erased, which `audit verify` names and the
 * same command erases; the other order would leave a loss that nobody explains.
 */
import { isSameName } from '../decide/people.ts';
import { isRefusal, Refusal } from '../errors.ts';
import { isActive } from '../gate/people.ts';
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { EventBody } from '../ledger/events/types.ts';
import type { SealedKind, SealedStore } from '../ledger/sealed.ts';
import { parsePublicKeyLine } from '../sshsig/public-key.ts';
import { printable } from '../tuf/names.ts';
import type { AppendEvents } from './append.ts';
import { commitmentsIn } from './commitments.ts';
import { type Inquiry, inquire } from './inquiry.ts';
import { type AuditedRecord, opened, type SealedValues } from './record.ts';
import { signedIn } from './signed.ts';

export type Ground = EventBody<'redaction'>['ground'];
export const GROUNDS: readonly Ground[] = ['erasure-request', 'retention', 'mistake', 'legal-order'];

/** One value that is to go. */
export interface ToErase {
  readonly digest: string;
  /** Undefined for what is gone already. */
  readonly kind: SealedKind | undefined;
}

export interface Erased extends ToErase {
  /** The event that says so. */
  readonly entry: number;
}

/** @throws USAGE_OPTION for what no entry names and nothing is sealed under */
export function byCommitment(
  record: AuditedRecord,
  digest: string,
): { readonly inquiry: Inquiry; readonly values: readonly ToErase[] } {
  const naming: number[] = [];
  const inquiry = inquire(record, (event) => {
    if (digestsIn(event).includes(digest)) naming.push(event.n);
  });
  const sealed = valueOf(record.sealed, digest);
  if (naming.length === 0 && !sealed.kind) {
    throw new Refusal('USAGE_OPTION', `Nothing is sealed under ${printable(digest, 64)}.`, {
      next: 'Give the 64 hexadecimal digits of a commitment, as an entry has them, or --person NAME.',
    });
  }
  return { inquiry, values: [sealed] };
}

/**
 * What identifies a person: name, keys, signatures, what the person wrote, and what was written about why the person or a
 * key had to go. Reasons of changes about others stay: they are the others’, or the mirror’s.
 * @throws USAGE_UNKNOWN_OPERATOR; POLICY_NOT_PERMITTED while the person is an operator
 */
export function ofPerson(
  record: AuditedRecord,
  text: string,
): { readonly inquiry: Inquiry; readonly values: readonly ToErase[] } {
  const events: AnyEvent[] = [];
  const inquiry = inquire(record, (event) => events.push(event));
  const { rules } = inquiry.chronicle;
  const person = rules.people.person(inquiry.names.find(text) ?? '');
  if (!person) throw new Refusal('USAGE_UNKNOWN_OPERATOR', `Nobody was ever called “${printable(text, 80)}” here.`);
  if (isActive(person)) {
    throw new Refusal(
      'POLICY_NOT_PERMITTED',
      `${person.actor} is an operator: without name, keys and signatures nothing they decide would count.`,
      {
        next: 'Retire the person first: `countersign operator retire NAME`.',
      },
    );
  }
  const name = opened(record.sealed, person.name);
  const found = events.flatMap((event) => [
    ...signaturesBy(event, person.actor),
    ...textsOf(event, person.actor, name, record.sealed),
  ]);
  const keys = publicKeysOf(record.sealed, new Set(person.keys.map(({ fingerprint }) => fingerprint)));
  const digests = [...new Set([person.name, ...found, ...keys])];
  return { inquiry, values: digests.map((digest) => valueOf(record.sealed, digest)) };
}

/** @throws every refusal of a writer; then nothing was erased */
export async function erase(
  sealed: Pick<SealedStore, 'erase'>,
  { inquiry, values }: { readonly inquiry: Inquiry; readonly values: readonly ToErase[] },
  ground: Ground,
  append: AppendEvents,
): Promise<Erased[]> {
  const { redactions } = inquiry.chronicle;
  const fresh = values.filter(({ digest }) => !redactions.has(digest));
  const leaves =
    fresh.length === 0
      ? []
      : await append(
          fresh.map(({ digest }) => ({ type: 'redaction', actor: 'local', body: { commitment: digest, ground } })),
        );
  const entries = new Map(fresh.map(({ digest }, place) => [digest, leaves[place]?.index]));
  return values.map((value) => {
    // Also what is gone already: what a crash left in the write-ahead log goes with it.
    sealed.erase(value.digest);
    return { ...value, entry: entries.get(value.digest) ?? redactions.get(value.digest)?.index ?? 0 };
  });
}

/** An altered value is erased like any other. */
function valueOf(sealed: SealedValues, digest: string): ToErase {
  try {
    return { digest, kind: sealed.open(digest)?.kind };
  } catch (error) {
    if (isRefusal(error, 'STATE_SEALED')) return { digest, kind: 'message' };
    throw error;
  }
}

function digestsIn(event: AnyEvent): string[] {
  const signature = signedIn(event)?.signature?.sshsig_sha256;
  return [...commitmentsIn(event), ...(signature === undefined ? [] : [signature])];
}

function signaturesBy(event: AnyEvent, actor: string): string[] {
  const signed = signedIn(event);
  return signed?.signature && signerOf(event) === actor ? [signed.signature.sshsig_sha256] : [];
}

function signerOf(event: AnyEvent): string | undefined {
  if (event.type === 'import.claimed') return event.body.statement.importer.actor;
  if (event.type === 'approval') return event.body.statement.approver.actor;
  return event.type === 'change.signed' ? event.body.statement.signer.actor : undefined;
}

/** What the person wrote, and what says who they are or why they had to go. */
function textsOf(event: AnyEvent, actor: string, name: string | undefined, sealed: SealedValues): string[] {
  switch (event.type) {
    case 'import.claimed': {
      const { account } = event.body.statement.importer;
      const said = opened(sealed, account);
      const isNamed = said !== undefined && name !== undefined && isSameName(said, name);
      if (signerOf(event) === actor) return commitmentsIn(event);
      return isNamed && account !== null ? [account] : [];
    }
    case 'approval':
      return signerOf(event) === actor ? commitmentsIn(event) : [];
    case 'actor.retire':
    case 'key.revoke':
      return event.body.actor === actor ? commitmentsIn(event) : [];
    case 'change.signed':
      return event.body.statement.subject.actor === actor ? commitmentsIn(event) : [];
    default:
      return [];
  }
}

function publicKeysOf(sealed: SealedValues, fingerprints: ReadonlySet<string>): string[] {
  return sealed.all().flatMap(({ kind, value, digest }) => {
    if (kind !== 'public-key') return [];
    try {
      return fingerprints.has(parsePublicKeyLine(value.trim()).fingerprint) ? [digest] : [];
    } catch (error) {
      if (isRefusal(error)) return [];
      throw error;
    }
  });
}
