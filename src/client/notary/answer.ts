/**
 * What an answer about a collection rests on: the verdict of every guard, with the remarks that are true of Notary, where
 * nothing that upstream signed says what is current.
 */
import { countNotarySigners } from '../../notary/signatures.ts';
import { type RoleName, TARGETS, TIMESTAMP, printable } from '../../tuf/names.ts';
import {
  type Remark,
  UNKNOWN_APPROVAL,
  deliveredRemark,
  retiredRemark,
  unknownToMemory,
  unknownUnderGrace,
} from '../answer/remarks.ts';
import { type Circumstances, type Standing, type Verdict, horizonOf } from '../answer/verdict.ts';
import { type Outlook, type Warning, warningsOf } from '../answer/warnings.ts';
import type { CollectionPin, Pin } from '../pin/pin.ts';
import type { GraceUse } from '../trust/expiry.ts';
import { newestOf } from '../trust/roots.ts';
import type { CollectionSession } from './session.ts';
import type { TagSearch } from './tag-search.ts';

type Around = Omit<Circumstances, 'excluded'>;

/** @param asked the roles that the answer relied on, in order */
export function collectionStanding(session: CollectionSession, asked: readonly RoleName[], around: Around): Standing {
  // What answers nothing has warnings of its own.
  const roles = asked.filter((role) => !session.roles.unusable.has(role));
  const { pin, mode } = around;
  const { now, chain, snapshot, statement, expiries } = session;
  const { timestamp } = snapshot.timestamp;
  const graceUsed = expiries.graceUsed([TIMESTAMP, ...roles]);
  return {
    ...{ repository: pin.repository, level: 'pinned', mode, now },
    asOf: statement.asOf.timestampExpires,
    asOfBy: 'mirror',
    deliveredBy: { generation: statement.generation, import: statement.import, until: timestamp.expires },
    ledger: undefined,
    // Stated by the mirror, and no more than that: a verdict’s versions of upstream’s are upstream’s own word.
    upstream: undefined,
    mirror: {
      root: newestOf(chain).root.version,
      timestamp: timestamp.version,
      snapshot: snapshot.snapshot.version,
    },
    horizon: horizonOf(session.roles.read, expiries, roles),
    graceUsed,
    warnings: [...warningsOf(outlookOf(session, pin), roles, { ...around, excluded: [] }), ...unusableRoles(session)],
    notKnown: notKnownOf(session, around, graceUsed),
  };
}

export function tagVerdict(
  session: CollectionSession,
  { name, outcome }: TagSearch,
  standing: Standing,
  { pin, hadMemory }: Around,
  { targets }: CollectionPin,
): Verdict {
  const found = outcome.kind === 'found' ? outcome : undefined;
  const answer = {
    ok: found !== undefined,
    code: found ? 'OK' : 'refusal' in outcome ? outcome.refusal.code : 'TRUST_UNLISTED_TARGET',
    ...{ target: name, sha256: found?.sha256, length: found?.length, authoredBy: found?.role },
  } as const;
  if (!found) return { ...standing, ...answer, established: [] };
  const { version, envelope } = session.roles.read.get(TARGETS) ?? {};
  const signers = envelope ? countNotarySigners(targets, envelope.message, envelope.signatures) : 0;
  const established: Remark[] = [
    {
      code: 'authored',
      text: `${printable(found.role)} lists ${printable(name)} as sha256:${found.sha256} (${found.length} bytes); targets version ${version ?? 0} is signed by ${signers} of the ${targets.threshold} keys that the pin asks for.`,
    },
    {
      code: 'delegations',
      text: 'The mirror lists exactly the roles that the pinned targets file declares; none that was seen before is missing.',
    },
    ...(hadMemory
      ? [{ code: 'marks', text: 'No role is older than this guard has seen it, nor other under the same version.' }]
      : []),
    ...(pin.policy.retired ? [retiredRemark(pin.policy.retired)] : []),
    deliveredRemark(session.statement),
  ];
  return { ...standing, ...answer, established };
}

function outlookOf({ now, expiries, contents, chain, statement }: CollectionSession, { policy }: Pin): Outlook {
  return {
    ...{ now, expiries, contents },
    isCarried: false,
    hasAgeLimit: !policy.retired,
    mirrorRootExpires: newestOf(chain).root.expires,
    backtracking: [],
    exclusions: statement.excluded,
  };
}

/** Roles whose tags have no answer. */
function unusableRoles({ roles }: CollectionSession): Warning[] {
  return [...roles.unusable].map(([role, refusal]): Warning => {
    const isExcluded = refusal.code === 'POLICY_ROLE_EXCLUDED';
    const text = `${refusal.what} No answer is given for tags that ${printable(role)} may speak for.`;
    return isExcluded
      ? { code: 'excluded-role', at: undefined, text }
      : { code: 'expired-role', at: roles.read.get(role)?.expires, text };
  });
}

function notKnownOf({ statement, roles }: CollectionSession, around: Around, graceUsed: readonly GraceUse[]): Remark[] {
  const until = statement.asOf.timestampExpires.toISOString();
  return [
    {
      code: 'newer-upstream',
      text: `Whether upstream has published, or revoked, anything since its timestamp that ended on ${until}; that this was its last one here is the mirror’s word.`,
    },
    {
      code: 'combination',
      text: 'Whether upstream ever published these roles together: the snapshot of a collection is the mirror’s own.',
    },
    {
      code: 'revocation',
      text: 'Whether upstream has replaced or revoked the pinned keys: a pin of a collection never learns of it.',
    },
    ...[...roles.unpublished].map((role) => ({
      code: 'unpublished',
      text: `Whether anybody has published ${printable(role)}: it is delegated to, the mirror lists no file of it, and this guard never saw one.`,
    })),
    ...unknownToMemory(around, 'the mirror'),
    UNKNOWN_APPROVAL,
    ...unknownUnderGrace(graceUsed),
  ];
}
