/**
 * Publications as in-toto statements, for policy engines: one of our own predicate with everything by value, and one Simple
 * Verification Result. Both are signed by the attestation key (DSSE), one envelope a line.
 *
 * People’s signatures are inside as evidence: they are SSHSIG over the canonical statement beside them, and no DSSE
 * signatures. A bundle says nothing about what is not in it: that, the log does.
 */
import { dsseEnvelope, type DsseSignature, IN_TOTO } from '../../dsse.ts';
import { isRefusal } from '../../errors.ts';
import type { ImportObservation } from '../../ledger/events/statements.ts';
import { canonicalBytes } from '../../ledger/events/leaf.ts';
import { formatDate } from '../../tuf/dates.ts';
import { entryRef, type Inquiry, timesAt } from '../inquiry.ts';
import type { JudgedPublication } from '../publications.ts';
import { opened } from '../record.ts';
import { jsonLine, logKeyOf } from './json-lines.ts';
import type { Stretch } from './stretch.ts';
import { subjectsOf } from './subjects.ts';

/**
 * Compared as text by policy engines, and never fetched. `.invalid` is nobody’s domain for ever (RFC 6761), so nobody can
 * come to own what these statements mean.
 */
export const PREDICATE = 'https://countersign.invalid/attestation/mirror-import/v1';
export const SVR = 'https://in-toto.io/attestation/svr/v0.2';
const STATEMENT = 'https://in-toto.io/Statement/v1';

export type SignStatement = (payloadType: string, payload: Uint8Array) => DsseSignature;

export function* inTotoLines(
  inquiry: Inquiry,
  { from, to }: Stretch,
  now: Date,
  sign: SignStatement,
): Generator<string> {
  for (const publication of inquiry.chronicle.publications) {
    if (publication.index < from || publication.index >= to) continue;
    const subject = subjectsOf(inquiry, publication);
    for (const [predicateType, predicate] of [
      [PREDICATE, mirrorImport(inquiry, publication)],
      [SVR, verificationResult(inquiry, publication, now)],
    ] as const) {
      const payload = canonicalBytes(plain({ _type: STATEMENT, subject, predicateType, predicate }));
      yield jsonLine(dsseEnvelope(IN_TOTO, payload, [sign(IN_TOTO, payload)]));
    }
  }
}

/** Absent members become null, so that there is one canonical form. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, member: unknown) => (member === undefined ? null : member))) as object;
}

/** Claim, observation, approvals and publication by value, each with its entry, signature and times. */
function mirrorImport(inquiry: Inquiry, publication: JudgedPublication): object {
  const { chronicle, record } = inquiry;
  const { statement, ground, people, asked, problem } = publication;
  const imported = chronicle.rules.imports.get(statement.import_id);
  if (!imported) throw new TypeError(`import ${statement.import_id} was published and does not exist`);
  const { claim, observation, observed, approvals } = imported;
  const sshsig = (signed: { sshsig_sha256: string } | null): object | null =>
    signed && { ...signed, armored: opened(record.sealed, signed.sshsig_sha256) };
  return {
    schema: 'mirror-import/1',
    log: {
      origin: chronicle.told('recovery').at(-1)?.event.body.origin ?? chronicle.rules.genesis.origin,
      log_key: logKeyOf(inquiry),
    },
    claim: {
      ...entryRef(claim),
      statement: claim.statement,
      sshsig: sshsig(claim.signature),
      times: timesAt(inquiry, claim, claim.statement.claimed_at),
    },
    observation: { ...entryRef(observed), statement: observation, times: timesAt(inquiry, observed) },
    approvals: approvals
      .filter(({ index }) => statement.approvals.some((ref) => ref.index === index))
      .map((one) => ({
        ...entryRef(one),
        statement: one.statement,
        sshsig: sshsig(one.signature),
        times: timesAt(inquiry, one, one.statement.claimed_at),
      })),
    publication: { ...entryRef(publication), statement, times: timesAt(inquiry, publication) },
    judgement: { ground, asked, people: people.length, problem },
  };
}

function verificationResult(inquiry: Inquiry, publication: JudgedPublication, now: Date): object {
  const { chronicle, witnessed } = inquiry;
  const { statement, ground, people, problem } = publication;
  const observation = chronicle.rules.imports.get(statement.import_id)?.observation;
  const verified = people.filter(({ signature }) => signature === 'verified').length;
  const isExcluding = observation?.decisions.some(({ kind }) => kind === 'exclude-role') === true;
  const counted = problem === undefined ? verified : 0;
  return {
    verifier: {
      id: `https://countersign.invalid/mirror/${chronicle.rules.mirrorId}/v1`,
      policies: [{ name: 'policy', digest: { sha256: statement.policy_sha256 } }],
    },
    timeCreated: formatDate(now),
    properties: [
      'MIRROR_UPSTREAM_SIGNATURES_VERIFIED',
      ...(isExcluding ? [] : ['MIRROR_ALL_ROLES_CARRIED']),
      ...(observation && isEvidenceThere(inquiry, observation) ? ['MIRROR_EVIDENCE_COMPLETE'] : []),
      // At least so many: an engine that asks for two finds it where there were three.
      ...Array.from({ length: counted }, (_, before) => `MIRROR_APPROVED_${before + 1}_PEOPLE`),
      ...(ground === 'break-glass' ? ['MIRROR_PUBLISHED_IN_EMERGENCY'] : []),
      ...(ground === 'withdrawal' ? ['MIRROR_WENT_BACK'] : []),
      ...(ground === 'solo' ? ['MIRROR_POLICY_ASKED_NOBODY'] : []),
      ...(witnessed.of(publication.index) ? ['MIRROR_WITNESSED'] : []),
    ],
  };
}

/** Upstream’s root chain, timestamp and snapshot, as bytes that are what the entry says. */
function isEvidenceThere({ record, listings }: Inquiry, observation: ImportObservation): boolean {
  try {
    for (const { fileSha256 } of listings.files(observation)) record.reader.bytes(fileSha256);
    return true;
  } catch (error) {
    if (isRefusal(error, 'STATE_DAMAGED')) return false;
    throw error;
  }
}
