/**
 * What a person hands in, judged before it becomes a leaf: an honest ledger holds only statements that verified when they
 * were received. `Rules.check` stops what no honest program appends; this tells the person what did not fit.
 */
import { Refusal } from '../errors.ts';
import type { ChangeStatement, ImportApproval, ImportClaim } from '../ledger/events/statements.ts';
import { PURPOSES, type Purpose } from '../sshsig/namespaces.ts';
import { votingOn, whyNoVote } from './changes.ts';
import { whyNotTheirs } from './decisions.ts';
import { requireImporter, requirePerson } from './permissions.ts';
import { whyUnsigned } from './person.ts';
import type { Mark, Person, Signed } from './records.ts';
import type { Rules } from './rules.ts';
import { purposeOf } from './subjects.ts';
import { timeOf } from './times.ts';

/** A statement with the armored signature under it. */
export interface HandedIn<Statement> {
  readonly statement: Statement;
  readonly armored: string;
  readonly now: Date;
}

/** @throws USAGE_UNKNOWN_OPERATOR, POLICY_NOT_PERMITTED, USAGE_UNKNOWN_IMPORT, TRUST_SSH_SIGNATURE, POLICY_CHANGE */
export function admitApproval(rules: Rules, { statement, armored, now }: HandedIn<ImportApproval>): Person {
  const { approver, as_role, import_id, decision, policy_sha256, repo_id, valid_until } = statement;
  const person = requirePerson(rules, {
    ...{ actor: approver.actor, role: 'approver', fingerprint: approver.key ?? '' },
    ...(as_role !== null && { team: as_role }),
  });
  const record = rules.imports.get(import_id);
  if (record?.observation.result !== 'verified') {
    throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no verified import ${String(import_id)}.`);
  }
  refuseUnfit(whyNotTheirs(rules, record, { ...nextLeaf(rules, now), statement, signature: signed(approver.key) }));
  refuseUnsigned({ statement, armored }, approver.key, PURPOSES.importApproval);
  if (decision !== 'approve') return person;
  // It would be recorded, and never count: better said now, while the person is there to sign again.
  if (rules.policies.inForce(repo_id).sha256 !== policy_sha256) {
    throw new Refusal('POLICY_CHANGE', 'The approval was given under a policy that is not in force.', {
      next: 'Look at the import again and approve it under the policy as it is now.',
    });
  }
  refuseUnfit(valid_until === null || timeOf(valid_until) > now.getTime() ? undefined : 'it has expired');
  return person;
}

/** @throws USAGE_UNKNOWN_OPERATOR, POLICY_NOT_PERMITTED, TRUST_SSH_SIGNATURE */
export function admitClaim(
  rules: Rules,
  { statement, armored }: Omit<HandedIn<ImportClaim>, 'now'>,
): Person | undefined {
  const { actor, key } = statement.importer;
  const person = requireImporter(rules, { actor, fingerprint: key ?? '' });
  refuseUnfit(statement.mirror_id === rules.mirrorId ? undefined : 'it is for another mirror');
  refuseUnsigned({ statement, armored }, key, PURPOSES.importClaim);
  return person;
}

/** @throws USAGE_UNKNOWN_OPERATOR, POLICY_NOT_PERMITTED, TRUST_SSH_SIGNATURE */
export function admitChange(rules: Rules, { statement, armored, now }: HandedIn<ChangeStatement>): Person {
  const { signer, subject } = statement;
  const person = requirePerson(rules, { actor: signer.actor, role: 'approver', fingerprint: signer.key ?? '' });
  const voting = votingOn(rules, subject);
  const why = whyNoVote(rules, voting, { ...nextLeaf(rules, now), statement, signature: signed(signer.key) }, now);
  if (why !== undefined)
    throw new Refusal('POLICY_NOT_PERMITTED', `The signature of ${signer.actor} does not count: ${why}.`);
  refuseUnsigned({ statement, armored }, signer.key, purposeOf(subject));
  return person;
}

function nextLeaf({ size }: Rules, at: Date): Mark {
  return { index: size, hash: '', at };
}

function signed(key: string | null): Signed | null {
  return key === null ? null : { key, sshsig_sha256: '' };
}

function refuseUnsigned(
  { statement, armored }: { readonly statement: object; readonly armored: string },
  key: string | null,
  purpose: Purpose,
): void {
  refuseUnfit(whyUnsigned({ statement, key, signature: signed(key), purpose }, () => armored, false));
}

function refuseUnfit(why: string | undefined): void {
  if (why === undefined) return;
  throw new Refusal('TRUST_SSH_SIGNATURE', `The signature does not count here: ${why.replace(/\.$/, '')}.`);
}
