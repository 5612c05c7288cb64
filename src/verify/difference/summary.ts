/**
 * What an approver reads and signs: the whole difference as one text, and the SHA-256 of its bytes.
 *
 * The text is made from the two sides and nothing else: no clock, no locale, no order that a machine chooses, LF line
 * ends, ASCII only. Two people with the same record see the same bytes, and whoever shows them another text shows
 * another digest. It names repository, import and candidate, so that what was signed for one import can never
 * stand for another.
 */
import { sha256 } from '../../tuf/digest.ts';
import { type RepositoryId, type RoleName, type Sha256, type TargetPath, printable } from '../../tuf/names.ts';
import { type Change, type Side, differenceBetween } from '../difference.ts';

/** The bytes of a carried target as a role lists it; undefined when they are not held, or are too large to look into. */
export type TargetBytes = (role: RoleName, path: TargetPath) => Uint8Array | undefined;

export interface TargetContents {
  readonly from: TargetBytes;
  readonly to: TargetBytes;
}

export interface SummaryRequest {
  readonly repository: RepositoryId;
  /** The number of the import whose candidate is to be approved. */
  readonly import: number;
  readonly candidate: Sha256;
  /** What stood before; undefined for a first import, where everything is new. */
  readonly from: Side | undefined;
  readonly to: Side;
  readonly targets?: TargetContents | undefined;
}

/** How many changes of one kind there are; `changes` holds the first of them, the digest covers all. */
export interface ChangeCount {
  readonly kind: Change['kind'];
  readonly total: number;
  readonly listed: number;
  readonly sha256: Sha256;
}

export interface Summary {
  readonly text: string;
  /** Of the text’s bytes: what an approval names. */
  readonly sha256: Sha256;
  readonly changes: readonly Change[];
  readonly counts: readonly ChangeCount[];
}

export function summarise(request: SummaryRequest): Summary {
  const { changes } = request.from ? differenceBetween(request.from, request.to) : { changes: [] };
  const lines = [
    `repository ${request.repository}`,
    `import ${request.import}`,
    `candidate ${request.candidate}`,
    ...changes.map(({ kind, text }) => `${kind} ${printable(text, 1000)}`),
  ];
  const text = `${lines.join('\n')}\n`;
  return { text, sha256: sha256(Buffer.from(text, 'utf8')), changes, counts: [] };
}
