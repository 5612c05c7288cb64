/**
 * Who cosigns, and whether publications wait for them: a change of the rules, agreed to as every other is, and recorded by
 * value. From its own checkpoint on, the new witnesses are asked.
 */
import type { Refusal } from '../errors.ts';
import { judgeChange, requireAgreed, subjectDigest } from '../gate/changes.ts';
import type { Rules } from '../gate/rules.ts';
import * as subjects from '../gate/subjects.ts';
import type { SealedStore } from '../ledger/sealed.ts';
import type { VerifiedLog } from '../ledger/verified-log.ts';
import { LedgerWriter, type WriterOptions } from '../ledger/writer.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { readNewRule } from './rule.ts';

export interface RuledRecord {
  readonly clock: Clock;
  readonly database: Database;
  readonly log: VerifiedLog<Rules>;
  readonly sealed: Pick<SealedStore, 'open'>;
  readonly writerOptions: WriterOptions;
}

export interface NewRule {
  /** C2SP tlog-policy. */
  readonly text: string;
  readonly withoutQuorum: 'wait' | 'publish';
  /** Not to ask the witnesses in force: one that says wrongly that we are behind could never be replaced. */
  readonly isUnasked?: boolean;
}

/**
 * @returns why the new witnesses have not seen the change yet; undefined when they have
 * @throws CONFIG_WITNESSES, POLICY_CHANGE; STATE_LEDGER_BEHIND by a witness of either rule
 */
export async function setWitnesses(
  record: RuledRecord,
  { text, withoutQuorum, isUnasked = false }: NewRule,
): Promise<Refusal | undefined> {
  const { database, writerOptions } = record;
  const trouble = await withWriter(
    database,
    isUnasked ? { ...writerOptions, witnesses: undefined } : writerOptions,
    async (writer) => {
      const { log, clock } = record;
      readNewRule(text, writerOptions.keys.checkpoints(log.facts.origin).key.text);
      const subject = subjects.setWitnesses(text, withoutQuorum);
      const verdict = judgeChange(log.state, subject, (digest) => record.sealed.open(digest)?.value, clock.now());
      requireAgreed(verdict);
      const agreed = { subject_sha256: subjectDigest(subject), signatures: verdict.counted };
      const rule = { sha256: subjects.witnessesDigest(text), text, without_quorum: withoutQuorum };
      await writer.commit({ events: [{ type: 'witnesses.set', actor: 'local', body: { ...rule, ...agreed } }] });
      return writer.witnessTrouble;
    },
  );
  // Opening asks the new ones.
  return isUnasked ? withWriter(database, writerOptions, (writer) => Promise.resolve(writer.witnessTrouble)) : trouble;
}

async function withWriter<Result>(
  database: Database,
  options: WriterOptions,
  work: (writer: LedgerWriter) => Promise<Result>,
): Promise<Result> {
  const writer = await LedgerWriter.open(database, options);
  try {
    return await work(writer);
  } finally {
    writer.close();
  }
}
