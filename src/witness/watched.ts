/** What is looked at by those who watch: the ledger with its keys, as an opened data directory has them. */
import type { LedgerKeys } from '../ledger/keys.ts';
import type { AnyLog } from '../ledger/verified-log.ts';
import type { Database } from '../platform/database.ts';

export interface Watched {
  readonly database: Database;
  readonly log: AnyLog;
  readonly writerOptions: { readonly keys: LedgerKeys };
}
