/**
 * What a person reads before they sign, made here from what lies here. Which files an import consists of is taken from its
 * leaf and not from the tables: whoever edits those could show one import and have another one approved.
 */
import { Refusal } from '../errors.ts';
import type { ImportRecord } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import { carriedContents, type ContentReader, importContent } from '../ledger/import-content.ts';
import { readCarriedList, readFilesList } from '../ledger/lists.ts';
import type { Mirror } from '../mirror.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { type Summary, summarise } from '../verify/difference/summary.ts';
import { verifiedImport } from './exceptions.ts';

export interface Review {
  readonly record: ImportRecord;
  readonly summary: Summary;
  /** What it was compared with: the import that is public, if one is. */
  readonly from: number | undefined;
}

/** From what is served now to this import. */
export async function reviewOf(mirror: Mirror, rules: Rules, number: number): Promise<Review> {
  const record = verifiedImport(rules, number);
  const from = rules.imports.current(record.repository)?.statement.import_id;
  const summary = await summaryOf(mirror, rules, { repository: record.repository as RepositoryId, from, to: number });
  return { record, summary, from };
}

export interface Compared {
  readonly repository: RepositoryId;
  /** Undefined where everything is new. */
  readonly from: number | undefined;
  readonly to: number;
}

export async function summaryOf(mirror: Mirror, rules: Rules, { repository, from, to }: Compared): Promise<Summary> {
  const reader = readerOfLeaves(mirror, rules);
  const { candidate } = verifiedImport(rules, to).observation;
  return summarise({
    repository,
    import: to,
    candidate: candidate as Sha256,
    from: from === undefined ? undefined : importContent(reader, from),
    to: importContent(reader, to),
    targets: await carriedContents(reader, from, to, (digest) => readWhole(mirror, digest)),
  });
}

function readerOfLeaves({ reader }: Mirror, rules: Rules): ContentReader {
  const seen = (number: number): ImportRecord['observation'] => verifiedImport(rules, number).observation;
  const list = (digest: string): Buffer => reader.bytes(digest as Sha256);
  return {
    import: (number) => ({ repository: seen(number).repo_id as RepositoryId }),
    enrolment: (id) => reader.enrolment(id),
    bytes: (digest) => reader.bytes(digest),
    importFiles(number) {
      const { files_sha256, authored_sha256 } = seen(number);
      return [files_sha256, authored_sha256].flatMap((digest) => readFilesList(list(digest)));
    },
    importTargets: (number) => readCarriedList(list(seen(number).carried_sha256)),
  };
}

/** Only asked for files of at most a megabyte. */
async function readWhole({ blobs }: Mirror, digest: Sha256): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blobs.open(digest)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @throws POLICY_SUMMARY where another text was read than would be signed for */
export function requireReviewed({ summary, record }: Review, digest: string): void {
  if (digest === summary.sha256) return;
  throw new Refusal(
    'POLICY_SUMMARY',
    `The summary of import ${record.number} is ${summary.sha256} now, and ${digest} was given.`,
    {
      details: { import: record.number, summarySha256: summary.sha256, given: digest },
    },
  );
}
