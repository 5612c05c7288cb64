/**
 * On whose word something is signed, asked of the ledger at the moment of signing. No table is believed here: whoever edits
 * the database can neither approve an import, nor make a renewal sign an older state or another content (S-10, A-05).
 */
import { Refusal } from '../errors.ts';
import { whyUnverified } from '../gate/changes.ts';
import type { Signatures } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import { judge, requireApproved, type Verdict } from '../gate/verdict.ts';
import { rolesList } from '../ledger/lists.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Authority } from '../ledger/record-publication.ts';
import { asDecision, asOfEvent, type IssuedFile, type Served } from '../ledger/records.ts';
import type { SealedStore } from '../ledger/sealed.ts';
import type { VerifiedLog } from '../ledger/verified-log.ts';
import type { Clock } from '../platform/clock.ts';
import { sha256 } from '../tuf/digest.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { AsOf } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';

/** What asking needs of an opened data directory. */
export interface Asking {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: VerifiedLog<Rules>;
  readonly reader: LedgerReader;
  readonly sealed: Pick<SealedStore, 'open'>;
}

/** Whether this import may be published now. @throws USAGE_UNKNOWN_IMPORT */
export function verdictOn({ clock, log, sealed }: Asking, repository: string, number: number): Verdict {
  return judge(log.state, { repository, import: number, now: clock.now(), signatures: signaturesIn(sealed) });
}

export function signaturesIn(sealed: Pick<SealedStore, 'open'>): Signatures {
  return (digest) => sealed.open(digest)?.value;
}

/** @throws POLICY_APPROVALS, POLICY_REJECTED, POLICY_COOLING_OFF, POLICY_NOT_PERMITTED, POLICY_RETIRED, STATE_CONFLICT, STATE_SEALED */
export function authorise(asking: Asking, repository: RepositoryId, number: number): Authority {
  requireNotRetired(asking.log.state, repository, number);
  const verdict = verdictOn(asking, repository, number);
  requireApproved(verdict);
  const [unproven] = unprovenRules(asking.log.state, signaturesIn(asking.sealed));
  if (unproven !== undefined) throw new Refusal('STATE_SEALED', unproven);
  requireForward(asking, verdict);
  return {
    approvals: verdict.counted.map(({ ref }) => ref),
    policySha256: verdict.policy.sha256,
    breakGlass: verdict.breakGlass ?? null,
    withdrawal: verdict.withdrawal ?? null,
  };
}

/**
 * Changes of the rules that nobody can be shown to have signed, a sentence each: leaves carry digests of signatures only. One
 * that was erased on purpose is missed by nobody; one that is gone without a word may never have been there.
 */
export function unprovenRules(rules: Rules, signatures: Signatures): string[] {
  return rules.agreed.flatMap(({ entry, signatures: made }) =>
    made.flatMap((signed) => {
      const why = whyUnverified(signed, { isHardwareOnly: false }, signatures);
      if (why === undefined || rules.redacted.has(signed.signature?.sshsig_sha256 ?? '')) return [];
      const { signer } = signed.statement;
      return [
        `The signature of ${signer.actor} in entry ${signed.index}, on which entry ${entry} rests, cannot be shown: ${why.replace(/\.$/, '')}.`,
      ];
    }),
  );
}

/**
 * Of a retired upstream nothing is imported, and nothing but its end is published.
 * @param number undefined for what would still be imported
 * @throws POLICY_RETIRED
 */
export function requireNotRetired({ retirements }: Rules, repository: string, number?: number): void {
  const retired = retirements.of(repository);
  if (!retired || retired.import === number) return;
  throw new Refusal(
    'POLICY_RETIRED',
    `The upstream of ${repository} was retired: import ${retired.import} is its end.`,
    {
      details: { repository, import: retired.import },
    },
  );
}

/** @throws STATE_CONFLICT where it would go back: that is decided as such, and says so to whoever looks later */
function requireForward({ log }: Asking, { repository, import: number, withdrawal }: Verdict): void {
  const current = log.state.imports.current(repository)?.statement.import_id;
  if (withdrawal || current === undefined || number >= current) return;
  throw new Refusal(
    'STATE_CONFLICT',
    `Import ${number} of ${repository} is older than what is public, import ${current}.`,
    {
      details: { repository, import: number, public: current },
      next: `To go back on purpose: countersign withdraw ${repository} --to ${number} --reason "…".`,
    },
  );
}

/** @throws POLICY_APPROVALS where somebody must give the word */
export function requireAutomatic(asking: Asking, repository: RepositoryId, number: number): void {
  const { log } = asking;
  const { policies, exceptions, imports } = log.state;
  const command = `countersign publish ${number}`;
  const details = { repository, import: number };
  if (policies.inForce(repository).policy.publish !== 'automatic') {
    throw new Refusal('POLICY_APPROVALS', `The policy of ${repository} publishes on command only.`, {
      details,
      next: `When it is to be public: ${command}.`,
    });
  }
  const taken = exceptions.withdrawals().findLast((one) => one.repository === repository);
  if (!taken) return;
  const current = imports.current(repository);
  const isOver = current && current.index > taken.index && current.statement.withdrawal?.index !== taken.index;
  const isAgreedSince = verdictOn(asking, repository, number).counted.some(({ ref }) => ref.index > taken.index);
  if (isOver || isAgreedSince) return;
  // Upstream renews its timestamp every day: the next import would bring back what somebody has just taken away.
  throw new Refusal(
    'POLICY_APPROVALS',
    `${repository} went back to import ${taken.toImport}, and nothing follows by itself.`,
    {
      details,
      next: `When import ${number} is right: ${command}.`,
    },
  );
}

/** Digest of the root that the ledger says was issued where the row says; undefined where that leaf is about something else. */
function issuedRoot(reader: LedgerReader, repository: RepositoryId, row: IssuedFile): string | undefined {
  const event = reader.event(row.entry);
  if (event.type !== 'root.issued' || event.body.repository !== repository) return undefined;
  return event.body.root.version === row.version ? event.body.root.sha256 : undefined;
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
  if (body.root_version !== current.rootVersion) refuse(`it names another root, version ${body.root_version}`);
  const root = reader.issuedVersion(repository, 'root', current.rootVersion);
  if (root.fileSha256 !== issuedRoot(reader, repository, root)) refuse('the root is another file');
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
