/**
 * What the mirror says about itself in the signed member `x-countersign`. It is the mirror’s word, under the mirror’s
 * keys: it tells where to look and who decided what, and it never replaces upstream’s evidence. What can be compared
 * with evidence is compared (`agreement.ts`).
 * Source: docs/reference/formats.md, “The signed member x-countersign”.
 */
import { Refusal } from '../../errors.ts';
import { parseDate } from '../../tuf/dates.ts';
import type { Envelope } from '../../tuf/envelope.ts';
import type { Json } from '../../tuf/json.ts';
import { type RepositoryId, type RoleName, type Sha256, isSha256, printable, roleName } from '../../tuf/names.ts';
import { refuseShape, Shape } from '../../tuf/shape.ts';

export interface AsOfStatement {
  readonly rootVersion: number;
  readonly timestampVersion: number;
  readonly timestampExpires: Date;
  readonly timestampSha256: Sha256;
  readonly snapshotVersion: number;
  readonly snapshotSha256: Sha256;
}

/** An operator’s named decision, with its reason. */
export interface DecisionStatement {
  readonly kind: string;
  readonly role: RoleName;
  readonly version: number | undefined;
  readonly reason: string;
}

export interface Statement {
  readonly repository: string;
  readonly generation: number;
  readonly import: number;
  readonly asOf: AsOfStatement;
  /** Roles that are deliberately not carried, with the reason; only the snapshot says so. */
  readonly excluded: ReadonlyMap<RoleName, string>;
  readonly decisions: readonly DecisionStatement[];
}

const MEMBER = 'x-countersign';
const NONE: ReadonlySet<string> = new Set();

/** @throws TRUST_MALFORMED when there is no statement, or one that cannot be read */
export function readStatement({ signed }: Pick<Envelope, 'signed'>, label: string): Statement {
  const shape = new Shape(signed.get(MEMBER), `${label} ${MEMBER}`, NONE);
  return {
    repository: shape.string('repository'),
    generation: shape.length('generation'),
    import: shape.length('import'),
    asOf: readAsOf(shape),
    excluded: new Map(readDecisions(shape, 'excluded').map(({ role, reason }) => [role, reason])),
    decisions: readDecisions(shape, 'decisions'),
  };
}

/** Metadata of one repository must not answer for another, even where they share keys (M-12, N-04). */
export function requireRepository({ signed }: Pick<Envelope, 'signed'>, label: string, repository: RepositoryId): void {
  const shape = new Shape(signed.get(MEMBER), `${label} ${MEMBER}`, NONE);
  const stated = shape.string('repository');
  if (stated === repository) return;
  throw new Refusal(
    'TRUST_WRONG_REPOSITORY',
    `${label} is signed for the repository “${printable(stated, 80)}”, and the pin is for ${repository}.`,
    { details: { stated: printable(stated, 80), pinned: repository } },
  );
}

function readAsOf(shape: Shape): AsOfStatement {
  const asOf = new Shape(shape.map('as_of'), `${shape.label} as_of`, NONE);
  const digest = (name: string): Sha256 => {
    const text = asOf.string(name);
    return isSha256(text) ? text : refuseShape(asOf.label, `has a ${name} that is no digest`);
  };
  const expires = parseDate(asOf.string('timestamp_expires'));
  if (!expires) return refuseShape(asOf.label, 'has a timestamp_expires that is no time');
  return {
    rootVersion: asOf.version('root_version'),
    timestampVersion: asOf.version('timestamp_version'),
    timestampExpires: expires,
    timestampSha256: digest('timestamp_sha256'),
    snapshotVersion: asOf.version('snapshot_version'),
    snapshotSha256: digest('snapshot_sha256'),
  };
}

function readDecisions(shape: Shape, member: 'decisions' | 'excluded'): DecisionStatement[] {
  if (!shape.has(member)) return [];
  return shape.array(member).map((value: Json) => {
    const made = new Shape(value, `${shape.label} ${member}`, NONE);
    return {
      kind: made.has('kind') ? made.string('kind') : 'exclude-role',
      role: roleName(made.string('role')),
      version: made.has('version') ? made.version('version') : undefined,
      reason: made.string('reason'),
    };
  });
}
