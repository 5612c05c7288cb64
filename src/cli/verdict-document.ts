/**
 * Verdicts as JSON: the members that scripts and auditors read, as docs/reference/cli-json.md fixes them. Names are those
 * of the pin and of signed metadata, with underscores; every member is always there.
 */
import type { Look, Search, Visit } from '../client/resolve/search.ts';
import { MOST_UNMATCHED } from '../client/resolve/explain.ts';
import type { TagSearch } from '../client/notary/tag-search.ts';
import type { Standing, Verdict } from '../client/answer/verdict.ts';
import { formatDate } from '../tuf/dates.ts';

/** Where a guard stands in time, without a question about a target. */
export function standingDocument(standing: Standing): object {
  const { deliveredBy, horizon } = standing;
  return {
    repository: standing.repository,
    level: standing.level,
    mode: standing.mode,
    checked_at: formatDate(standing.now),
    delivered_by: deliveredBy && {
      generation: deliveredBy.generation,
      import: deliveredBy.import,
      until: formatDate(deliveredBy.until),
    },
    ledger: standing.ledger,
    as_of: standing.asOf && formatDate(standing.asOf),
    as_of_by: standing.asOfBy,
    horizon: horizon && { role: horizon.role, expires: formatDate(horizon.expires) },
    upstream: standing.upstream,
    mirror: standing.mirror,
    grace_used: standing.graceUsed.map(({ role, expired, until, by, reason }) => ({
      role,
      expired: formatDate(expired),
      until: formatDate(until),
      by,
      reason,
    })),
    warnings: standing.warnings.map(({ code, text, at }) => ({ code, text, at: at && formatDate(at) })),
    not_known: standing.notKnown.map(({ code, text }) => ({ code, text })),
  };
}

export function verdictDocument(verdict: Verdict): object {
  return {
    ok: verdict.ok,
    code: verdict.code,
    target: verdict.target,
    sha256: verdict.sha256,
    length: verdict.length,
    authored_by: verdict.authoredBy,
    established: verdict.established.map(({ code, text }) => ({ code, text })),
    ...standingDocument(verdict),
  };
}

/** A search: how it ended, and the tree of the roles that were visited. */
export function searchDocument({ outcome, visit }: Search): object {
  return {
    outcome: outcome.kind,
    ended_by: outcome.kind === 'not-found' ? outcome.endedBy : outcome.role,
    walk: visitDocument(visit),
  };
}

/** A search for a tag: how it ended, and every role in the order of asking. */
export function tagSearchDocument({ outcome, steps }: TagSearch): object {
  return {
    outcome: outcome.kind,
    because: outcome.kind === 'not-found' ? outcome.why : undefined,
    ended_by: 'role' in outcome ? outcome.role : undefined,
    refusal: 'refusal' in outcome ? { code: outcome.refusal.code, what: outcome.refusal.what } : undefined,
    steps: steps.map(({ role, version, expires, saw }) => ({
      role,
      version,
      expires: expires && formatDate(expires),
      saw,
    })),
  };
}

function visitDocument({ role, delegator, version, expires, lists, refusal, looks }: Visit): object {
  const unmatched = looks.filter(({ match }) => match === undefined);
  const left = new Set(unmatched.slice(MOST_UNMATCHED));
  return {
    role,
    delegator,
    version,
    expires: expires && formatDate(expires),
    lists,
    refusal: refusal && { code: refusal.code, what: refusal.what },
    delegations: looks.filter((look) => !left.has(look)).map(lookDocument),
    unmatched_left_out: left.size,
  };
}

function lookDocument({ name, by, match, terminating, byBacktrack, skipped, visit }: Look): object {
  return {
    role: name,
    by,
    match,
    terminating,
    by_backtrack: byBacktrack,
    skipped,
    visit: visit && visitDocument(visit),
  };
}
