/**
 * The two halves of a verdict: what is established, and by whose keys; and what is not known, because a verdict that is
 * silent about it would promise it.
 */
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type RoleName, type TargetPath, printable } from '../../tuf/names.ts';
import { countSigners } from '../../tuf/signatures.ts';
import type { GraceUse } from '../trust/expiry.ts';
import { exchangeableRoles } from './identity.ts';
import type { Logged } from '../trust/ledger.ts';
import type { Session } from '../trust/session.ts';

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
  if (mirror) {
    const { generation, import: number } = mirror.statement;
    add('delivered', `The mirror signed it as its newest: generation ${generation}, import ${number}.`);
  }
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
  if (!hadMemory) {
    add('memory', 'Whether anything newer was ever served here: this guard had no memory, and rests on its pin alone.');
  }
  if (mode !== 'online' && refreshedAt) {
    const whose = mirror ? 'the mirror' : 'the copy';
    add('newer-mirror', `Whether ${whose} has anything newer since the last refresh on ${refreshedAt.toISOString()}.`);
  }
  if (mirror) addApproval(add, session.ledger);
  for (const { role, expired } of graceUsed) {
    add(
      'expired',
      `Whether ${printable(role)} would still be signed today: it expired on ${expired.toISOString()}, and was believed by permission.`,
    );
  }
  return remarks;
}

/** What the log does not show, at each of the levels at which it can be asked. */
function addApproval(add: (code: string, text: string) => void, ledger: Logged | undefined): void {
  if (!ledger) {
    add('approval', 'Who brought this in and who approved it: no ledger proof is checked.');
    return;
  }
  if (ledger.witnesses.length === 0)
    add('witnesses', 'Whether others are shown the same log: the pin asks for no witness.');
  if (ledger.approvals === undefined)
    add('approval', 'Who approved this: the log says so to auditors, and the pin asks for no approval.');
}
