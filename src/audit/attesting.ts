/** Statements that this mirror signs for others, with the key that signs what it saw: the only key that auditing uses. */
import { attest, type LedgerKeys } from '../ledger/keys.ts';
import type { SignStatement } from './exports/in-toto.ts';

export function attesting({ attestation }: Pick<LedgerKeys, 'attestation'>): SignStatement {
  return (payloadType, payload) => attest(attestation, payloadType, payload);
}
