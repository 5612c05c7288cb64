/**
 * Everything that an outsider would verify, in one pass over the leaves: schema and triggers, every leaf, node and root,
 * every checkpoint and cosignature, the server’s statements and people’s, the rules folded and each publication judged by
 * them, stored files, tables against the leaves, the head file, and the checkpoint that the auditor kept. It goes on after a
 * finding and names each by entry or row.
 */
import { Refusal } from '../../errors.ts';
import { RULES } from '../../gate/fold.ts';
import { released } from '../../ledger/checkpoints.ts';
import { type AnyEvent, canonicalText, decodeLeaf } from '../../ledger/events/leaf.ts';
import { logSize } from '../../ledger/log-rows.ts';
import { type NoteKey, type NoteSigner, openNote } from '../../tlog/note.ts';
import type { Hash } from '../../tlog/tree.ts';
import { countWitnesses, parseWitnessPolicy, type WitnessPolicy } from '../../tlog/witness-policy.ts';
import { formatDate } from '../../tuf/dates.ts';
import { printable, type Sha256 } from '../../tuf/names.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import { eventsOf } from '../chronicle.ts';
import { judgePublication } from '../publications.ts';
import { type AuditedRecord, opened } from '../record.ts';
import { CheckpointWalk, type CheckpointCounts, standingOf, type WitnessStanding } from './checkpoint-walk.ts';
import { type Finding, Findings } from './findings.ts';
import { KeptCheckpoint, type SinceAnswer } from './kept-checkpoint.ts';
import { readRenewal } from './renewal-form.ts';
import { ReplayedTables } from './replayed-tables.ts';
import { type StatementCounts, StatementWalk } from './statement-walk.ts';
import { checkFiles, checkReservations, checkSchema } from './stored-tables.ts';
import { type StoredEntry, type Walked, walkTree } from './tree-walk.ts';

export interface VerifyQuestion {
  /** A checkpoint that the auditor kept. */
  readonly since?: Uint8Array | undefined;
  /** The auditor’s own list of witnesses, in place of the ledger’s. */
  readonly witnessPolicy?: string | undefined;
  readonly onProgress?: ((step: string) => void) | undefined;
}

export interface VerifyAnswer {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly findings_left_out: number;
  readonly log: LogStanding;
  readonly since: SinceAnswer | undefined;
  readonly witnesses: WitnessStanding | undefined;
  readonly checked: CheckpointCounts &
    StatementCounts & { readonly entries: number; readonly files: number; readonly publications: number };
}

export interface LogStanding {
  readonly origin: string | undefined;
  /** Verifier key of its checkpoints: compare it with the one that you were given. */
  readonly log_key: string | undefined;
  readonly attestation_key: string | undefined;
  readonly size: number;
  readonly root: string;
  /** The newest checkpoint that was shown. */
  readonly checkpoint_size: number | undefined;
  readonly last_received_at: string | undefined;
}

/** @throws TRUST_LOG_FORMAT, CONFIG_WITNESSES for files of the auditor’s that cannot be read */
export async function verifyRecord(record: AuditedRecord, question: VerifyQuestion = {}): Promise<VerifyAnswer> {
  const { onProgress = () => undefined } = question;
  const { database, headFile } = record;
  const findings = new Findings();
  const policy = question.witnessPolicy === undefined ? undefined : parseWitnessPolicy(question.witnessPolicy);
  const kept = question.since && new KeptCheckpoint(question.since);
  onProgress('schema');
  await checkSchema(record, findings);
  const tables = await ReplayedTables.begin(record.disk, record.reader);
  const walk = new Walk(record, findings, { kept, tables });
  const size = logSize(database);
  onProgress('entries');
  const walked = walkTree(database, size, findings, (entry, ...tree) => walk.visit(entry, ...tree));
  walk.checkpoints.finish(size);
  onProgress('files');
  const files = checkFiles(database, findings);
  onProgress('tables');
  // What the leaves say is worth a comparison only while they are whole.
  if (walk.areTablesTold) tables.compare(database, findings);
  tables.close();
  checkReservations(record, findings);
  const { keys } = walk.checkpoints;
  await findings.lookAt(() => headFile.refuseRestored(database, (origin) => publicHalf(keys, origin)), headFile.path);
  const since = kept?.finish(size, keys, findings);
  const witnesses = newestWitnesses(record, walk, policy, findings);
  return {
    ok: findings.count === 0,
    findings: findings.list,
    findings_left_out: findings.leftOut,
    log: standing(record, walk, walked),
    ...{ since, witnesses },
    checked: {
      ...{ entries: size, files, publications: walk.publications },
      ...{ ...walk.checkpoints.counts, ...walk.statements.counts },
    },
  };
}

class Walk {
  readonly checkpoints: CheckpointWalk;
  readonly statements: StatementWalk;
  readonly rules = RULES.start();
  readonly #record: AuditedRecord;
  readonly #findings: Findings;
  readonly #beside: { readonly kept: KeptCheckpoint | undefined; readonly tables: ReplayedTables };
  readonly #erased: ReadonlySet<string>;
  publications = 0;
  /** Whether every entry so far was there, and an event: after one that is not, nothing is judged. */
  #isReadable = true;
  lastAt: Date | undefined;
  /** Whether every event so far became rows: a list that is missing is a finding of its own. */
  #areTold = true;
  #mirrorId: string | undefined;

  constructor(
    record: AuditedRecord,
    findings: Findings,
    beside: { readonly kept: KeptCheckpoint | undefined; readonly tables: ReplayedTables },
  ) {
    const { database, sealed } = record;
    this.#record = record;
    this.#findings = findings;
    this.#beside = beside;
    this.#erased = new Set(readAhead(() => [...eventsOf(database, 'redaction')]).map(({ body }) => body.commitment));
    const rules = readAhead(() => [...eventsOf(database, 'witnesses.set')]).map(({ body }) => body);
    this.checkpoints = new CheckpointWalk(database, findings, rules);
    this.statements = new StatementWalk(sealed, findings, (digest) => this.#erased.has(digest));
  }

  get areTablesTold(): boolean {
    return this.#isReadable && this.#areTold;
  }

  visit({ index, body, hash }: StoredEntry, size: number, root: () => Hash): void {
    const renewal = body === undefined ? undefined : readRenewal(body, index);
    // Of another mirror, it is for the rules to say so.
    if (body === undefined) this.#passOver();
    else if (renewal && renewal.mirrorId === this.#mirrorId) {
      this.rules.skip();
      this.#tell(renewal, body);
    } else this.#read(index, body, encodeHex(hash));
    this.checkpoints.at(size, root);
    this.#beside.kept?.at(size, root);
  }

  #read(index: number, body: string, hash: string): void {
    const event = this.#findings.look(() => decodeLeaf(Buffer.from(body, 'utf8'), index), { entry: index });
    if (!event) {
      this.#passOver();
      return;
    }
    if (index === 0) this.#mirrorId = event.mirrorId;
    if (canonicalText(JSON.parse(body)) !== body) {
      const what = `Entry ${index} of the ledger is not spelled as this program spells it.`;
      this.#findings.add('STATE_LEDGER', what, { entry: index });
    }
    if (event.type === 'genesis' || event.type === 'recovery') this.checkpoints.name(event.body.log_key, index);
    if (event.type === 'witnesses.set') this.checkpoints.rule(event.body, index);
    this.statements.visit(event);
    this.#fold(event, hash);
    this.#tell(event, body);
  }

  #tell(event: AnyEvent, body: string): void {
    this.lastAt = event.at;
    if (!this.#isReadable || !this.#areTold) return;
    const isTold = this.#findings.look(
      () => {
        this.#beside.tables.take(event, body);
        return true;
      },
      { entry: event.n },
    );
    if (isTold !== true) this.#areTold = false;
  }

  /** Without this entry nothing after it can be judged, and every consequence of it would be one finding more. */
  #passOver(): void {
    this.#isReadable = false;
    this.rules.skip();
  }

  #fold(event: AnyEvent, hash: string): void {
    if (!this.#isReadable) {
      this.rules.skip();
      return;
    }
    const entry = event.n;
    const isAccepted = this.#findings.look(
      () => {
        this.rules.check(event);
        if (event.type === 'publish') this.#judge(event, hash);
        RULES.apply(this.rules, event, hash as Sha256);
        return true;
      },
      { entry },
    );
    // It was not taken over; what follows is judged without it.
    if (isAccepted !== true) this.rules.skip();
  }

  #judge(event: Extract<AnyEvent, { type: 'publish' }>, hash: string): void {
    this.publications++;
    const { problem } = judgePublication(
      this.rules,
      event,
      { index: event.n, hash },
      {
        signatures: (digest) => opened(this.#record.sealed, digest),
        isErased: (digest) => this.#erased.has(digest),
      },
    );
    if (problem === undefined) return;
    const { repo_id, generation, import_id } = event.body.statement;
    const what = `Generation ${generation} of ${repo_id} (import ${import_id}) should not have been published: ${problem.replace(/\.$/, '')}.`;
    this.#findings.add('POLICY_APPROVALS', what, { entry: event.n });
  }
}

/** The head file is compared with what the ledger says of its own keys: an auditor has no private ones. */
function publicHalf(keys: readonly NoteKey[], origin: string): NoteSigner {
  const key = keys.find(({ name }) => name === origin);
  if (!key)
    throw new Refusal('STATE_RESTORED', `The head file is of the log “${printable(origin, 80)}”, not of this one.`);
  const sign = (): never => {
    throw new TypeError('nothing is signed here');
  };
  return { key, sign };
}

/** What cannot be read ahead is met again in its place, and named there. */
function readAhead<Value>(read: () => Value[]): Value[] {
  const found = new Findings().look(read);
  return found ?? [];
}

function newestWitnesses(
  { database }: AuditedRecord,
  { checkpoints, rules }: Walk,
  policy: WitnessPolicy | undefined,
  findings: Findings,
): WitnessStanding | undefined {
  const newest = released(database);
  const own = rules.witnesses && findings.look(() => parseWitnessPolicy(rules.witnesses?.text ?? ''));
  const asked = policy ?? own;
  if (!newest || !asked) return undefined;
  const row = `checkpoint ${newest.size}`;
  const isKnown =
    asked.logs.length === 0 || checkpoints.keys.some(({ text }) => asked.logs.some(({ key }) => key.text === text));
  if (!isKnown)
    findings.add(
      'TRUST_LOG_SIGNATURE',
      'The witness policy is about another log: none of its log keys is this one’s.',
      { row },
    );
  const count = findings.look(() => countWitnesses(asked, openNote(newest.note)), { row });
  // By the ledger’s own rule it was asked for every checkpoint already.
  if (policy && count?.isQuorum === false)
    findings.add(
      'STATE_WITNESSES',
      `Too few witnesses of the policy have seen the newest checkpoint, of ${newest.size} entries.`,
      { row },
    );
  return count && standingOf(count);
}

function standing(
  { database }: AuditedRecord,
  { checkpoints, rules, lastAt }: Walk,
  { size, root }: Walked,
): LogStanding {
  const key = checkpoints.keys.at(-1);
  return {
    ...{ origin: key?.name, log_key: key?.text },
    attestation_key: key && rules.size > 0 ? rules.genesis.attestationKey : undefined,
    ...{ size, root: encodeHex(root), checkpoint_size: released(database)?.size },
    last_received_at: lastAt && formatDate(lastAt),
  };
}
