/**
 * Where every repository stands, first of all the two facts that the mirror cannot change: as-of (until when upstream
 * vouched for what is carried) and horizon (the earliest expiry among the authored roles). Each problem says who must
 * act and whether the mirror can help.
 */
import type { Office } from './decide/office.ts';
import type { PolicyInForce } from './gate/records.ts';
import type { LedgerReader } from './ledger/reader.ts';
import type { Current, Enrolment, GenerationRole, ImportRecord, IssuedFile } from './ledger/records.ts';
import { parseNotaryRoot } from './notary/metadata.ts';
import { certificatesEnd } from './notary/root-certificates.ts';
import type { Keyring } from './sign/keyring.ts';
import { formatDate } from './tuf/dates.ts';
import { type MirrorRole, type RepositoryId, TARGETS, printable } from './tuf/names.ts';
import { DAY_MS } from './verify/policy.ts';

/** `fails`: a client that refreshes now is refused. */
export type StatusKind =
  | 'nothing-published'
  | 'needs-root'
  | 'needs-approvals'
  | 'needs-command'
  | 'needs-import'
  | 'rejected'
  | 'cooling-off'
  | 'blocked'
  | 'dead-man'
  | 'mirror-expired'
  | 'certificate-near'
  | 'dead-horizon'
  | 'horizon-near'
  | 'upstream-expired'
  | 'renewal-late';

export interface Problem {
  readonly kind: StatusKind;
  readonly role?: string;
  readonly text: string;
  /** Whether every client fails because of it, or only those that need the role. */
  readonly fails: 'every client' | 'some clients' | 'nobody yet';
  readonly whoActs: 'upstream' | 'mirror operator' | 'root key holders' | 'importer' | 'approvers' | 'nobody';
  readonly canMirrorHelp: boolean;
}

export interface RepositoryStatus {
  readonly id: RepositoryId;
  readonly generation: number | undefined;
  readonly import: number | undefined;
  readonly versions:
    | { readonly root: number; readonly snapshot: number; readonly timestamp: number; readonly targets: number }
    | undefined;
  /** RFC 3339: the last moment upstream vouched for what is carried. Renewing never moves it. */
  readonly asOf: string | undefined;
  readonly upstreamTimestampVersion: number | undefined;
  /** Since when nobody is expected to vouch for anything newer, RFC 3339; what is served is final. */
  readonly retiredAt: string | undefined;
  /** When renewal stops unless something newer is imported; undefined as well where it never does. */
  readonly renewableUntil: string | undefined;
  /** The earliest expiry among reachable authored roles. */
  readonly horizon: { readonly role: string; readonly expires: string } | undefined;
  readonly mirrorExpires: { readonly root: string; readonly snapshot: string; readonly timestamp: string } | undefined;
  readonly lastImport:
    | {
        readonly number: number;
        readonly outcome: string;
        readonly finishedAt: string;
        readonly code: string | undefined;
      }
    | undefined;
  readonly excluded: readonly { readonly role: string; readonly reason: string }[];
  /** By which rules its imports become public; undefined where the ledger was not asked. */
  readonly policy: PolicyInForce | undefined;
  readonly problems: readonly Problem[];
}

export interface StatusDocument {
  /** False when a client would fail now. */
  readonly ok: boolean;
  readonly at: string;
  /** True in a trial: whoever takes this machine takes the mirror’s root as well. */
  readonly rootKeyOnline: boolean;
  readonly repositories: readonly RepositoryStatus[];
  /** Who decides here and what waits for them; undefined where the ledger was not asked. */
  readonly office: Office | undefined;
}

interface Asked {
  readonly reader: LedgerReader;
  readonly keyring: Pick<Keyring, 'hasRootOnline'>;
  readonly office?: Office | undefined;
}

const NEAR_DAYS = 14;
const CERTIFICATE_NEAR_DAYS = 365;

export function statusOf(asked: Asked, now: Date, only?: RepositoryId): StatusDocument {
  const { reader, keyring, office } = asked;
  const enrolments = only === undefined ? reader.enrolments() : [reader.enrolment(only)];
  const repositories = enrolments.map((enrolment) => reader.together(() => repositoryStatus(asked, enrolment, now)));
  const ok = repositories.every(({ problems }) => problems.every(({ fails }) => fails !== 'every client'));
  return { ok, at: formatDate(now), rootKeyOnline: keyring.hasRootOnline, repositories, office };
}

function repositoryStatus(asked: Asked, enrolment: Enrolment, now: Date): RepositoryStatus {
  const { reader, office } = asked;
  const { id } = enrolment;
  const current = reader.current(id);
  const [lastImport] = reader.imports(id, 1);
  const accepted = reader.lastAccepted(id);
  const { retired } = enrolment;
  const base = {
    id,
    retiredAt: retired && formatDate(retired.at),
    policy: office?.policyOf(id),
    lastImport: lastImport && {
      number: lastImport.number,
      outcome: lastImport.outcome,
      finishedAt: formatDate(lastImport.finishedAt),
      code: lastImport.code,
    },
  };
  if (!current) {
    const problem = (accepted && waitingProblem(asked, accepted, true)) ?? nothingPublished(id);
    return {
      ...base,
      generation: undefined,
      import: undefined,
      versions: undefined,
      asOf: undefined,
      upstreamTimestampVersion: undefined,
      renewableUntil: undefined,
      horizon: undefined,
      mirrorExpires: undefined,
      excluded: [],
      problems: [problem],
    };
  }
  const published = reader.import(reader.importOfGeneration(id, current.generation));
  const roles = reader.generationRoles(id, current.generation);
  const issued = issuedNow(reader, current);
  const horizon = earliest(roles);
  const isFinal = retired?.import === published.number;
  const renewableUntil =
    published.asOf &&
    !isFinal &&
    new Date(published.asOf.timestampExpires.getTime() + enrolment.maxUpstreamAgeDays * DAY_MS);
  return {
    ...base,
    generation: current.generation,
    import: published.number,
    versions: {
      root: current.rootVersion,
      snapshot: current.snapshotVersion,
      timestamp: current.timestampVersion,
      targets: roles.find(({ role }) => role === TARGETS)?.version ?? 0,
    },
    asOf: published.asOf && formatDate(published.asOf.timestampExpires),
    upstreamTimestampVersion: published.asOf?.timestampVersion,
    renewableUntil: renewableUntil ? formatDate(renewableUntil) : undefined,
    horizon: horizon && { role: horizon.role, expires: formatDate(horizon.expires) },
    mirrorExpires: {
      root: formatDate(issued.root.expires),
      snapshot: formatDate(issued.snapshot.expires),
      timestamp: formatDate(issued.timestamp.expires),
    },
    excluded: published.decisions
      .filter(({ kind }) => kind === 'exclude-role')
      .map(({ role, reason }) => ({ role: printable(role), reason })),
    problems: [
      ...(accepted && (office ?? accepted.number !== published.number) ? waitingProblems(asked, accepted) : []),
      ...mirrorProblems(issued, now),
      ...certificateProblems(reader, enrolment, issued.root, now),
      ...(renewableUntil ? upstreamProblems(published, renewableUntil, now) : []),
      ...roles.filter(({ reachable }) => reachable).flatMap((role) => horizonProblem(role, now, isFinal)),
    ],
  };
}

function issuedNow(reader: LedgerReader, current: Current): Record<MirrorRole, IssuedFile> {
  const { repository } = current;
  return {
    root: reader.issuedVersion(repository, 'root', current.rootVersion),
    snapshot: reader.issuedVersion(repository, 'snapshot', current.snapshotVersion),
    timestamp: reader.issuedVersion(repository, 'timestamp', current.timestampVersion),
  };
}

function earliest(roles: readonly GenerationRole[]): GenerationRole | undefined {
  const reachable = roles.filter((role) => role.reachable);
  return reachable.reduce<GenerationRole | undefined>(
    (first, role) => (first && first.expires <= role.expires ? first : role),
    undefined,
  );
}

function nothingPublished(id: RepositoryId): Problem {
  return {
    kind: 'nothing-published',
    text: `${id} is enrolled and nothing was imported yet.`,
    fails: 'every client',
    whoActs: 'importer',
    canMirrorHelp: true,
  };
}

function waitingProblems(asked: Asked, accepted: ImportRecord): Problem[] {
  const problem = waitingProblem(asked, accepted, false);
  return problem ? [problem] : [];
}

/** What the newest import waits for; undefined when it waits for nothing, because what is public was gone back to. */
function waitingProblem({ office, keyring }: Asked, accepted: ImportRecord, isFirst: boolean): Problem | undefined {
  const { repository } = accepted;
  if (!office) return needsRoot(repository, accepted.number, isFirst);
  const waiting = office.waiting.get(repository);
  if (!waiting) return undefined;
  const { import: number, refusal, needsCommand } = waiting;
  const fails = isFirst ? 'every client' : 'nobody yet';
  const base = { fails, canMirrorHelp: true } as const;
  if (refusal) {
    const { kind, whoActs } = needsCommand ? COMMAND : (WAITS[refusal.code] ?? BLOCKED);
    return { ...base, kind, whoActs, text: `${refusal.what} ${refusal.next}` };
  }
  const hasWaited = office.policyOf(repository).policy.cooling_off_hours > 0;
  if (!keyring.hasRootOnline && !hasWaited) return needsRoot(repository, number, isFirst);
  return { ...base, ...COMMAND, text: `Import ${number} may be public now: countersign publish ${number}.` };
}

const COMMAND = { kind: 'needs-command', whoActs: 'mirror operator' } as const;
const BLOCKED = { kind: 'blocked', whoActs: 'mirror operator' } as const;
const WAITS: Readonly<Record<string, Pick<Problem, 'kind' | 'whoActs'>>> = {
  POLICY_APPROVALS: { kind: 'needs-approvals', whoActs: 'approvers' },
  POLICY_REJECTED: { kind: 'rejected', whoActs: 'approvers' },
  POLICY_COOLING_OFF: { kind: 'cooling-off', whoActs: 'nobody' },
  POLICY_NOT_PERMITTED: { kind: 'needs-import', whoActs: 'importer' },
};

function needsRoot(id: RepositoryId, number: number, isFirst: boolean): Problem {
  return {
    kind: 'needs-root',
    text: `Import ${number} waits for a new mirror root: countersign root draft ${id}, root sign, root accept ${id}.`,
    fails: isFirst ? 'every client' : 'nobody yet',
    whoActs: 'root key holders',
    canMirrorHelp: true,
  };
}

function mirrorProblems(issued: Record<MirrorRole, IssuedFile>, now: Date): Problem[] {
  return (['root', 'snapshot', 'timestamp'] as const).flatMap((role): Problem[] => {
    const { at, expires } = issued[role];
    const base = {
      role,
      whoActs: role === 'root' ? 'root key holders' : 'mirror operator',
      canMirrorHelp: true,
    } as const;
    const when = formatDate(expires);
    if (expires <= now) {
      return [
        { ...base, kind: 'mirror-expired', text: `The mirror’s ${role} expired on ${when}.`, fails: 'every client' },
      ];
    }
    // Renewal happens at half life; past three quarters something keeps it from happening.
    const isLate = now.getTime() > at.getTime() + 0.75 * (expires.getTime() - at.getTime());
    const remedy =
      role === 'root' ? 'hold the ceremony' : 'is `countersign serve`, or a timer for `countersign renew`, running?';
    return isLate
      ? [
          {
            ...base,
            kind: 'renewal-late',
            text: `The mirror’s ${role} expires on ${when}: ${remedy}`,
            fails: 'nobody yet',
          },
        ]
      : [];
  });
}

/**
 * A year ahead, because time alone does not help: a client of a collection learns a new certificate only by looking while the
 * one that it remembers is still valid (docs/design/notary.md).
 */
function certificateProblems(
  reader: LedgerReader,
  { id, collection, limits }: Enrolment,
  { fileSha256 }: IssuedFile,
  now: Date,
): Problem[] {
  if (!collection) return [];
  const root = parseNotaryRoot(reader.bytes(fileSha256), 'the mirror’s root', limits);
  const { first, isTaken } = certificatesEnd(root, collection.servedAs, now);
  if (first.getTime() - now.getTime() > CERTIFICATE_NEAR_DAYS * DAY_MS) return [];
  const verb = first > now ? 'ends' : 'ended';
  return [
    {
      ...{ kind: 'certificate-near', role: 'root', whoActs: 'root key holders', canMirrorHelp: true },
      text: `A certificate in the mirror’s root ${verb} on ${formatDate(first)}: its holder makes a new one with keys public, and a ceremony lists it: countersign root draft ${id} --root-key FILE. A client that has not looked by then must forget the collection.`,
      fails: isTaken ? 'nobody yet' : 'every client',
    },
  ];
}

function upstreamProblems({ asOf }: ImportRecord, renewableUntil: Date, now: Date): Problem[] {
  if (!asOf || asOf.timestampExpires > now) return [];
  const since = formatDate(asOf.timestampExpires);
  if (renewableUntil < now) {
    const text = `Renewal has stopped: upstream last vouched for this until ${since}, beyond maxUpstreamAge.`;
    return [{ kind: 'dead-man', text, fails: 'nobody yet', whoActs: 'importer', canMirrorHelp: false }];
  }
  const text = `Upstream last vouched for this until ${since}; renewal goes on until ${formatDate(renewableUntil)} unless something newer is imported.`;
  return [{ kind: 'upstream-expired', text, fails: 'nobody yet', whoActs: 'importer', canMirrorHelp: true }];
}

/** An authored role’s expiry: the one thing that no mirror can move. */
function horizonProblem({ role, expires }: GenerationRole, now: Date, isFinal: boolean): Problem[] {
  const when = formatDate(expires);
  const base = { role: printable(role), whoActs: isFinal ? 'nobody' : 'upstream', canMirrorHelp: false } as const;
  if (expires <= now) {
    const fails = role === TARGETS ? 'every client' : 'some clients';
    return [
      {
        ...base,
        kind: 'dead-horizon',
        fails,
        text: `${printable(role)} expired on ${when}: clients refuse it, and ${isFinal ? 'upstream, which could renew it, is retired' : 'only upstream can renew it'}.`,
      },
    ];
  }
  if (expires.getTime() - now.getTime() > NEAR_DAYS * DAY_MS) return [];
  return [
    {
      ...base,
      kind: 'horizon-near',
      fails: 'nobody yet',
      text: `${printable(role)} expires on ${when}: ${isFinal ? 'upstream is retired, so move its users elsewhere before' : 'import a renewed one before; only upstream can renew it'}.`,
    },
  ];
}
