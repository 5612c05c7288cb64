/**
 * The two halves of a verdict: what is established, and by whose keys; and what is not known, because a verdict that is
 * silent about it would promise it.
 */
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type RoleName, type TargetPath, printable } from '../../tuf/names.ts';
import { countSigners } from '../../tuf/signatures.ts';
import type { GraceUse } from '../trust/expiry.ts';
import type { Retired } from '../pin/pin.ts';
import { exchangeableRoles } from './identity.ts';
import type { Logged } from '../trust/ledger.ts';
import type { Session } from '../trust/session.ts';
import type { Statement } from '../trust/statement.ts';

/** One thing that is established or not known; the code is stable, the text is for people. */
export interface Remark {
  readonly code: string;
  readonly text: string;
}

/** @param roles those that the search visited */
export function establishedOf(
  session: Session,
  roles: readonly RoleName[],
  { role, target }: { readonly role: RoleName; readonly target: TargetEntry },
  name: TargetPath,
  retired: Retired | undefined,
): Remark[] {
  const { reader, authority, evidence, mirror } = session;
  const start = reader.roles.get(authority.role);
  const signers = start ? countSigners(authority.keys, start.envelope.message, start.envelope.signatures) : 0;
  const whose = evidence && !authority.isPinned ? `upstream’s root version ${evidence.versions.root}` : 'the pin';
  const remarks: Remark[] = [];
  const add = (code: string, text: string): void => void remarks.push({ code, text });
  add(
    'authored',
    `${printable(role)} lists ${printable(name)} (${target.length} bytes); ${printable(authority.role)} is signed by ${signers} of the ${authority.keys.threshold} keys that ${whose} asks for.`,
  );
  if (evidence) {
    const { asOf, versions } = evidence;
    add(
      'vouched',
      `Upstream vouched for this state until ${asOf.toISOString()}, by its own timestamp version ${versions.timestamp}.`,
    );
  }
  if (evidence && mirror) {
    const isWhole = exchangeableRoles(session, roles).length === 0;
    add(
      'combined',
      isWhole
        ? 'Every role on the way is the one that upstream’s snapshot lists; nothing was combined or withheld.'
        : 'Every role on the way has the version that upstream’s snapshot lists; none was withheld.',
    );
  }
  if (retired) remarks.push(retiredRemark(retired));
  if (mirror) remarks.push(deliveredRemark(mirror.statement));
  if (session.ledger) {
    const { origin, index, size, witnesses, witnessedAt, approvals } = session.ledger;
    const seen =
      witnesses.length === 0
        ? ''
        : `; ${witnesses.map((witness) => printable(witness, 80)).join(', ')} have seen it${witnessedAt ? `, last at ${witnessedAt.toISOString()}` : ''}`;
    add('logged', `It is entry ${index} of the ${size} in the log ${printable(origin, 80)}${seen}.`);
    if (approvals !== undefined) add('approved', `${approvals} of the people in the pin approved this import.`);
  }
  return remarks;
}

export function deliveredRemark({ generation, import: number }: Pick<Statement, 'generation' | 'import'>): Remark {
  return {
    code: 'delivered',
    text: `The mirror signed it as its newest: generation ${generation}, import ${number}.`,
  };
}

interface Circumstances {
  readonly mode: 'online' | 'offline' | 'cache';
  readonly refreshedAt: Date | undefined;
  readonly hadMemory: boolean;
}

export function notKnownOf(
  session: Session,
  roles: readonly RoleName[],
  { mode, refreshedAt, hadMemory }: Circumstances,
  graceUsed: readonly GraceUse[],
): Remark[] {
  const { evidence, mirror, authority } = session;
  const remarks: Remark[] = [];
  const add = (code: string, text: string): void => void remarks.push({ code, text });
  if (evidence) {
    const { asOf, versions } = evidence;
    // As-of is when its word ends, not when it was given: what it did since it signed is unknown even before that.
    add(
      'newer-upstream',
      `Whether upstream has published, or revoked, anything since it signed timestamp version ${versions.timestamp}, its own last word here, which ends on ${asOf.toISOString()}.`,
    );
  } else {
    add('upstream-age', 'How old this is: with static pins alone, nothing signed by upstream says so.');
    add('combination', 'Whether upstream ever published these roles together: no snapshot of upstream’s is checked.');
  }
  if (authority.isPinned) {
    add('revocation', 'Whether upstream has replaced or revoked the pinned keys: static pins never learn of it.');
  }
  for (const role of exchangeableRoles(session, roles)) {
    add(
      'identity',
      `Whether the file of ${printable(role)} is its own: other roles have its keys, and upstream’s snapshot lists no hashes.`,
    );
  }
  remarks.push(...unknownToMemory({ mode, refreshedAt, hadMemory }, mirror ? 'the mirror' : 'the copy'));
  if (mirror) addApproval(add, session.ledger);
  return [...remarks, ...unknownUnderGrace(graceUsed)];
}

/** What a memory would know, and what only asking would tell. */
export function unknownToMemory({ mode, refreshedAt, hadMemory }: Circumstances, whose: string): Remark[] {
  const remarks: Remark[] = [];
  if (!hadMemory) {
    const text = 'Whether anything newer was ever served here: this guard had no memory, and rests on its pin alone.';
    remarks.push({ code: 'memory', text });
  }
  if (mode !== 'online' && refreshedAt) {
    const text = `Whether ${whose} has anything newer since the last refresh on ${refreshedAt.toISOString()}.`;
    remarks.push({ code: 'newer-mirror', text });
  }
  return remarks;
}

export function unknownUnderGrace(graceUsed: readonly GraceUse[]): Remark[] {
  return graceUsed.map(({ role, expired }) => ({
    code: 'expired',
    text: `Whether ${printable(role)} would still be signed today: it expired on ${expired.toISOString()}, and was believed by permission.`,
  }));
}

/** Nothing of a ledger was asked for. */
export const UNKNOWN_APPROVAL: Remark = {
  code: 'approval',
  text: 'Who brought this in and who approved it: no ledger proof is checked.',
};

/** That the pin calls upstream retired, and what holds in place of its age. */
export function retiredRemark({ reason }: Retired): Remark {
  const text = `The pin calls upstream retired (${printable(reason, 500)}): every role is there in the version that it names, and no other.`;
  return { code: 'retired', text };
}

/** What the log does not show, at each of the levels at which it can be asked. */
function addApproval(add: (code: string, text: string) => void, ledger: Logged | undefined): void {
  if (!ledger) {
    add(UNKNOWN_APPROVAL.code, UNKNOWN_APPROVAL.text);
    return;
  }
  if (ledger.witnesses.length === 0)
    add('witnesses', 'Whether others are shown the same log: the pin asks for no witness.');
  if (ledger.approvals === undefined)
    add('approval', 'Who approved this: the log says so to auditors, and the pin asks for no approval.');
}
