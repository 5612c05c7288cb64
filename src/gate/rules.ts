/**
 * The rules as the ledger tells them: a fold over every leaf in order. The leaves were verified against the tree before;
 * what only a dishonest program could have appended is refused here, so that whoever writes the record cannot let
 * themself in: nobody becomes an operator, and no policy is set, without as many signatures as the rules before asked.
 *
 * The bytes of signatures are not here (they may be erased): they are verified where something is judged, in `verdict.ts`
 * and `changes.ts`. A writer asks `check` before it appends, so that nothing gets in on which the fold would stop.
 */
import { Refusal } from '../errors.ts';
import { type AnyEvent, statementDigest } from '../ledger/events/leaf.ts';
import type { ChangeSubject } from '../ledger/events/statements.ts';
import type { Sha256 } from '../tuf/names.ts';
import { type About, agreementOf, type AgreedEvent, isAgreedEvent } from './agreement.ts';
import { type Standing, subjectDigest } from './changes.ts';
import { type EnrolmentRecord, Enrolments, isEnrolmentEvent } from './enrolments.ts';
import { Exceptions } from './exceptions.ts';
import { importersOf } from './importers.ts';
import { Imports, isImportEvent } from './imports.ts';
import { PendingChanges } from './pending.ts';
import { People } from './people.ts';
import { EVERYWHERE, Policies } from './policies.ts';
import type { Agreed, Genesis, Mark, WitnessesInForce } from './records.ts';
import { Retirements } from './retirements.ts';
import { setWitnesses, witnessesDigest } from './subjects.ts';

type EventOf<Type extends AnyEvent['type']> = Extract<AnyEvent, { type: Type }>;
const SCOPE = /^(\*|[a-z0-9][a-z0-9._-]{0,62})$/;
const NOTHING: About = { repository: '', import: 0, leaf: '' };

export class Rules implements Standing {
  readonly people = new People();
  readonly policies = new Policies();
  readonly changes = new PendingChanges();
  readonly imports = new Imports();
  readonly exceptions = new Exceptions(this.imports, this.policies);
  readonly retirements = new Retirements(this.imports);
  /** What every change of the rules rests on, in the order of the ledger. */
  readonly agreed: (Agreed & { readonly entry: number })[] = [];
  /** Digests of signatures on which changes rest and that were erased since, with the place of the leaf that says so. */
  readonly redacted = new Map<string, number>();
  readonly #enrolments = new Enrolments();
  #size = 0;
  #genesis: Genesis | undefined;
  #log: Pick<Genesis, 'origin' | 'logKey'> | undefined;
  #witnesses: WitnessesInForce | undefined;

  /** How many leaves were applied: the index of the next one. */
  get size(): number {
    return this.#size;
  }

  /** @throws STATE_LEDGER before the first leaf */
  get genesis(): Genesis {
    if (!this.#genesis) throw new Refusal('STATE_LEDGER', 'The ledger has no first entry.');
    return this.#genesis;
  }

  /** The name and key of the log as it is now: a recovery goes on under new ones. @throws STATE_LEDGER before the first leaf */
  get log(): Pick<Genesis, 'origin' | 'logKey'> {
    const { origin, logKey } = this.genesis;
    return this.#log ?? { origin, logKey };
  }

  /** Whom statements must be for; empty before the first leaf. */
  get mirrorId(): string {
    return this.#genesis?.mirrorId ?? '';
  }

  /** What is mirrored, by repository. */
  get enrolments(): ReadonlyMap<string, EnrolmentRecord> {
    return this.#enrolments.all;
  }

  get witnesses(): WitnessesInForce | undefined {
    return this.#witnesses;
  }

  /** The emergency asks fewer people; it does not make an importer one of them. */
  excludedFrom({ kind, scope, import_id }: ChangeSubject): ReadonlySet<string> {
    const record = kind === 'breakglass.open' ? this.imports.get(import_id ?? -1) : undefined;
    const isExcluding = this.policies.inForce(scope ?? EVERYWHERE).policy.exclude_importer;
    return record && isExcluding ? importersOf(this.people, record) : new Set();
  }

  /** @throws STATE_LEDGER for what an honest program cannot have appended as the next leaf */
  check(event: AnyEvent): void {
    const problem = this.#problemOf(event);
    if (problem === undefined) return;
    throw new Refusal('STATE_LEDGER', `Entry ${String(event.n)} of the ledger (${event.type}) ${problem}.`, {
      details: { entry: event.n, type: event.type },
    });
  }

  /** @throws STATE_LEDGER as `check` does; then nothing was taken over */
  apply(event: AnyEvent, leafHash: Sha256): void {
    this.check(event);
    this.#take(event, { index: event.n, hash: leafHash, at: event.at });
    this.#size++;
  }

  /** A leaf that decides nothing and was not read: a renewal. */
  skip(): void {
    this.#size++;
  }

  #problemOf(event: AnyEvent): string | undefined {
    if (event.n !== this.#size) return `is not the next one: that is ${String(this.#size)}`;
    if ((event.type === 'genesis') !== (event.n === 0)) return 'is not what stands at that place';
    if (event.n > 0 && event.mirrorId !== this.mirrorId) return 'belongs to another mirror';
    if (isEnrolmentEvent(event)) return this.#enrolments.problemOf(event);
    if (isImportEvent(event)) {
      const problem = this.imports.problemOf(event, this.mirrorId);
      if (problem !== undefined) return problem;
      if (event.type === 'import.claimed')
        return this.retirements.problemOfClaim(event) ?? this.#enrolments.problemOfClaim(event);
      if (event.type !== 'publish') return undefined;
      const { statement } = event.body;
      return this.retirements.problemOfPublication(statement) ?? this.exceptions.problemOfGround(statement);
    }
    if (event.type === 'change.signed') {
      const { change_id, mirror_id } = event.body.statement;
      if (mirror_id !== this.mirrorId) return 'is a signature for another mirror';
      return this.changes.hasId(change_id) ? 'repeats a signature under a change' : undefined;
    }
    // Most leaves are timestamps: they decide nothing.
    return isAgreedEvent(event) ? this.#problemOfChange(event) : undefined;
  }

  #problemOfChange(event: AgreedEvent): string | undefined {
    const problem = this.#problemOfSense(event);
    if (problem !== undefined) return problem;
    const agreed = this.#agreement(event);
    return typeof agreed === 'string' ? agreed : undefined;
  }

  /** What is wrong with a change, whoever agreed to it. */
  #problemOfSense(event: AgreedEvent): string | undefined {
    switch (event.type) {
      case 'actor.add':
      case 'actor.retire':
      case 'key.add':
      case 'key.revoke':
        return this.people.problemOf(event);
      case 'policy.set': {
        const { scope, sha256, policy } = event.body;
        if (!SCOPE.test(scope)) return 'sets a policy for what is no repository';
        return sha256 === statementDigest(policy) ? undefined : 'sets another policy than it names';
      }
      case 'witnesses.set':
        return event.body.sha256 === witnessesDigest(event.body.text)
          ? undefined
          : 'sets other witnesses than it names';
      case 'withdraw.generation':
      case 'breakglass.open':
      case 'breakglass.review':
        return this.exceptions.problemOf(event);
      case 'upstream.retire':
        return this.retirements.problemOf(event);
    }
  }

  #agreement(event: AgreedEvent): Agreed | string {
    return agreementOf(this, event, this.#aboutOf(event) ?? NOTHING);
  }

  #aboutOf(event: AgreedEvent): About | undefined {
    switch (event.type) {
      case 'withdraw.generation':
      case 'breakglass.open':
      case 'breakglass.review':
        return this.exceptions.aboutOf(event);
      case 'upstream.retire':
        return this.retirements.aboutOf(event);
      default:
        return undefined;
    }
  }

  #take(event: AnyEvent, mark: Mark): void {
    if (event.type === 'genesis') {
      const { installation, origin, log_key, attestation_key } = event.body;
      const keys = { logKey: log_key, attestationKey: attestation_key };
      this.#genesis = { ...mark, mirrorId: event.mirrorId, installation, origin, ...keys };
    } else if (event.type === 'recovery') {
      this.#log = { origin: event.body.origin, logKey: event.body.log_key };
    } else if (isEnrolmentEvent(event)) this.#enrolments.apply(event, mark);
    else if (isImportEvent(event)) this.imports.apply(event, mark);
    else if (event.type === 'change.signed') this.#takeSignature(event, mark);
    else if (isAgreedEvent(event)) this.#takeChange(event, mark);
    else if (event.type === 'redaction') this.#redact(event.body.commitment, mark.index);
  }

  /** What was never used is not excused by its erasure: else it could be used afterwards, without having been there. */
  #redact(digest: string, index: number): void {
    const used = this.agreed.flatMap(({ signatures }) => signatures);
    if (used.some(({ signature }) => signature?.sshsig_sha256 === digest)) this.redacted.set(digest, index);
  }

  #takeSignature({ body: { statement, signature } }: EventOf<'change.signed'>, mark: Mark): void {
    if (this.#isInForce(statement.subject)) this.changes.addSpent(statement);
    else this.changes.add(statement, subjectDigest(statement.subject), signature, mark);
  }

  /** Signed for what holds already, it could only be used after something else held in between: unasked, much later. */
  #isInForce({ kind, scope, document_sha256 }: ChangeSubject): boolean {
    if (kind === 'policy.set') return this.policies.ofScope(scope ?? EVERYWHERE)?.sha256 === document_sha256;
    if (kind !== 'witnesses.set' || !this.#witnesses) return false;
    return setWitnesses(this.#witnesses.text, this.#witnesses.withoutQuorum).document_sha256 === document_sha256;
  }

  #takeChange(event: AgreedEvent, mark: Mark): void {
    const agreed = this.#agreement(event);
    if (typeof agreed === 'string') return;
    if (agreed.signatures.length > 0) this.agreed.push({ ...agreed, entry: mark.index });
    const key = this.changes.get(agreed.subjectSha256)?.subject.key ?? null;
    this.changes.spend(agreed.subjectSha256, event.type !== 'policy.set' && event.type !== 'witnesses.set');
    switch (event.type) {
      case 'actor.add':
        if (key !== null) this.changes.expectFirstKey(agreed.subjectSha256, { actor: event.body.actor, key });
        this.people.apply(event, mark);
        return;
      case 'key.add':
      case 'actor.retire':
      case 'key.revoke':
        this.people.apply(event, mark);
        return;
      case 'policy.set':
        this.policies.apply(event.body.scope, event.body.policy, event.body.sha256, mark);
        return;
      case 'witnesses.set': {
        const { sha256, text, without_quorum: withoutQuorum } = event.body;
        this.#witnesses = { ...mark, sha256, text, withoutQuorum };
        return;
      }
      case 'withdraw.generation':
      case 'breakglass.open':
      case 'breakglass.review':
        this.exceptions.apply(event, agreed, mark);
        return;
      case 'upstream.retire':
        this.retirements.apply(event, agreed, mark);
    }
  }
}
