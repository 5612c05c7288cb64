/**
 * What the one who brings something in says about it, before anything is looked at: from where, why, on which ticket.
 * Recorded as said and believed by nobody. Where people have keys it is signed by the person (SSHSIG); otherwise it
 * stands for the account of this machine. Names, reasons and folders are sealed; the leaf carries commitments.
 */
import { Refusal } from '../errors.ts';
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import type { Decision } from '../verify/decisions.ts';
import type { EventBody } from './events/types.ts';
import { canonicalBytes } from './events/leaf.ts';
import { problemOf } from './events/shapes.ts';
import { type ImportClaim, importClaim, type MadeDecision } from './events/statements.ts';
import type { Claim } from './records.ts';
import type { SealedStore } from './sealed.ts';

/** A claim as the ledger takes it: the statement, and whose signature is under it. */
export type Claimed = EventBody<'import.claimed'>;

export interface ClaimRequest {
  readonly mirrorId: string;
  readonly claimId: string;
  readonly repository: RepositoryId;
  readonly profile: ImportClaim['profile'];
  readonly upstream: string;
  readonly enrolledRoot: Sha256;
  /** Where it comes from: an address without credentials, or a folder. */
  readonly location: string;
  readonly base: number | undefined;
  readonly claim: Claim;
  readonly decisions: readonly Decision[];
  readonly policySha256: string | undefined;
  readonly importer: { readonly actor: string; readonly key: string | undefined };
  readonly now: Date;
}

type Seal = (kind: 'reason' | 'account' | 'place', value: string) => string;

/** Half of a leaf: what was decided is told once more by the observation. */
const MOST_BYTES = 30_000;

/**
 * Values are sealed before the statement that commits to them exists, and none for a statement that no leaf could hold.
 * @throws USAGE_OPTION before anything is looked at: afterwards it could not be recorded
 */
export function makeClaim(sealed: SealedStore, request: ClaimRequest): ImportClaim {
  const tried = statementOf(request, () => '0'.repeat(64));
  const problem = problemOf(tried, importClaim);
  if (problem !== undefined || canonicalBytes(tried).length > MOST_BYTES) {
    throw new Refusal('USAGE_OPTION', `The ledger cannot hold this claim: ${problem ?? 'it is too long'}.`, {
      next: 'A ticket is its number, of 64 characters at most; words belong into --reason.',
    });
  }
  return statementOf(request, (kind, value) => sealed.seal(kind, value));
}

function statementOf(request: ClaimRequest, sealIn: Seal): ImportClaim {
  const { claim, importer, location } = request;
  const isOnline = /^https?:/.test(location);
  const seal = (kind: 'reason' | 'account', value: string | undefined): string | null =>
    value === undefined ? null : sealIn(kind, value);
  return {
    schema: 'import-claim/1',
    claim_id: request.claimId,
    mirror_id: request.mirrorId,
    repo_id: request.repository,
    profile: request.profile,
    upstream: { id: request.upstream, enrolled_root_sha256: request.enrolledRoot },
    source: {
      kind: isOnline ? 'online' : 'directory',
      uri: isOnline ? location : null,
      place: isOnline ? null : sealIn('place', location),
    },
    base_import_id: request.base ?? null,
    reason: { ticket: claim.ticket ?? null, text: seal('reason', claim.reason) },
    policy_seen: request.policySha256 ?? null,
    importer: { actor: importer.actor, key: importer.key ?? null, account: seal('account', claim.as) },
    decisions: request.decisions.map(asMember),
    claimed_at: formatDate(request.now),
  };
}

function asMember({ kind, role, version, reason }: Decision): MadeDecision {
  return { kind, role, version: version ?? null, reason };
}
