/**
 * Whose word each leaf is: the server’s statements under its attestation key, people’s under their own (SSHSIG), and every
 * value that a leaf commits to. What was erased is counted, with the event that says so; what is gone without one is wrong.
 */
import { dsseKeyId, preAuthenticationEncoding } from '../../dsse.ts';
import { type AnyEvent, canonicalBytes } from '../../ledger/events/leaf.ts';
import { OBSERVATION, PUBLICATION } from '../../ledger/transcript.ts';
import { decodeBase64, decodeHex } from '../../tuf/encoding.ts';
import { commitmentsIn } from '../commitments.ts';
import type { SealedValues } from '../record.ts';
import { signatureState, signedIn } from '../signed.ts';
import type { Findings } from './findings.ts';
import { quickVerifier, type Verifies } from './quick-signatures.ts';

export interface StatementCounts {
  /** The server’s. */
  statements: number;
  /** Of people. */
  person_signatures: number;
  redacted_signatures: number;
  sealed_values: number;
  redacted_values: number;
}

export class StatementWalk {
  readonly counts: StatementCounts = {
    ...{ statements: 0, person_signatures: 0, redacted_signatures: 0, sealed_values: 0, redacted_values: 0 },
  };
  readonly #sealed: SealedValues;
  readonly #findings: Findings;
  readonly #isErased: (digest: string) => boolean;
  #server: { readonly keyId: string; readonly verifies: Verifies } | undefined;

  constructor(sealed: SealedValues, findings: Findings, isErased: (digest: string) => boolean) {
    this.#sealed = sealed;
    this.#findings = findings;
    this.#isErased = isErased;
  }

  visit(event: AnyEvent): void {
    if (event.type === 'genesis') this.#setKey(event.body.attestation_key);
    if (event.type === 'import.verified' || event.type === 'import.rejected') this.#statement(event, OBSERVATION);
    if (event.type === 'publish') this.#statement(event, PUBLICATION);
    this.#person(event);
    for (const commitment of commitmentsIn(event)) this.#value(commitment, event.n);
    if (event.type === 'redaction') this.#redaction(event.body.commitment, event.n);
  }

  #setKey(hex: string): void {
    const publicKey = decodeHex(hex) ?? new Uint8Array();
    this.#server = { keyId: dsseKeyId(publicKey), verifies: quickVerifier(publicKey) };
  }

  #statement(
    event: Extract<AnyEvent, { type: 'import.verified' | 'import.rejected' | 'publish' }>,
    type: string,
  ): void {
    this.counts.statements++;
    const { statement, signature } = event.body;
    const signed = preAuthenticationEncoding(type, canonicalBytes(statement));
    const sig = decodeBase64(signature.sig);
    const isSigned = sig !== undefined && this.#server?.verifies(signed, sig) === true;
    if (isSigned && signature.keyid === this.#server?.keyId) return;
    this.#findings.add(
      'STATE_LEDGER',
      `The statement of entry ${event.n} is not signed by this mirror’s attestation key.`,
      {
        entry: event.n,
      },
    );
  }

  #person(event: AnyEvent): void {
    const signed = signedIn(event);
    if (!signed) return;
    const entry = event.n;
    const verdict = this.#findings.look(() => signatureState(signed, this.#sealed, this.#isErased), { entry });
    if (!verdict || verdict.state === 'unsigned') return;
    this.counts.person_signatures++;
    if (verdict.state === 'redacted') this.counts.redacted_signatures++;
    if (verdict.why !== undefined)
      this.#findings.add(
        'TRUST_SSH_SIGNATURE',
        `The person’s statement of entry ${entry}: ${verdict.why.replace(/\.$/, '')}.`,
        { entry },
      );
  }

  #value(commitment: string, entry: number): void {
    this.counts.sealed_values++;
    // Altered, it is refused here.
    const found = this.#findings.look(() => this.#sealed.open(commitment) ?? 'gone', { entry });
    if (found !== 'gone') return;
    if (this.#isErased(commitment)) this.counts.redacted_values++;
    else
      this.#findings.add(
        'STATE_SEALED',
        `The sealed value ${commitment.slice(0, 12)} of entry ${entry} is gone, and no entry says that it was erased.`,
        { entry },
      );
  }

  #redaction(commitment: string, entry: number): void {
    const left = this.#findings.look(() => this.#sealed.open(commitment), { entry });
    if (!left) return;
    const what = `Entry ${entry} says that ${commitment.slice(0, 12)} was erased, and it is still there: erase it again.`;
    this.#findings.add('STATE_SEALED', what, { entry });
  }
}
