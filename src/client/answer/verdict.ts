/**
 * What an answer rests on, said in full: what is established, by whose keys; which permission was used; and what is not
 * known, because a verdict that is silent about it would promise it.
 * Source: docs/design/trust-rules.md, “What the guard checks”; docs/clients/guard.md for what each remark means.
 */
import type { Code } from '../../errors.ts';
import type { RoleName, TargetPath } from '../../tuf/names.ts';
import type { AuthoredRole } from '../../tuf/trusted-set.ts';
import type { Expiries, GraceUse } from '../trust/expiry.ts';
import type { Pin } from '../pin/pin.ts';
import { type Remark, establishedOf, notKnownOf } from './remarks.ts';
import type { Session } from '../trust/session.ts';
import type { Search } from '../resolve/search.ts';
import { type Outlook, type Warning, warningsOf } from './warnings.ts';

/** How an operation reaches its metadata: see `Guard`. */
export type Mode = 'online' | 'offline' | 'cache-first';

/** Where the state of an operation stands in time; the same for every answer of that operation. */
export interface Standing {
  readonly repository: string;
  /** `pinned`: a mirror under a pin. `carried`: originals only, no mirror keys anywhere. */
  readonly level: 'pinned' | 'carried';
  /** How this operation reached its metadata: `cache-first` says which of the two it became. */
  readonly mode: 'online' | 'offline' | 'cache';
  /** The one reference time. */
  readonly now: Date;
  /** Last moment at which upstream vouched for this state; undefined with static pins alone. */
  readonly asOf: Date | undefined;
  /** Whose word that is: upstream’s own signature, or the mirror’s statement about it. */
  readonly asOfBy: 'upstream' | 'mirror' | undefined;
  /** Who delivered it: the mirror’s generation and import; undefined at the carried level. */
  readonly deliveredBy: { readonly generation: number; readonly import: number; readonly until: Date } | undefined;
  /** What the mirror’s log shows of this state; undefined where the pin does not ask. */
  readonly ledger: LedgerStanding | undefined;
  /** Versions of upstream’s own roles; undefined with static pins alone. */
  readonly upstream: { readonly root: number; readonly timestamp: number; readonly snapshot: number } | undefined;
  /** Versions of the mirror’s own roles; undefined at the carried level. */
  readonly mirror: { readonly root: number; readonly timestamp: number; readonly snapshot: number } | undefined;
  /** The earliest expiry among the authored roles that were read: no mirror can move it. */
  readonly horizon: { readonly role: RoleName; readonly expires: Date } | undefined;
  readonly graceUsed: readonly GraceUse[];
  readonly warnings: readonly Warning[];
  readonly notKnown: readonly Remark[];
}

export interface LedgerStanding {
  readonly origin: string;
  /** Entry of the timestamp, and how many there are. */
  readonly index: number;
  readonly size: number;
  readonly witnesses: readonly string[];
  readonly approvals: number | undefined;
}

/** The answer about one target, with everything that it rests on. */
export interface Verdict extends Standing {
  readonly ok: boolean;
  /** `OK`, or the code of what is wrong. */
  readonly code: 'OK' | Code;
  readonly target: TargetPath;
  /** As signed; undefined when nothing was found, or upstream lists only other algorithms. */
  readonly sha256: string | undefined;
  readonly length: number | undefined;
  /** The role that lists the target; undefined when none does. */
  readonly authoredBy: RoleName | undefined;
  readonly established: readonly Remark[];
}

export interface Circumstances {
  readonly pin: Pin;
  readonly mode: Standing['mode'];
  readonly refreshedAt: Date | undefined;
  readonly damaged: number;
  readonly excluded: readonly RoleName[];
  /** Whether the guard had seen anything before. */
  readonly hadMemory: boolean;
}

/** @param roles those that the answer relied on, in order */
export function standingOf(session: Session, roles: readonly RoleName[], circumstances: Circumstances): Standing {
  const { pin, mode } = circumstances;
  const { mirror, evidence, now, expiries } = session;
  const graceUsed = expiries.graceUsed(['root', 'timestamp', 'snapshot', ...roles] as RoleName[]);
  const top = mirror?.top.snapshot;
  return {
    repository: pin.repository,
    level: pin.mirrorRoot ? 'pinned' : 'carried',
    mode,
    now,
    asOf: evidence?.asOf,
    asOfBy: evidence && 'upstream',
    deliveredBy: mirror &&
      top && {
        generation: mirror.statement.generation,
        import: mirror.statement.import,
        until: top.timestamp.timestamp.expires,
      },
    ledger: session.ledger && {
      origin: session.ledger.origin,
      index: session.ledger.index,
      size: session.ledger.size,
      witnesses: session.ledger.witnesses,
      approvals: session.ledger.approvals,
    },
    upstream: evidence?.versions,
    mirror: top && {
      root: top.timestamp.root.root.version,
      timestamp: top.timestamp.timestamp.version,
      snapshot: top.snapshot.version,
    },
    horizon: horizonOf(session.reader.roles, expiries, roles),
    graceUsed,
    warnings: warningsOf(outlookOf(session, pin), roles, circumstances),
    notKnown: notKnownOf(session, roles, circumstances, graceUsed),
  };
}

/** @param roles those that the search visited */
export function verdictOf(
  session: Session,
  { name, outcome }: Search,
  roles: readonly RoleName[],
  standing: Standing,
  { policy }: Pin,
): Verdict {
  const found = outcome.kind === 'found' ? outcome : undefined;
  return {
    ...standing,
    ok: found !== undefined,
    code:
      outcome.kind === 'found' ? 'OK' : outcome.kind === 'not-found' ? 'TRUST_UNLISTED_TARGET' : outcome.refusal.code,
    target: name,
    sha256: found?.target.hashes.get('sha256'),
    length: found?.target.length,
    authoredBy: found?.role,
    established: found ? establishedOf(session, roles, found, name, policy.retired) : [],
  };
}

function outlookOf({ now, expiries, contents, mirror, evidence, reader }: Session, { policy }: Pin): Outlook {
  const saysBacktrack = ({ payload }: AuthoredRole): boolean =>
    payload.delegations?.roles.some(({ byBacktrack }) => byBacktrack) === true;
  return {
    ...{ now, expiries, contents },
    isCarried: !mirror,
    hasAgeLimit: mirror !== undefined && evidence !== undefined && !policy.retired,
    mirrorRootExpires: mirror?.top.snapshot.timestamp.root.root.expires,
    backtracking: [...reader.roles].flatMap(([name, role]) => (saysBacktrack(role) ? [name] : [])),
    exclusions: mirror?.statement.excluded ?? new Map<RoleName, string>(),
  };
}

/** @param read every role that was read in the operation: a role of another’s search says nothing about this answer */
export function horizonOf(
  read: ReadonlyMap<RoleName, unknown>,
  expiries: Expiries,
  roles: readonly RoleName[],
): Standing['horizon'] {
  const dated = roles.flatMap((role) => {
    const expires = read.has(role) ? expiries.expiryOf(role) : undefined;
    return expires ? [{ role, expires }] : [];
  });
  return dated.sort((a, b) => a.expires.getTime() - b.expires.getTime())[0];
}
