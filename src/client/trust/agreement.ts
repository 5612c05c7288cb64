/**
 * The mirror’s snapshot against upstream’s: for every role that is reached, both must name the same file. Upstream signed
 * which versions belong together; the mirror may choose when it imports, never what it combines (M-05, M-08, W-11).
 * Entries that nobody delegates to are not compared: they answer nothing.
 */
import { Refusal } from '../../errors.ts';
import type { Listing } from '../../tuf/metadata.ts';
import { type RoleName, printable } from '../../tuf/names.ts';
import type { TrustedSnapshot } from '../../tuf/trusted-set.ts';
import type { AsOfStatement, Statement } from './statement.ts';
import type { Evidence } from './evidence.ts';

/**
 * The mirror’s entry for a role that a search reached, equal to upstream’s.
 * @throws POLICY_ROLE_EXCLUDED, TRUST_ROLE_WITHHELD, TRUST_MIX_AND_MATCH, TRUST_ROLE_UNLISTED (upstream’s own gap)
 */
export function agreedListing(
  role: RoleName,
  delegator: RoleName | undefined,
  mirror: TrustedSnapshot,
  statement: Statement,
  upstream: TrustedSnapshot | undefined,
): Listing {
  // First: what is excluded may be a role that upstream delegates to and does not publish.
  const excluded = excludedRole(role, statement);
  if (excluded) throw excluded;
  const ours = mirror.snapshot.payload.roles.get(role);
  const theirs = upstream?.listing(role, delegator);
  if (!ours) {
    throw new Refusal(
      'TRUST_ROLE_WITHHELD',
      `${printable(role)}${delegator === undefined ? '' : `, to which ${printable(delegator)} delegates,`} is missing from the mirror’s snapshot version ${mirror.snapshot.version}.`,
      { details: { role } },
    );
  }
  const difference = theirs && differenceOf(ours, theirs);
  if (difference === undefined) return ours;
  throw new Refusal('TRUST_MIX_AND_MATCH', `${printable(role)}: ${difference}.`, {
    details: { role, mirror: ours.version, upstream: theirs?.version ?? 0 },
  });
}

/**
 * POLICY_ROLE_EXCLUDED for a role that the mirror states not to carry; undefined for every other. What is excluded is
 * excluded even where the mirror lists an older file of it: the statement is the answer.
 */
export function excludedRole(role: RoleName, { excluded }: Statement): Refusal | undefined {
  const reason = excluded.get(role);
  if (reason === undefined) return undefined;
  return new Refusal(
    'POLICY_ROLE_EXCLUDED',
    `The mirror does not carry ${printable(role)}: ${printable(reason, 500)}.`,
    {
      details: { role, reason: printable(reason, 500) },
    },
  );
}

function differenceOf(ours: Listing, theirs: Listing): string | undefined {
  if (ours.version !== theirs.version) {
    return `the mirror lists version ${ours.version}, and upstream’s snapshot version ${theirs.version}`;
  }
  if (ours.length !== undefined && theirs.length !== undefined && ours.length !== theirs.length) {
    return `the mirror lists ${ours.length} bytes, and upstream’s snapshot ${theirs.length}`;
  }
  const algorithm = [...theirs.hashes.keys()].find((name) => {
    const hash = ours.hashes.get(name);
    return hash !== undefined && hash !== theirs.hashes.get(name);
  });
  return algorithm === undefined
    ? undefined
    : `the mirror lists another ${printable(algorithm, 20)} than upstream’s snapshot`;
}

const EXPIRY = 'the timestamp’s expiry';

/**
 * What the mirror signed about its evidence must be what the evidence is: a statement that is false once is a lie.
 * @throws TRUST_EVIDENCE
 */
export function requireTrueStatement(asOf: AsOfStatement, { versions, asOf: vouched }: Evidence): void {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['root', asOf.rootVersion, versions.root],
    ['timestamp', asOf.timestampVersion, versions.timestamp],
    ['snapshot', asOf.snapshotVersion, versions.snapshot],
    [EXPIRY, asOf.timestampExpires.getTime(), Math.floor(vouched.getTime() / 1000) * 1000],
  ];
  // The root chain may have grown since the import; it can never be shorter than what the statement rests on.
  const wrong = pairs.find(([name, stated, real]) => (name === 'root' ? stated > real : stated !== real));
  if (!wrong) return;
  const [name, ...numbers] = wrong;
  const [stated = '', real = ''] = numbers.map((number) =>
    name === EXPIRY ? new Date(number).toISOString() : String(number),
  );
  throw new Refusal(
    'TRUST_EVIDENCE',
    `The mirror states ${name} ${stated} of upstream, and its evidence says ${real}.`,
    { details: { stated, real } },
  );
}
