/**
 * Proofs beside the files they are about: that this very timestamp, and the publication of this very generation, are in
 * the log. Each is about the leaf of what is served at that moment, and says so in the bytes that it carries (T-03).
 */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { IssuedFile, Served } from '../ledger/records.ts';
import { type Answer, prepareMade, TEXT_TYPE } from './answer.ts';
import type { ReleasedLog } from './released-log.ts';

type Publish = Extract<ReturnType<LedgerReader['event']>, { type: 'publish' }>;

/** The log, and the same log as far as others know it. */
export interface Proving {
  readonly reader: Pick<LedgerReader, 'log'>;
  readonly released: ReleasedLog;
}

/** What is served of a repository, in either dialect. */
export interface Standing {
  readonly current: Served;
  readonly timestamp: IssuedFile;
}

/** @throws STATE_LEDGER when the leaf is about something else: a row that was changed leads to no proof */
export function timestampProof({ reader, released }: Proving, { current, timestamp }: Standing): Answer {
  const { repository, entry } = current;
  // Each time, and not only when the proof is made: it may have been made for whom the leaf is really about.
  const { event } = reader.log.entry(entry);
  const isThis =
    event.type === 'serve.timestamp' &&
    event.body.repository === repository &&
    event.body.timestamp.sha256 === timestamp.fileSha256;
  return isThis ? proofOf(released, entry) : refuse(entry, `the timestamp of ${repository}`);
}

/** @throws STATE_LEDGER as above */
export function publicationProof(proving: Proving, served: Standing): Answer {
  const { n } = publicationOf(proving, served);
  return proofOf(proving.released, n);
}

/** The event that made the served generation public. @throws STATE_LEDGER when it is not there */
export function publicationOf({ reader: { log } }: Proving, { current }: Standing): Publish {
  const { repository, generation } = current;
  const index = log.publicationOf(repository, generation);
  const event = index === undefined ? undefined : log.entry(index).event;
  const isThis =
    event?.type === 'publish' &&
    event.body.statement.repo_id === repository &&
    event.body.statement.generation === generation;
  return isThis ? event : refuse(index, `the publication of ${repository}`);
}

export function proofOf(released: ReleasedLog, index: number): Answer {
  return released.remember(index, () =>
    prepareMade('proof', Buffer.from(released.proof(index)), 'revalidated', TEXT_TYPE),
  );
}

function refuse(index: number | undefined, what: string): never {
  throw new Refusal('STATE_LEDGER', `Entry ${String(index)} of the ledger is not ${what}.`, {
    details: index === undefined ? {} : { entry: index },
  });
}
