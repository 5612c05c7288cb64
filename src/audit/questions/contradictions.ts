/**
 * Where upstream contradicted itself: one role and version with two different contents. Each was refused when it was met,
 * or accepted by name and with a reason; the contents that were received are evidence in the record.
 */
import type { EventBody } from '../../ledger/events/types.ts';
import { entryRef, type EntryRef, type Inquiry, timesAt } from '../inquiry.ts';
import type { Times } from '../times.ts';
import { importDocument, type ImportDocument } from './import-document.ts';

export interface ContradictionsAnswer {
  readonly contradictions: readonly Contradiction[];
}

export interface Contradiction extends EntryRef {
  readonly repository: string;
  /** `role@version`; the first forty. */
  readonly files: readonly string[];
  readonly files_count: number;
  readonly times: Times;
  readonly import: ImportDocument | undefined;
  /** Of each named file: every signed content of it that the record holds, and the import that brought it first. */
  readonly contents: readonly SeenContent[];
  /** Later imports that were told to accept one of them. */
  readonly accepted_by: readonly { readonly import: number; readonly file: string; readonly reason: string }[];
}

interface SeenContent {
  readonly file: string;
  readonly sha256: string;
  readonly signed_sha256: string;
  readonly first_import: number;
}

export function contradictions(inquiry: Inquiry, repository?: string): ContradictionsAnswer {
  const found = inquiry.chronicle
    .told('equivocation')
    .filter(({ event }) => repository === undefined || event.body.repository === repository);
  return {
    contradictions: found.map(({ event, leaf }): Contradiction => {
      const { import: number, files, files_count } = event.body;
      const record = inquiry.chronicle.rules.imports.get(number);
      return {
        ...entryRef(leaf),
        ...{
          repository: event.body.repository,
          files,
          files_count,
          times: timesAt(inquiry, { ...leaf, at: event.at }),
        },
        import: record && importDocument(inquiry, record),
        contents: contentsOf(inquiry, event.body),
        accepted_by: acceptedBy(inquiry, event.body),
      };
    }),
  };
}

function contentsOf({ chronicle, listings }: Inquiry, { repository, files }: EventBody<'equivocation'>): SeenContent[] {
  const seen = new Map<string, SeenContent>();
  for (const { number, observation, repository: own } of chronicle.rules.imports.all()) {
    if (own !== repository) continue;
    for (const { role, version, fileSha256, signedSha256 } of [
      ...listings.files(observation),
      ...listings.authored(observation),
    ]) {
      const file = `${role}@${String(version)}`;
      const key = `${file} ${String(signedSha256)}`;
      if (signedSha256 === undefined || !files.includes(file) || seen.has(key)) continue;
      seen.set(key, { file, sha256: fileSha256, signed_sha256: signedSha256, first_import: number });
    }
  }
  return [...seen.values()];
}

function acceptedBy(
  { chronicle }: Inquiry,
  { repository, files, import: number }: EventBody<'equivocation'>,
): Contradiction['accepted_by'] {
  return [...chronicle.rules.imports.all()]
    .filter((one) => one.repository === repository && one.number >= number && one.observation.result === 'verified')
    .flatMap(({ number: later, observation }) =>
      observation.decisions
        .filter(({ kind }) => kind === 'accept-equivocation')
        .map(({ role, version, reason }) => ({ import: later, file: `${role}@${String(version)}`, reason })),
    )
    .filter(({ file }) => files.includes(file));
}
