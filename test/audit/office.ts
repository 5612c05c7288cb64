/**
 * A mirror on disk with people whose keys are fixed: every step is one that the program itself takes, signed in this process
 * instead of by ssh-keygen, so that a scenario costs milliseconds. Its clock moves a minute with each step.
 */
import assert from 'node:assert/strict';
import { type Inquiry, inquire } from '../../src/audit/inquiry.ts';
import { type AuditedRecord, consistently } from '../../src/audit/record.ts';
import { type VerifyAnswer, type VerifyQuestion, verifyRecord } from '../../src/audit/verify/verify.ts';
import { publishRecorded } from '../../src/decide/publish.ts';
import { subjectDigest, votingOn, whyNoVote } from '../../src/gate/changes.ts';
import { DAY_MS } from '../../src/gate/times.ts';
import * as subjects from '../../src/gate/subjects.ts';
import { canonicalBytes, statementDigest } from '../../src/ledger/events/leaf.ts';
import type { Policy } from '../../src/ledger/events/policy.ts';
import type { ChangeStatement, ChangeSubject, ImportApproval, LeafRef } from '../../src/ledger/events/statements.ts';
import type { Witnesses } from '../../src/ledger/release.ts';
import type { NewEvent } from '../../src/ledger/transcript.ts';
import { importUpstream, type ImportResult, type Mirror, type Person, rulesOf, withWriter } from '../../src/mirror.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { type Purpose, PURPOSES } from '../../src/sshsig/namespaces.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { repositoryId, type RepositoryId } from '../../src/tuf/names.ts';
import type { Decision } from '../../src/verify/decisions.ts';
import type { UpstreamSource } from '../../src/verify/dialects.ts';
import { actorOf, fingerprintOf, hex, keyOf, policyOf } from '../gate/names.ts';
import { FakeClock, MINUTE } from '../simulator/clock.ts';
import { type EnrolmentOptions, type Scope, TestMirror } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { forge } from '../sshsig/forge.ts';
import { copyOfModel } from './office-models.ts';

export interface ImportWords {
  readonly ticket?: string;
  readonly reason?: string;
  /** What the account of this machine says about who it is. */
  readonly as?: string;
}

export class AuditedOffice {
  readonly clock: FakeClock;
  upstream: SimulatedUpstream;
  /** Where the next import reads. */
  openSource: () => Promise<UpstreamSource> = () => Promise.resolve(this.upstream);
  readonly repository: RepositoryId;
  mirror: Mirror;
  /** What upstream’s file has said so far. */
  readonly content = ['first'];

  constructor(mirror: Mirror, clock: FakeClock, upstream: SimulatedUpstream, repository: RepositoryId) {
    this.mirror = mirror;
    this.clock = clock;
    this.upstream = upstream;
    this.repository = repository;
  }

  static async open(
    scope: Scope,
    upstream = new SimulatedUpstream().add('file.txt', 'first'),
    options: EnrolmentOptions = {},
  ): Promise<AuditedOffice> {
    upstream.publish('targets');
    const made = await TestMirror.open(scope, { hasOwnLog: true });
    const mirrored: MirroredRepository = await made.enrol(upstream, { id: 'sample', ...options });
    return new AuditedOffice(made.mirror, made.clock, upstream, mirrored.id);
  }

  /** Ann and Bob approve, Eve is a third; Ivan imports. Two must agree. Made once for each policy, and copied. */
  static async ofThree(scope: Scope, policy: Partial<Policy> = {}): Promise<AuditedOffice> {
    return AuditedOffice.like(scope, `three ${JSON.stringify(policy)}`, async (office) => {
      await office.haveThree(policy);
    });
  }

  async haveThree(policy: Partial<Policy> = {}): Promise<void> {
    await this.add('ann', ['approver']);
    await this.add('bob', ['approver'], ['ann']);
    await this.add('eve', ['approver'], ['ann']);
    await this.add('ivan', ['importer'], ['ann']);
    await this.setPolicy({ min_approvers: 2, exclude_importer: true, ...policy }, ['ann']);
  }

  /** A copy of the office of this name, which is made by the first who asks for it. */
  static async like(
    scope: Scope,
    name: string,
    make: (office: AuditedOffice) => Promise<void>,
  ): Promise<AuditedOffice> {
    const { mirror, clock, upstream } = await copyOfModel(scope, name, async (modelling) => {
      const office = await AuditedOffice.open(modelling);
      await make(office);
      return office;
    });
    return new AuditedOffice(mirror, clock, upstream, repositoryId('sample'));
  }

  get record(): AuditedRecord {
    const { database, reader, sealed, disk, writerOptions } = this.mirror;
    return { database, reader, sealed, disk, headFile: writerOptions.headFile };
  }

  ask<Answer>(question: (inquiry: Inquiry) => Answer): Promise<Answer> {
    return consistently(this.record, () => question(inquire(this.record)));
  }

  verify(question: VerifyQuestion = {}): Promise<VerifyAnswer> {
    return consistently(this.record, () => verifyRecord(this.record, question));
  }

  /** The same, without a finding. */
  async verified(): Promise<VerifyAnswer> {
    const answer = await this.verify();
    assert.deepEqual(answer.findings, []);
    return answer;
  }

  async commit(...events: NewEvent[]): Promise<LeafRef> {
    this.clock.advance(MINUTE);
    const leaves = await withWriter(this.mirror, (writer) => writer.commit({ events }));
    const last = leaves.at(-1);
    assert.ok(last);
    return last;
  }

  // ── people and rules ──────────────────────────────────────────────────────────────────────────────────────────────

  async add(name: string, roles: readonly string[], by: readonly string[] = [], key = name): Promise<void> {
    const { sealed } = this.mirror;
    sealed.keep('public-key', keyOf(key).line);
    const subject = subjects.addOperator(actorOf(name), sealed.seal('name', name), roles, fingerprintOf(key));
    const agreed = await this.#agreed(subject, by);
    const person = { actor: actorOf(name), name: String(subject.name), roles };
    const { type: key_type, isHardware } = parsePublicKeyLine(keyOf(key).line);
    const body = {
      actor: actorOf(name),
      key: fingerprintOf(key),
      key_type,
      is_hardware: isHardware ? 'yes' : 'no',
    } as const;
    await this.commit(
      { type: 'actor.add', actor: 'local', body: { ...person, ...agreed } },
      { type: 'key.add', actor: 'local', body: { ...body, ...agreed } },
    );
  }

  async retire(name: string, by: readonly string[], reason = 'left the company'): Promise<LeafRef> {
    const subject = subjects.retireOperator(actorOf(name), this.mirror.sealed.seal('reason', reason));
    const agreed = await this.#agreed(subject, by);
    const body = { actor: actorOf(name), reason: String(subject.reason), ...agreed };
    return this.commit({ type: 'actor.retire', actor: 'local', body });
  }

  async revoke(name: string, by: readonly string[], reason = 'stolen'): Promise<LeafRef> {
    const sealed = this.mirror.sealed.seal('reason', reason);
    const subject = subjects.revokeKey(actorOf(name), fingerprintOf(name), sealed);
    const agreed = await this.#agreed(subject, by);
    const body = { actor: actorOf(name), key: fingerprintOf(name), reason: sealed, ...agreed };
    return this.commit({ type: 'key.revoke', actor: 'local', body });
  }

  async setPolicy(members: Partial<Policy>, by: readonly string[] = [], scope = '*'): Promise<LeafRef> {
    const policy = policyOf(members);
    const sha256 = statementDigest(policy);
    const agreed = await this.#agreed(subjects.setPolicy(scope, sha256), by);
    return this.commit({ type: 'policy.set', actor: 'local', body: { scope, sha256, policy, ...agreed } });
  }

  /** @param witnesses who are asked from now on, in this process */
  async setWitnesses(text: string, witnesses: Witnesses, by: readonly string[] = []): Promise<LeafRef> {
    this.mirror = { ...this.mirror, writerOptions: { ...this.mirror.writerOptions, witnesses } };
    const agreed = await this.#agreed(subjects.setWitnesses(text, 'publish'), by);
    const body = { sha256: subjects.witnessesDigest(text), text, without_quorum: 'publish' as const, ...agreed };
    return this.commit({ type: 'witnesses.set', actor: 'local', body });
  }

  async openEmergency(number: number, by: readonly string[], reason = 'urgent'): Promise<LeafRef> {
    const { observed, repository } = this.#import(number);
    const sealed = this.mirror.sealed.seal('reason', reason);
    const agreed = await this.#agreed(subjects.openEmergency(repository, number, observed.hash, sealed), by);
    const review_by = formatDate(new Date(this.clock.now().getTime() + DAY_MS));
    return this.commit({
      type: 'breakglass.open',
      actor: 'local',
      body: { repository, import: number, reason: sealed, review_by, ...agreed },
    });
  }

  /** Back to an earlier import’s content. */
  async goBack(to: number, by: readonly string[], reason = 'broken'): Promise<void> {
    const { observed, repository } = this.#import(to);
    const sealed = this.mirror.sealed.seal('reason', reason);
    const agreed = await this.#agreed(subjects.withdrawTo(repository, to, observed.hash, sealed), by);
    const generation = rulesOf(this.mirror).imports.current(repository)?.statement.generation ?? 0;
    await this.commit({
      type: 'withdraw.generation',
      actor: 'local',
      body: { repository, generation, to_import: to, reason: sealed, ...agreed },
    });
    await this.publish(to);
  }

  /** What is public is upstream’s end. */
  async retireUpstream(by: readonly string[], reason = 'gone'): Promise<void> {
    const { repository } = this;
    const { import_id: number } = rulesOf(this.mirror).imports.current(repository)?.statement ?? { import_id: 0 };
    const sealed = this.mirror.sealed.seal('reason', reason);
    const subject = subjects.retireUpstream(repository, number, this.#import(number).observed.hash, sealed);
    const agreed = await this.#agreed(subject, by);
    const body = { repository, import: number, reason: sealed, ...agreed };
    await this.commit({ type: 'upstream.retire', actor: 'local', body });
  }

  // ── imports ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Upstream says something else from now on. */
  change(text: string): this {
    this.content.push(text);
    this.upstream.add('file.txt', text).publish('targets');
    return this;
  }

  async import(by = 'ivan', words: ImportWords = {}, decisions: readonly Decision[] = []): Promise<ImportResult> {
    this.clock.advance(MINUTE);
    const { repository, openSource } = this;
    const importer = by === 'local' ? {} : { importer: this.person(by) };
    return importUpstream(this.mirror, {
      repository,
      openSource,
      decisions,
      claim: words,
      location: '/media/courier/sample',
      ...importer,
    });
  }

  person(name: string): Person {
    return {
      actor: actorOf(name),
      key: fingerprintOf(name),
      sign: (message: Uint8Array, purpose: Purpose) => Promise.resolve(signedBy(name, message, purpose)),
    };
  }

  async say(decision: ImportApproval['decision'], name: string, number: number, comment?: string): Promise<LeafRef> {
    const { observed, observation, repository } = this.#import(number);
    const { sealed } = this.mirror;
    const statement: ImportApproval = {
      schema: 'import-approval/1',
      ...{
        approval_id: this.#draw(),
        mirror_id: rulesOf(this.mirror).mirrorId,
        repo_id: repository,
        import_id: number,
      },
      observation: { index: observed.index, hash: observed.hash },
      ...{ candidate: String(observation.candidate), targets_root: String(observation.targets_root) },
      ...{ files_sha256: observation.files_sha256, decision, as_role: null, summary_sha256: '0'.repeat(64) },
      policy_sha256: rulesOf(this.mirror).policies.inForce(repository).sha256,
      ...{ valid_until: null, comment: comment === undefined ? null : sealed.seal('comment', comment) },
      approver: { actor: actorOf(name), key: fingerprintOf(name) },
      claimed_at: formatDate(this.clock.now()),
    };
    return this.commit({
      type: 'approval',
      actor: actorOf(name),
      body: { statement, signature: this.#sign(name, statement, PURPOSES.importApproval) },
    });
  }

  async publish(number: number): Promise<void> {
    this.clock.advance(MINUTE);
    const result = await publishRecorded(this.mirror, { import: number, isCommanded: true });
    assert.equal(result.outcome, 'published');
  }

  /** Import, two yeses, publication. @returns the import’s number */
  async bringIn(text?: string, words: ImportWords = {}): Promise<number> {
    if (text !== undefined) this.change(text);
    const result = await this.import('ivan', words);
    assert.ok('import' in result);
    for (const name of ['ann', 'bob']) await this.say('approve', name, result.import);
    await this.publish(result.import);
    return result.import;
  }

  async renew(): Promise<void> {
    this.clock.advance(MINUTE);
    await withWriter(this.mirror, (writer) => renewDue(this.mirror, writer, { force: true }));
  }

  #import(number: number): NonNullable<ReturnType<ReturnType<typeof rulesOf>['imports']['get']>> {
    const record = rulesOf(this.mirror).imports.get(number);
    assert.ok(record, `there is an import ${number}`);
    return record;
  }

  #sign(name: string, statement: object, purpose: Purpose): { key: string; sshsig_sha256: string } {
    const armored = signedBy(name, canonicalBytes(statement), purpose);
    return { key: fingerprintOf(name), sshsig_sha256: this.mirror.sealed.keep('signature', armored) };
  }

  async #agreed(
    subject: ChangeSubject,
    by: readonly string[],
  ): Promise<{ subject_sha256: string; signatures: readonly LeafRef[] }> {
    for (const name of by) {
      const statement: ChangeStatement = {
        schema: 'policy-change/1',
        ...{ change_id: this.#draw(), mirror_id: rulesOf(this.mirror).mirrorId, subject },
        signer: { actor: actorOf(name), key: fingerprintOf(name) },
        claimed_at: formatDate(this.clock.now()),
      };
      const signature = this.#sign(name, statement, subjects.purposeOf(subject));
      await this.commit({ type: 'change.signed', actor: actorOf(name), body: { statement, signature } });
    }
    const rules = rulesOf(this.mirror);
    const sha256 = subjectDigest(subject);
    const voting = votingOn(rules, subject);
    const votes = (rules.changes.get(sha256)?.signatures ?? []).filter(
      (one) => whyNoVote(rules, voting, one, this.clock.now()) === undefined,
    );
    return { subject_sha256: sha256, signatures: votes.map(({ index, hash }) => ({ index, hash })) };
  }

  /** Sixteen bytes that no statement of this ledger has yet: each becomes an entry before the next is drawn. */
  #draw(): string {
    return hex(`drawn at ${String(rulesOf(this.mirror).size)}`, 16);
  }
}

/** What ssh-keygen would write for this person. */
export function signedBy(name: string, message: Uint8Array, namespace: string): string {
  return forge(keyOf(name), { message, namespace });
}
