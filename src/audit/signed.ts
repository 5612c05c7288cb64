/** Whether what a person said is still shown to be said by that person. An erased signature is a state, and no failure. */
import { purposeOf } from '../gate/subjects.ts';
import { type SignedStatement, whyUnsigned } from '../gate/person.ts';
import type { AnyEvent } from '../ledger/events/leaf.ts';
import { PURPOSES } from '../sshsig/namespaces.ts';
import { opened, type SealedValues } from './record.ts';

/**
 * `unsigned`: the account of this machine said it. `redacted`: erased, by an event that says so. `missing`: gone, and no
 * event says why.
 */
export type SignatureState = 'verified' | 'redacted' | 'missing' | 'not verified' | 'unsigned';

export interface SignatureVerdict {
  readonly state: SignatureState;
  /** Of `missing` and `not verified`. */
  readonly why: string | undefined;
}

/** What a person signed in this leaf; undefined for leaves without a person’s statement. */
export function signedIn(event: AnyEvent): SignedStatement | undefined {
  switch (event.type) {
    case 'import.claimed': {
      const { statement, signature } = event.body;
      return { statement, signature, key: statement.importer.key, purpose: PURPOSES.importClaim };
    }
    case 'approval': {
      const { statement, signature } = event.body;
      return { statement, signature, key: statement.approver.key, purpose: PURPOSES.importApproval };
    }
    case 'change.signed': {
      const { statement, signature } = event.body;
      return { statement, signature, key: statement.signer.key, purpose: purposeOf(statement.subject) };
    }
    default:
      return undefined;
  }
}

export function signatureState(
  signed: SignedStatement,
  sealed: Pick<SealedValues, 'open'>,
  isErased: (digest: string) => boolean,
): SignatureVerdict {
  const digest = signed.signature?.sshsig_sha256;
  if (digest === undefined) {
    // A key that is named and did not sign is somebody’s name on what they never saw.
    return signed.key === null ? { state: 'unsigned', why: undefined } : bad('it names a key that did not sign it');
  }
  const armored = opened(sealed as SealedValues, digest);
  if (armored === undefined) {
    return isErased(digest)
      ? { state: 'redacted', why: undefined }
      : { state: 'missing', why: 'its signature is gone, and no entry says that it was erased' };
  }
  const why = whyUnsigned(signed, () => armored, false);
  return why === undefined ? { state: 'verified', why } : bad(why);
}

function bad(why: string): SignatureVerdict {
  return { state: 'not verified', why };
}
