/** A record of the time before the ledger: its events become leaves, and its tables their projections. */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import type { LedgerKeys } from './keys.ts';
import type { SealedStore } from './sealed.ts';

export interface Translating {
  readonly keys: LedgerKeys;
  readonly sealed: SealedStore;
  readonly software: string;
  /** The log’s name, from the installation’s. */
  readonly origin: (installation: string) => string;
}

/** @throws STATE_SCHEMA when the plain record is not whole */
export function translatePlainRecord(database: Database, translating: Translating): void {
  throw new Refusal(
    'STATE_SCHEMA',
    `${translating.software} cannot yet read a record of ${String(database.dataVersion())} without a ledger.`,
  );
}
