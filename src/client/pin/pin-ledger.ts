/**
 * What a pin asks of the mirror’s ledger: which log, seen by how many witnesses, and perhaps whose approval. Without this
 * member no proof is asked for, and the verdict says so.
 */
import { parseWitnessPolicy } from '../../tlog/witness-policy.ts';
import { parsePublicKeyLine } from '../../sshsig/public-key.ts';
import { readAddress } from './addresses.ts';
import type { Member } from './own-document.ts';
import type { ApprovalPin, LedgerPin } from './pin.ts';

const MOST_APPROVERS = 100;

/** @throws CONFIG_PIN */
export function readLedger(ledger: Member): LedgerPin {
  const member = ledger.closed(['policy', 'address', 'approvals']);
  const text = member('policy').text();
  const witnesses = member('policy').attempt(() => parseWitnessPolicy(text));
  const [log, ...others] = witnesses.logs;
  if (!log || others.length > 0) return member('policy').refuse('must name exactly one log');
  return {
    text,
    witnesses,
    log: log.key,
    address: member('address').optional(readAddress) ?? log.url,
    approvals: member('approvals').optional(readApprovals),
  };
}

function readApprovals(approvals: Member): ApprovalPin {
  const member = approvals.closed(['threshold', 'keys']);
  const keys = member('keys')
    .items()
    .map((item) => item.attempt(() => parsePublicKeyLine(item.text())));
  // One key written twice would make one person two (K-02).
  if (new Set(keys.map(({ material }) => material)).size !== keys.length) member('keys').refuse('lists one key twice');
  if (keys.length > MOST_APPROVERS) member('keys').refuse(`has more than ${String(MOST_APPROVERS)} keys`);
  return { threshold: member('threshold').whole(1, keys.length), keys };
}
