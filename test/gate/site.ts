/**
 * A mirror as its ledger tells it: real leaves, written and read back, and real signatures of people with fixed keys. Each
 * step appends one leaf as an honest program would, or whatever a scenario bends.
 */
import { subjectDigest, votingOn, whyNoVote } from '../../src/gate/changes.ts';
import type { Signatures } from '../../src/gate/records.ts';
import { Rules } from '../../src/gate/rules.ts';
import * as subjects from '../../src/gate/subjects.ts';
import { judge, type Verdict } from '../../src/gate/verdict.ts';
import {
  type AnyEvent,
  canonicalBytes,
  decodeLeaf,
  encodeLeaf,
  statementDigest,
} from '../../src/ledger/events/leaf.ts';
import type { Policy } from '../../src/ledger/events/policy.ts';
import type {
  ChangeStatement,
  ChangeSubject,
  ImportApproval,
  ImportClaim,
  ImportObservation,
  LeafRef,
} from '../../src/ledger/events/statements.ts';
import type { EventBody, EventType } from '../../src/ledger/events/types.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { leafHash } from '../../src/tlog/tree.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import type { Sha256 } from '../../src/tuf/names.ts';
import { forge } from '../sshsig/forge.ts';
import { actorOf, DAY, fingerprintOf, hex, keyOf, policyOf, REPOSITORY } from './names.ts';
import { claimOf, observationOf, publicationOf } from './statements.ts';

/** What a scenario bends about a signature. */
export interface Bent {
  /** The key that is named and signs; the person’s first unless said. */
  readonly key?: string;
  /** Another key signs than is named. */
  readonly signedBy?: string;
  readonly namespace?: string;
  /** Members that differ in what was signed. */
  readonly signed?: object;
  /** Its bytes never reached the sealed store. */
  readonly isLost?: boolean;
}

export interface Decided extends Bent {
  readonly team?: string;
  readonly validFor?: number;
  readonly statement?: Partial<ImportApproval>;
}

export class Site {
  readonly rules = new Rules();
  readonly leaves: Buffer[] = [];
  readonly mirror: string;
  readonly mirrorId: string;
  now = new Date('2026-11-23T08:00:00Z');
  readonly #sealed = new Map<string, string>();
  readonly #keys = new Map<string, string>();
  readonly #events: AnyEvent[] = [];
  #drawn = 0;

  constructor(mirror = 'mirror') {
    this.mirror = mirror;
    this.mirrorId = hex(mirror, 16);
    this.append('genesis', {
      ...{ installation: this.mirrorId, origin: 'mirror.example/log', log_key: 'key', attestation_key: hex('attest') },
      ...{ root_keys: 'offline', software: '1', plain_record_sha256: null },
    });
    for (const repository of [REPOSITORY, 'debian']) this.enrol(repository);
  }

  readonly signatures: Signatures = (digest) => this.#sealed.get(digest);

  /** The same site once more, by its leaves: nothing is signed again. */
  copy(): Site {
    const copy = new Site(this.mirror);
    for (const leaf of this.leaves.slice(copy.leaves.length)) copy.take(leaf);
    copy.now = this.now;
    copy.#drawn = this.#drawn;
    for (const [digest, armored] of this.#sealed) copy.#sealed.set(digest, armored);
    for (const [name, key] of this.#keys) copy.#keys.set(name, key);
    return copy;
  }

  erase(ref: LeafRef): void {
    const event = this.#events[ref.index];
    const signature = event && 'signature' in event.body ? event.body.signature : undefined;
    if (signature && 'sshsig_sha256' in signature) this.#sealed.delete(signature.sshsig_sha256);
  }

  wait(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds);
  }

  draw(bytes = 16): string {
    return hex(`${this.mirrorId} ${String(this.#drawn++)}`, bytes);
  }

  append<Type extends EventType>(type: Type, body: EventBody<Type>, by = 'local'): LeafRef {
    const event = {
      ...{ n: this.rules.size, type, mirrorId: this.mirrorId, at: this.now, actor: actorOf(by), cause: null },
      ...{ nonce: this.draw(), body },
    } as unknown as AnyEvent;
    return this.take(encodeLeaf(event));
  }

  take(leaf: Buffer): LeafRef {
    const [event, hash] = [decodeLeaf(leaf, this.rules.size), Buffer.from(leafHash(leaf)).toString('hex')];
    this.rules.apply(event, hash as Sha256);
    this.#events.push(event);
    this.leaves.push(leaf);
    return { index: event.n, hash };
  }

  eventAt({ index }: LeafRef): AnyEvent {
    const event = this.#events[index];
    if (event) return event;
    throw new Error('there is no such leaf');
  }

  /** A statement under a person’s signature, whose bytes go to the sealed store. */
  sign(statement: object, purpose: string, key: string, bent: Bent = {}): { key: string; sshsig_sha256: string } {
    const message = canonicalBytes({ ...statement, ...bent.signed });
    const armored = forge(keyOf(bent.signedBy ?? key), { message, namespace: bent.namespace ?? purpose });
    const digest = sha256(Buffer.from(armored));
    if (bent.isLost !== true) this.#sealed.set(digest, armored);
    return { key: fingerprintOf(key), sshsig_sha256: digest };
  }

  // ── people and rules ──────────────────────────────────────────────────────────────────────────────────────────────

  signChange(
    name: string,
    subject: ChangeSubject,
    bent: Bent & { statement?: Partial<ChangeStatement> } = {},
  ): LeafRef {
    const key = bent.key ?? this.#keys.get(name) ?? name;
    const statement: ChangeStatement = {
      schema: 'policy-change/1',
      ...{ change_id: this.draw(), mirror_id: this.mirrorId, subject },
      signer: { actor: actorOf(name), key: fingerprintOf(key) },
      claimed_at: formatDate(this.now),
      ...bent.statement,
    };
    const signature = this.sign(statement, subjects.purposeOf(subject), key, bent);
    return this.append('change.signed', { statement, signature }, name);
  }

  /** What an event says that these people agreed to; they sign first. Honest as far as leaves tell. */
  agreed(
    subject: ChangeSubject,
    by: readonly string[] = [],
  ): { subject_sha256: string; signatures: readonly LeafRef[] } {
    for (const name of by) this.signChange(name, subject);
    const sha256 = subjectDigest(subject);
    const voting = votingOn(this.rules, subject);
    const there = this.rules.changes.get(sha256)?.signatures ?? [];
    const votes = there.filter((one) => whyNoVote(this.rules, voting, one, this.now) === undefined);
    const people = new Map(votes.map((one) => [one.statement.signer.actor, { index: one.index, hash: one.hash }]));
    return { subject_sha256: sha256, signatures: [...people.values()] };
  }

  /** A person with a first key of the same name, unless another is given. */
  add(name: string, roles: readonly string[], by: readonly string[] = [], key = name): void {
    const actor = actorOf(name);
    const agreed = this.agreed(subjects.addOperator(actor, hex(name), roles, fingerprintOf(key)), by);
    this.append('actor.add', { actor, name: hex(name), roles, ...agreed });
    this.append('key.add', { ...this.#keyBody(name, key), ...agreed });
    this.#keys.set(name, key);
  }

  addKey(name: string, key: string, by: readonly string[] = []): LeafRef {
    const agreed = this.agreed(subjects.addKey(actorOf(name), fingerprintOf(key)), by);
    return this.append('key.add', { ...this.#keyBody(name, key), ...agreed });
  }

  revokeKey(name: string, key: string, by: readonly string[] = []): LeafRef {
    const body = { actor: actorOf(name), key: fingerprintOf(key), reason: this.draw(32) };
    return this.append('key.revoke', {
      ...body,
      ...this.agreed(subjects.revokeKey(body.actor, body.key, body.reason), by),
    });
  }

  retire(name: string, by: readonly string[] = []): LeafRef {
    const body = { actor: actorOf(name), reason: this.draw(32) };
    return this.append('actor.retire', {
      ...body,
      ...this.agreed(subjects.retireOperator(body.actor, body.reason), by),
    });
  }

  setPolicy(members: Partial<Policy>, by: readonly string[] = [], scope = '*'): LeafRef {
    const policy = policyOf(members);
    const sha = statementDigest(policy);
    return this.append('policy.set', {
      scope,
      sha256: sha,
      policy,
      ...this.agreed(subjects.setPolicy(scope, sha), by),
    });
  }

  enrol(repository: string, members: Partial<EventBody<'upstream.enrol'>> = {}): LeafRef {
    return this.append('upstream.enrol', {
      ...{ repository, dialect: 'tuf', collection: null, upstream: 'https://tuf.example.org' },
      ...{ root_sha256: hex('root'), selection: '{"kind":"all"}', max_upstream_age_days: 90, limits: {} },
      ...members,
    });
  }

  // ── imports ───────────────────────────────────────────────────────────────────────────────────────────────────────

  claim(name = 'local', members: Partial<ImportClaim> = {}, bent: Bent = {}): LeafRef {
    const key = name === 'local' ? undefined : (bent.key ?? this.#keys.get(name) ?? name);
    const importer = { actor: actorOf(name), key: key === undefined ? null : fingerprintOf(key), account: null };
    const claim = { ...claimOf(this, importer), ...members };
    const signature = key === undefined ? null : this.sign(claim, PURPOSES.importClaim, key, bent);
    return this.append('import.claimed', { statement: claim, signature }, name);
  }

  /** An import that verified: its content is named, and equal names are equal content. */
  import(
    number: number,
    by = 'local',
    content = `content ${String(number)}`,
    members: Partial<ImportObservation> = {},
  ): void {
    const claim = this.claim(by, members.repo_id === undefined ? {} : { repo_id: members.repo_id });
    this.observe(number, claim, content, members);
  }

  observe(number: number, claim: LeafRef, content: string, members: Partial<ImportObservation> = {}): LeafRef {
    const statement = { ...observationOf(this, number, claim, content), ...members };
    const signature = { keyid: hex('attest'), sig: `${'A'.repeat(86)}==` };
    return this.append(statement.result === 'verified' ? 'import.verified' : 'import.rejected', {
      statement,
      signature,
    });
  }

  approve(name: string, number: number, decided: Decided = {}): LeafRef {
    return this.decide('approve', name, number, decided);
  }

  reject(name: string, number: number, decided: Decided = {}): LeafRef {
    return this.decide('reject', name, number, decided);
  }

  takeBack(name: string, number: number, decided: Decided = {}): LeafRef {
    return this.decide('withdraw', name, number, decided);
  }

  approval(decision: ImportApproval['decision'], name: string, number: number, decided: Decided = {}): ImportApproval {
    const record = this.rules.imports.get(number);
    if (!record) throw new Error('there is no such import');
    const key = decided.key ?? this.#keys.get(name) ?? name;
    const { candidate, targets_root, files_sha256, repo_id } = record.observation;
    return {
      schema: 'import-approval/1',
      ...{ approval_id: this.draw(), mirror_id: this.mirrorId, repo_id, import_id: number, files_sha256, decision },
      observation: { index: record.observed.index, hash: record.observed.hash },
      ...{ candidate: candidate ?? hex('none'), targets_root: targets_root ?? hex('none') },
      as_role: decided.team ?? null,
      policy_sha256: this.rules.policies.inForce(repo_id).sha256,
      summary_sha256: hex('summary'),
      valid_until: decided.validFor === undefined ? null : formatDate(new Date(this.now.getTime() + decided.validFor)),
      comment: null,
      approver: { actor: actorOf(name), key: name === 'local' ? null : fingerprintOf(key) },
      claimed_at: formatDate(this.now),
      ...decided.statement,
    };
  }

  decide(decision: ImportApproval['decision'], name: string, number: number, decided: Decided = {}): LeafRef {
    const statement = this.approval(decision, name, number, decided);
    const key = decided.key ?? this.#keys.get(name) ?? name;
    const signature = name === 'local' ? null : this.sign(statement, PURPOSES.importApproval, key, decided);
    return this.append('approval', { statement, signature }, name);
  }

  judge(number: number, repository = REPOSITORY): Verdict {
    return judge(this.rules, { repository, import: number, now: this.now, signatures: this.signatures });
  }

  publish(number: number, generation: number, repository = REPOSITORY): LeafRef {
    const statement = publicationOf(this, this.judge(number, repository), generation);
    return this.append('publish', { statement, signature: { keyid: hex('attest'), sig: `${'A'.repeat(86)}==` } });
  }

  // ── exceptions ────────────────────────────────────────────────────────────────────────────────────────────────────

  openEmergency(
    number: number,
    by: readonly string[],
    members: { review_by?: string } = {},
    repository = REPOSITORY,
  ): LeafRef {
    const reason = this.draw(32);
    const leaf = this.rules.imports.get(number)?.observed.hash ?? hex('none');
    const days = this.rules.policies.inForce(repository).policy.break_glass?.review_within_days ?? 0;
    const review_by = formatDate(new Date(this.now.getTime() + days * DAY));
    const agreed = this.agreed(subjects.openEmergency(repository, number, leaf, reason), by);
    return this.append('breakglass.open', { repository, import: number, reason, review_by, ...members, ...agreed });
  }

  review(opened: LeafRef, number: number, by: readonly string[], repository = REPOSITORY): LeafRef {
    const reason = this.draw(32);
    const agreed = this.agreed(subjects.reviewEmergency(repository, number, opened.hash, reason), by);
    return this.append('breakglass.review', { opened, reason, ...agreed });
  }

  withdraw(generation: number, toImport: number, by: readonly string[] = [], repository = REPOSITORY): LeafRef {
    const reason = this.draw(32);
    const leaf = this.rules.imports.get(toImport)?.observed.hash ?? hex('none');
    const agreed = this.agreed(subjects.withdrawTo(repository, toImport, leaf, reason), by);
    return this.append('withdraw.generation', { repository, generation, to_import: toImport, reason, ...agreed });
  }

  #keyBody(name: string, key: string): Pick<EventBody<'key.add'>, 'actor' | 'key' | 'key_type' | 'is_hardware'> {
    const { type, isHardware } = parsePublicKeyLine(keyOf(key).line);
    const is_hardware = isHardware ? ('yes' as const) : ('no' as const);
    return { actor: actorOf(name), key: fingerprintOf(key), key_type: type, is_hardware };
  }
}

const made = new Map<string, Site>();

/** A site where so many people approve, each named as asked; nobody of them imports. */
export function siteWith(policy: Partial<Policy>, approvers: Readonly<Record<string, readonly string[]>>): Site {
  const asked = JSON.stringify([policy, approvers]);
  if (made.has(asked)) return (made.get(asked) as Site).copy();
  const site = new Site();
  const names = Object.keys(approvers);
  for (const [index, name] of names.entries())
    site.add(name, approvers[name] ?? [], names.slice(0, Math.min(index, 1)));
  site.setPolicy(policy, names.slice(0, 1));
  made.set(asked, site);
  return site.copy();
}

/** Two of three people must approve. */
export function twoOfThree(policy: Partial<Policy> = {}): Site {
  return siteWith({ min_approvers: 2, ...policy }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
}
