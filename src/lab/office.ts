/**
 * People who must agree before anything of a repository is published: recorded in a real mirror’s ledger, under a policy
 * that asks for all of them. Everything here is honest.
 */
import { subjectDigest } from '../gate/changes.ts';
import { readPolicy } from '../gate/policy-file.ts';
import { addOperator, setPolicy } from '../gate/subjects.ts';
import type { ChangeStatement, ChangeSubject, ImportApproval, LeafRef } from '../ledger/events/statements.ts';
import type { NewEvent } from '../ledger/transcript.ts';
import { type Mirror, rulesOf, withWriter } from '../mirror.ts';
import { randomName } from '../platform/random.ts';
import { PURPOSES, type Purpose } from '../sshsig/namespaces.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { parseJson } from '../tuf/json.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { LabPerson } from './person.ts';

/** What an event says of those who agreed to it. */
type Agreed = (appended: readonly LeafRef[]) => {
  readonly subject_sha256: string;
  readonly signatures: readonly LeafRef[];
};

export class Office {
  readonly people: readonly LabPerson[];
  readonly #mirror: Mirror;

  private constructor(mirror: Mirror, people: readonly LabPerson[]) {
    this.#mirror = mirror;
    this.people = people;
  }

  /** The policy comes first: from the first person on, each further one needs the others’ signatures. */
  static async open(mirror: Mirror, repository: RepositoryId, ...names: string[]): Promise<Office> {
    const people = names.map((name) => new LabPerson(name));
    const office = new Office(mirror, people);
    const { policy, sha256: digest } = readPolicy(Buffer.from(JSON.stringify({ min_approvers: people.length })));
    await office.#change(setPolicy(repository, digest), [], (agreed) => [
      {
        type: 'policy.set',
        actor: 'local',
        body: (appended) => ({ scope: repository, sha256: digest, policy, ...agreed(appended) }),
      },
    ]);
    for (const [index, person] of people.entries()) await office.#add(person, people.slice(0, index));
    return office;
  }

  /** All of them have looked at it, and say yes. */
  async approve(number: number): Promise<void> {
    const events = this.people.map((person) => this.#approval(person, number));
    await withWriter(this.#mirror, (writer) => writer.commit({ events }));
  }

  #approval(person: LabPerson, number: number): NewEvent {
    const rules = rulesOf(this.#mirror);
    const record = rules.imports.get(number);
    if (!record) throw new TypeError(`there is no import ${number}`);
    const { observed, observation, repository } = record;
    const { actor } = person;
    const statement: ImportApproval = {
      ...{ schema: 'import-approval/1', approval_id: randomName(), mirror_id: rules.mirrorId, repo_id: repository },
      ...{ import_id: number, observation: { index: observed.index, hash: observed.hash }, decision: 'approve' },
      ...{ candidate: String(observation.candidate), targets_root: String(observation.targets_root) },
      ...{ files_sha256: observation.files_sha256, policy_sha256: rules.policies.inForce(repository).sha256 },
      ...{ as_role: null, summary_sha256: sha256(Buffer.from('what they have read')), valid_until: null },
      ...{ comment: null, approver: { actor, key: person.key.fingerprint } },
      claimed_at: formatDate(this.#mirror.clock.now()),
    };
    const signature = this.#sign(person, statement, PURPOSES.importApproval);
    return { type: 'approval', actor, cause: observed.hash, body: { statement, signature } };
  }

  async #add(person: LabPerson, others: readonly LabPerson[]): Promise<void> {
    const { sealed } = this.#mirror;
    const { fingerprint: key, line, type } = person.key;
    const [actor, name, roles] = [person.actor, sealed.seal('name', person.name), ['approver']];
    sealed.keep('public-key', line);
    await this.#change(addOperator(actor, name, roles, key), others, (agreed) => [
      { type: 'actor.add', actor: 'local', body: (appended) => ({ actor, name, roles, ...agreed(appended) }) },
      {
        type: 'key.add',
        actor: 'local',
        body: (appended) => ({ actor, key, key_type: type, is_hardware: 'no', ...agreed(appended) }),
      },
    ]);
  }

  /** @param by who signs it; nobody while nobody can */
  async #change(
    subject: ChangeSubject,
    by: readonly LabPerson[],
    effects: (agreed: Agreed) => NewEvent[],
  ): Promise<void> {
    const { mirrorId } = rulesOf(this.#mirror);
    const signed = by.map((person): NewEvent => {
      const { actor } = person;
      const statement: ChangeStatement = {
        ...{ schema: 'policy-change/1', change_id: randomName(), mirror_id: mirrorId, subject },
        ...{ signer: { actor, key: person.key.fingerprint }, claimed_at: formatDate(this.#mirror.clock.now()) },
      };
      const signature = this.#sign(person, statement, PURPOSES.policyChange);
      return { type: 'change.signed', actor, body: { statement, signature } };
    });
    const agreed: Agreed = (appended) => ({
      subject_sha256: subjectDigest(subject),
      signatures: appended.slice(0, by.length),
    });
    await withWriter(this.#mirror, (writer) => writer.commit({ events: [...signed, ...effects(agreed)] }));
  }

  #sign(person: LabPerson, statement: object, purpose: Purpose): { key: string; sshsig_sha256: string } {
    const message = canonicalize(parseJson(Buffer.from(JSON.stringify(statement)), 'a statement'));
    const digest = this.#mirror.sealed.keep('signature', person.sign(message, purpose));
    return { key: person.key.fingerprint, sshsig_sha256: digest };
  }
}
