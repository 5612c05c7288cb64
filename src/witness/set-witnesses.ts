/**
 * Who cosigns, and whether publications wait for them: a change of the rules, agreed to as every other is
 * (`decide/change.ts`), and recorded by value. From its own checkpoint on, the new witnesses are asked.
 */
import { Refusal } from '../errors.ts';
import type { Rules } from '../gate/rules.ts';
import * as subjects from '../gate/subjects.ts';
import type { ChangeSubject, LeafRef } from '../ledger/events/statements.ts';
import type { LedgerKeys } from '../ledger/keys.ts';
import type { NewEvent } from '../ledger/transcript.ts';
import type { AnyLog } from '../ledger/verified-log.ts';
import type { WriterOptions } from '../ledger/writer.ts';
import { readNewRule } from './rule.ts';

export interface NewRule {
  /** C2SP tlog-policy. */
  readonly text: string;
  readonly withoutQuorum: 'wait' | 'publish';
}

/** A change that people agree to by signing its subject. */
interface ChangeOfWitnesses {
  isSame(subject: ChangeSubject): boolean;
  make(): ChangeSubject;
  effects(subject: ChangeSubject, agreed: (appended: readonly LeafRef[]) => Agreed, by: string): NewEvent[];
}

interface Agreed {
  readonly subject_sha256: string;
  readonly signatures: readonly LeafRef[];
}

/** @throws CONFIG_WITNESSES when it is asked for, USAGE_OPTION for what is in force already */
export function settingWitnesses(
  { log, keys }: { readonly log: AnyLog; readonly keys: LedgerKeys },
  { text, withoutQuorum }: NewRule,
): (rules: Rules) => ChangeOfWitnesses {
  return ({ witnesses: now }) => {
    readNewRule(text, keys.checkpoints(log.facts.origin).key.text);
    if (now?.text === text && now.withoutQuorum === withoutQuorum)
      throw new Refusal('USAGE_OPTION', 'These witnesses are in force already.');
    const subject = subjects.setWitnesses(text, withoutQuorum);
    const rule = { sha256: subjects.witnessesDigest(text), text, without_quorum: withoutQuorum };
    return {
      isSame: (other) => other.kind === subject.kind && other.document_sha256 === subject.document_sha256,
      make: () => subject,
      effects: (_, agreed, by) => [
        { type: 'witnesses.set', actor: by, body: (appended) => ({ ...rule, ...agreed(appended) }) },
      ],
    };
  };
}

/**
 * The same data directory, whose writers ask nobody, and so show nothing that somebody must have seen: a witness that says
 * wrongly that we are behind could otherwise never be replaced.
 */
export function unasked<Opened extends { readonly writerOptions: WriterOptions }>(mirror: Opened): Opened {
  return { ...mirror, writerOptions: { ...mirror.writerOptions, witnesses: undefined } };
}
