/**
 * Publishing what was recorded before: on command, when the last approval is there, in an emergency, or to go back. Its
 * files are read again from disk and its metadata is verified anew, because it may have lain there for weeks.
 */
import { isRefusal, type Refusal } from '../errors.ts';
import { readCarriedList } from '../ledger/lists.ts';
import type { Current, Enrolment } from '../ledger/records.ts';
import { type Mirror, publishVerified, rulesOf, withWriter } from '../mirror.ts';
import { authorise, requireAutomatic } from '../publish/authority.ts';
import { planNext } from '../publish/generation.ts';
import { requireAccepted } from '../publish/next.ts';
import { type Reverified, reverifyImport } from '../publish/reverify.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { verifiedImport } from './exceptions.ts';

export type Publishing =
  | { readonly outcome: 'published'; readonly import: number; readonly current: Current }
  | { readonly outcome: 'needs-root'; readonly import: number; readonly why: string }
  | { readonly outcome: 'waits'; readonly import: number; readonly refusal: Refusal }
  /** It is public already. */
  | { readonly outcome: 'unchanged'; readonly import: number; readonly generation: number }
  | { readonly outcome: 'rehearsed'; readonly import: number; readonly rootChange: string | undefined };

export interface PublishRequest {
  readonly import: number;
  /** Whether somebody asks for it now; otherwise it is public only where the policy is automatic. */
  readonly isCommanded: boolean;
  readonly isRehearsal?: boolean;
  readonly onProgress?: (step: string) => void;
}

/** @throws USAGE_UNKNOWN_IMPORT, STATE_CONFLICT, STATE_DAMAGED, and every refusal of trust */
export async function publishRecorded(mirror: Mirror, request: PublishRequest): Promise<Publishing> {
  const { import: number, isCommanded, isRehearsal = false, onProgress } = request;
  const rules = rulesOf(mirror);
  const repository = verifiedImport(rules, number).repository as RepositoryId;
  const enrolment = mirror.reader.enrolment(repository);
  requireAccepted(mirror, repository, number);
  const current = rules.imports.current(repository)?.statement;
  if (current?.import_id === number) return { outcome: 'unchanged', import: number, generation: current.generation };
  // Asked again where the signing is; here so that nobody hashes gigabytes for what still waits.
  const refusal = whyWaiting(() => {
    authorise(mirror, repository, number);
    if (!isCommanded) requireAutomatic(mirror, repository, number);
  });
  if (refusal) return { outcome: 'waits', import: number, refusal };
  const verified = await lookAgain(mirror, enrolment, number, onProgress);
  if (isRehearsal) {
    const { rootChange } = planNext(mirror, enrolment, verified.candidate).plan;
    return { outcome: 'rehearsed', import: number, rootChange };
  }
  return withWriter(mirror, async (writer) => {
    const { candidate, memory } = verified;
    const result = await publishVerified(mirror, writer, { enrolment, candidate, import: number, memory, isCommanded });
    switch (result.outcome) {
      case 'published':
      case 'needs-root':
      case 'waits':
        return result;
      default:
        throw new TypeError(`what was recorded before was ${result.outcome}`);
    }
  });
}

/** The import as it lies here now: every carried file by its digest, and every signature of upstream’s. */
export async function lookAgain(
  mirror: Mirror,
  enrolment: Enrolment,
  number: number,
  onProgress: (step: string) => void = () => undefined,
): Promise<Reverified> {
  const { observation } = verifiedImport(rulesOf(mirror), number);
  const carried = readCarriedList(mirror.reader.bytes(observation.carried_sha256 as Sha256));
  for (const [index, { sha256 }] of carried.entries()) {
    onProgress(`target ${index + 1} of ${carried.length}`);
    await mirror.blobs.check(sha256, true);
  }
  onProgress(`verifying import ${number}`);
  return reverifyImport(mirror, enrolment, number);
}

const WAITING = ['POLICY_APPROVALS', 'POLICY_COOLING_OFF', 'POLICY_REJECTED', 'POLICY_NOT_PERMITTED'] as const;

function whyWaiting(ask: () => void): Refusal | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (WAITING.some((code) => isRefusal(error, code))) return error as Refusal;
    throw error;
  }
}
