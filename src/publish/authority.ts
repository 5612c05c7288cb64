/**
 * On whose word something is signed, asked of the ledger at the moment of signing. No table is believed here: whoever edits
 * the database can neither approve an import, nor make a renewal sign an older state or another content (S-10, A-05).
 */
import { Refusal } from '../errors.ts';
import { judge, requireApproved } from '../gate/verdict.ts';
import type { Rules } from '../gate/rules.ts';
import { rolesList } from '../ledger/lists.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Authority } from '../ledger/record-publication.ts';
import { asDecision, asOfEvent, type Served } from '../ledger/records.ts';
import type { SealedStore } from '../ledger/sealed.ts';
import type { VerifiedLog } from '../ledger/verified-log.ts';
import type { Clock } from '../platform/clock.ts';
import { sha256 } from '../tuf/digest.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { AsOf } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';

/** What asking needs of an opened data directory. */
export interface Asking {
  readonly clock: Clock;
  readonly log: VerifiedLog<Rules>;
  readonly reader: LedgerReader;
  readonly sealed: Pick<SealedStore, 'open'>;
}

/** @throws POLICY_APPROVALS, POLICY_REJECTED, POLICY_COOLING_OFF */
export function authorise({ clock, log, sealed }: Asking, repository: RepositoryId, number: number): Authority {
  const verdict = judge(log.state, {
    repository,
    import: number,
    now: clock.now(),
    signatures: (digest) => sealed.open(digest)?.value,
  });
  requireApproved(verdict);
  return {
    approvals: verdict.counted.map(({ ref }) => ref),
    policySha256: verdict.policy.sha256,
    breakGlass: verdict.breakGlass ?? null,
    withdrawal: verdict.withdrawal ?? null,
  };
}

/** @throws POLICY_APPROVALS where the policy wants somebody to give the word */
export function requireAutomatic({ log }: Pick<Asking, 'log'>, repository: RepositoryId, number: number): void {
  if (log.state.policies.inForce(repository).policy.publish === 'automatic') return;
  throw new Refusal('POLICY_APPROVALS', `The policy of ${repository} publishes on command only.`, {
    details: { repository, import: number },
    next: `When enough people have approved it: countersign publish ${number}.`,
  });
}

/** What was verified when the current generation came in, as the ledger has it. */
export interface Published {
  readonly import: number;
  readonly asOf: AsOf;
  readonly decisions: readonly Decision[];
}

/**
 * What a renewal goes on with.
 * @param isWhole whether the listed roles are compared as well: when they are signed again
 * @throws STATE_LEDGER when the tables say something else than the ledger
 */
export function requireAsPublished(asking: Asking, current: Served, isWhole: boolean): Published {
  const { log, reader } = asking;
  const { repository, generation } = current;
  const refuse = (what: string): never => {
    throw new Refusal('STATE_LEDGER', `What ${repository} publishes is not what the ledger says: ${what}.`, {
      details: { repository, generation },
    });
  };
  const index = log.lastServed(repository);
  const event = index === undefined ? undefined : reader.event(index);
  if (event?.type !== 'serve.timestamp') return refuse('it says nothing');
  const { body } = event;
  const isSame =
    body.repository === repository &&
    body.generation === generation &&
    body.snapshot.version === current.snapshotVersion &&
    body.timestamp.version === current.timestampVersion &&
    body.online_epoch === current.onlineEpoch;
  if (!isSame) refuse(`its last timestamp is version ${body.timestamp.version} of generation ${body.generation}`);
  for (const role of ['snapshot', 'timestamp'] as const) {
    const row = reader.issuedVersion(repository, role, body[role].version);
    if (row.fileSha256 !== body[role].sha256) refuse(`the ${role} is another file`);
  }
  const publication = log.state.imports.current(repository)?.statement;
  if (publication?.generation !== generation) return refuse('another generation was published last');
  if (isWhole) {
    const roles = sha256(rolesList(reader.generationRoles(repository, generation)));
    if (roles !== publication.roles_sha256) refuse('it lists other roles');
  }
  const observed = log.state.imports.get(publication.import_id)?.observation;
  if (!observed?.as_of) return refuse('the import it came from is unknown');
  return {
    import: publication.import_id,
    asOf: asOfEvent(observed.as_of),
    decisions: observed.decisions.map(asDecision),
  };
}
