/**
 * A guard’s memory as one small document: what it has seen, when, and the digests of the files it holds. Which files are
 * good is decided anew on every use; the marks and the times have nobody else to vouch for them, so a document that
 * cannot be read is refused and never replaced by a blank one (F-02).
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { formatDate, parseDate } from '../../tuf/dates.ts';
import { type Json, type JsonObject, jsonObject, parseJson, stringifyJson } from '../../tuf/json.ts';
import {
  type RepositoryId,
  type RoleName,
  type Sha256,
  type TargetPath,
  isSha256,
  roleName,
  targetPath,
} from '../../tuf/names.ts';
import { Shape, refuseShape } from '../../tuf/shape.ts';
import type { SeenContent } from '../trust/contents.ts';
import type { Marks } from '../trust/marks.ts';

/** Digests of one repository’s top: roots after the pinned one, in order. */
export interface HeldDigests {
  readonly roots: readonly Sha256[];
  readonly timestamp: Sha256 | undefined;
  readonly snapshot: Sha256 | undefined;
}

export interface HeldRole {
  readonly version: number;
  readonly sha256: Sha256;
}

export interface GuardState {
  readonly repository: RepositoryId;
  /** The latest reference time of an operation that succeeded: the clock must not be earlier (F-07). */
  readonly lastTrustedTime: Date;
  /** When the network was asked last, successfully. */
  readonly refreshedAt: Date;
  readonly mirror: HeldDigests;
  readonly upstream: HeldDigests;
  readonly roles: ReadonlyMap<RoleName, HeldRole>;
  /** Target files that are kept, by name. */
  readonly targets: ReadonlyMap<TargetPath, Sha256>;
  readonly marks: Marks;
  /** What upstream signed under the versions that were seen, by role. */
  readonly contents: ReadonlyMap<RoleName, SeenContent>;
  /** What the mirror’s log showed last. */
  readonly ledger: HeldLedger | undefined;
}

/** The checkpoint has nobody else to vouch for it, so it stands here whole; the proof is one of the held files. */
export interface HeldLedger {
  readonly checkpoint: string;
  readonly proof: Sha256;
  readonly approvals: Sha256 | undefined;
}

const FORMAT = 'guard-state/v1';
const MEMBERS = new Set([
  ...[
    'countersign',
    'repository',
    'last_trusted_time',
    'refreshed_at',
    'mirror',
    'upstream',
    'roles',
    'targets',
    'marks',
    'contents',
    'ledger',
  ],
]);
const TOP = new Set(['roots', 'timestamp', 'snapshot']);
const ROLE = new Set(['version', 'sha256']);
const LEDGER = new Set(['checkpoint', 'proof', 'approvals']);
const MARKS = new Set(['root', 'timestamp', 'snapshot', 'roles']);

/** @throws STATE_CACHE */
export function readState(bytes: Uint8Array, repository: RepositoryId): GuardState {
  try {
    const shape = new Shape(parseJson(bytes, 'the guard’s state', 8), 'the guard’s state', MEMBERS);
    if (shape.string('countersign') !== FORMAT) refuseShape(shape.label, `is not ${FORMAT}`);
    if (shape.string('repository') !== repository)
      refuseShape(shape.label, `is of another repository than ${repository}`);
    return {
      repository,
      lastTrustedTime: readTime(shape, 'last_trusted_time'),
      refreshedAt: readTime(shape, 'refreshed_at'),
      mirror: readTop(shape, 'mirror'),
      upstream: readTop(shape, 'upstream'),
      roles: readRoles(shape),
      targets: new Map(
        [...shape.map('targets')].map(([name, digest]) => [targetPath(name), asDigest(digest, shape.label)]),
      ),
      marks: readMarks(shape),
      contents: readContents(shape),
      ledger: shape.has('ledger') ? readHeldLedger(shape) : undefined,
    };
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new Refusal('STATE_CACHE', `The memory of this guard cannot be read: ${cause.what}`, { cause });
  }
}

export function writeState(state: GuardState): Uint8Array {
  const { marks } = state;
  const document = jsonObject({
    countersign: FORMAT,
    repository: state.repository,
    last_trusted_time: formatDate(state.lastTrustedTime),
    refreshed_at: formatDate(state.refreshedAt),
    marks: jsonObject({
      root: marks.root,
      timestamp: marks.timestamp,
      snapshot: marks.snapshot,
      roles: new Map(marks.roles),
    }),
    mirror: topObject(state.mirror),
    upstream: topObject(state.upstream),
    roles: new Map([...state.roles].map(([role, { version, sha256 }]) => [role, jsonObject({ version, sha256 })])),
    targets: new Map(state.targets),
    contents: new Map(
      [...state.contents].map(([role, { version, signedSha256 }]) => [
        role,
        jsonObject({ version, sha256: signedSha256 }),
      ]),
    ),
    ledger: state.ledger && jsonObject({ ...state.ledger }),
  });
  return Buffer.from(`${stringifyJson(document)}\n`, 'utf8');
}

/** Every file that the state names. */
export function digestsOf({ mirror, upstream, roles, targets, ledger }: GuardState): Set<Sha256> {
  const tops = [mirror, upstream].flatMap(({ roots, timestamp, snapshot }) => [...roots, timestamp, snapshot]);
  const shown = [ledger?.proof, ledger?.approvals];
  const all = [...shown, ...tops, ...[...roles.values()].map(({ sha256 }) => sha256), ...targets.values()];
  return new Set(all.filter((digest) => digest !== undefined));
}

function topObject({ roots, timestamp, snapshot }: HeldDigests): JsonObject {
  return jsonObject({ roots: [...roots], timestamp, snapshot });
}

function readTime(shape: Shape, name: string): Date {
  return parseDate(shape.string(name)) ?? refuseShape(shape.label, `has a ${name} that is no time`);
}

function readTop(shape: Shape, name: string): HeldDigests {
  const top = new Shape(shape.map(name), `${shape.label} ${name}`, TOP);
  const optional = (member: string): Sha256 | undefined =>
    top.has(member) ? asDigest(top.object.get(member), top.label) : undefined;
  return {
    roots: top.array('roots').map((digest) => asDigest(digest, top.label)),
    timestamp: optional('timestamp'),
    snapshot: optional('snapshot'),
  };
}

function readRoles(shape: Shape): Map<RoleName, HeldRole> {
  return new Map(
    [...shape.map('roles')].map(([name, value]) => {
      const role = new Shape(value, `${shape.label} roles`, ROLE);
      return [roleName(name), { version: role.version(), sha256: asDigest(role.object.get('sha256'), role.label) }];
    }),
  );
}

function readContents(shape: Shape): Map<RoleName, SeenContent> {
  return new Map(
    [...shape.map('contents')].map(([name, value]) => {
      const content = new Shape(value, `${shape.label} contents`, ROLE);
      const signedSha256 = asDigest(content.object.get('sha256'), content.label);
      return [roleName(name), { version: content.version(), signedSha256 }];
    }),
  );
}

function readHeldLedger(shape: Shape): HeldLedger {
  const held = new Shape(shape.map('ledger'), `${shape.label} ledger`, LEDGER);
  return {
    checkpoint: held.string('checkpoint'),
    proof: asDigest(held.object.get('proof'), held.label),
    approvals: held.has('approvals') ? asDigest(held.object.get('approvals'), held.label) : undefined,
  };
}

function readMarks(shape: Shape): Marks {
  const marks = new Shape(shape.map('marks'), `${shape.label} marks`, MARKS);
  const roles = [...marks.map('roles')].map(([name, version]): [RoleName, number] => {
    if (typeof version !== 'number' || version < 1) return refuseShape(marks.label, 'has a role without a version');
    return [roleName(name), version];
  });
  return {
    root: marks.version('root', 0),
    timestamp: marks.version('timestamp', 0),
    snapshot: marks.version('snapshot', 0),
    roles: new Map(roles),
  };
}

function asDigest(value: Json | undefined, label: string): Sha256 {
  return typeof value === 'string' && isSha256(value)
    ? value
    : refuseShape(label, 'names a file by something that is no digest');
}
