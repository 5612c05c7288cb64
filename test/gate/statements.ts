/** Statements of the server and of importers, with everything that a scenario does not care about. */
import type { Verdict } from '../../src/gate/verdict.ts';
import type { ImportClaim, ImportObservation, LeafRef, Publication } from '../../src/ledger/events/statements.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { hex, REPOSITORY } from './names.ts';
import type { Site } from './site.ts';

export function claimOf(site: Site, importer: ImportClaim['importer']): ImportClaim {
  return {
    schema: 'import-claim/1',
    ...{ claim_id: site.draw(), mirror_id: site.mirrorId, repo_id: REPOSITORY, profile: 'tuf1' },
    upstream: { id: 'https://tuf.example.org', enrolled_root_sha256: hex('root') },
    source: { kind: 'online', uri: 'https://tuf.example.org', place: null },
    ...{ base_import_id: null, reason: { ticket: null, text: null }, policy_seen: null, importer, decisions: [] },
    claimed_at: formatDate(site.now),
  };
}

export function observationOf(site: Site, number: number, claim: LeafRef, content: string): ImportObservation {
  return {
    schema: 'import-observation/1',
    ...{ import_id: number, repo_id: REPOSITORY, claim, server: { version: '1', node: '20' } },
    ...{ received_at: formatDate(site.now), verified_at: formatDate(site.now) },
    ...{ result: 'verified', outcome: 'accepted', reject_codes: [], what: null, what_sealed: null },
    candidate: hex(`candidate ${content}`),
    as_of: null,
    ...{ files_sha256: hex(`files ${content}`), files_count: 4 },
    ...{ authored_sha256: hex(`authored ${content}`), authored_count: 1 },
    ...{ targets_root: hex(`targets ${content}`), targets_count: 1, carried_sha256: hex('carried'), carried_count: 1 },
    ...{ decisions: [], notes_sha256: hex('notes'), notes_count: 0, upstream_age: 0, previous: null },
  };
}

export function publicationOf(site: Site, verdict: Verdict, generation: number): Publication {
  const record = site.rules.imports.get(verdict.import);
  const file = { version: 1, sha256: hex('file'), length: 1, expires: formatDate(site.now) };
  return {
    schema: 'publication/1',
    ...{ repo_id: verdict.repository, generation, import_id: verdict.import },
    observation: { index: record?.observed.index ?? 0, hash: record?.observed.hash ?? '' },
    approvals: verdict.counted.map(({ ref }) => ref),
    policy_sha256: verdict.policy.sha256,
    ...{ root: file, snapshot: file, timestamp: file },
    evidence: { root_version: 1, snapshot_sha256: hex('snapshot'), timestamp_sha256: hex('timestamp') },
    ...{ online_epoch: 1, roles_sha256: hex('roles'), roles_count: 1, replaces: null },
    ...{ break_glass: verdict.breakGlass ?? null, withdrawal: verdict.withdrawal ?? null },
  };
}
