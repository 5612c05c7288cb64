/**
 * What an approver reads and signs: the whole difference as one text, and the SHA-256 of its bytes.
 *
 * The text is made from the two sides and nothing else: no clock, no locale, no order that a machine chooses, LF line
 * ends, ASCII only. Two people with the same record see the same bytes, and whoever shows them another text shows
 * another digest. It names repository, import and candidate, so that what was signed for one import can never
 * stand for another. The file digests at its end bind what no line says.
 */
import { canonicalize, compareUtf8 } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { RepositoryId, Sha256 } from '../../tuf/names.ts';
import { type Difference, differenceBetween } from '../difference.ts';
import { type Change, type ChangeCount, HEADINGS, digestOfAll } from './changes.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import type { Side, TargetContents } from './side.ts';
import { quoted, shown } from './words.ts';

export interface SummaryRequest {
  readonly repository: RepositoryId;
  /** The number of the import whose candidate is to be approved. */
  readonly import: number;
  readonly candidate: Sha256;
  /** What stood before; undefined for a first import, where everything is new. */
  readonly from: Side | undefined;
  readonly to: Side;
  /** Carried target files, to be looked into. */
  readonly targets?: TargetContents | undefined;
}

export interface Summary {
  /** ASCII, LF line ends, the last one included. */
  readonly text: string;
  /** Of the text’s bytes: what an approval names. */
  readonly sha256: Sha256;
  /** The first of each kind, as the text lists them. */
  readonly changes: readonly Change[];
  readonly counts: readonly ChangeCount[];
}

export function summarise(request: SummaryRequest): Summary {
  const { from, to, targets } = request;
  const difference = differenceBetween(from, to, targets);
  const lines = [
    'Countersign summary of an import, format 1',
    `repository  ${request.repository}`,
    ...describeCollection(to),
    `import      ${request.import}`,
    `candidate   ${request.candidate}`,
    `from        ${from ? describeSide(from) : 'nothing: everything is new'}`,
    `to          ${describeSide(to)}`,
    '',
    'Words in "quotes" are upstream\'s own; nobody here has checked them.',
    '',
    ...describeChanges(difference, dialectOf(to), lookedInto(difference, to, targets !== undefined)),
    ...describeFiles(to),
    `SHA-256 of every change in full: ${digestOfAll(difference.counts)}`,
  ];
  const text = `${lines.join('\n')}\n`;
  const { changes, counts } = difference;
  return { text, sha256: sha256(Buffer.from(text, 'utf8')), changes, counts };
}

function describeSide({ label, root, timestamp, snapshot }: Side): string {
  const versions = `upstream's root ${root.version}, timestamp ${timestamp.version}, snapshot ${snapshot.version}`;
  return `${shown(label)} (${versions})`;
}

/** Nothing in a collection's files but the certificates of its root says which one it is (N-04). */
function describeCollection(side: Side): string[] {
  if (side.dialect === 'tuf') return [];
  const { name, servedAs } = side.collection;
  return [`collection  ${quoted(name, Infinity)}, served here as ${shown(servedAs, Infinity)}`];
}

function lookedInto({ targetFiles }: Difference, to: Side, isAtHand: boolean): string[] {
  if (targetFiles.changed === 0) return [];
  if (to.dialect === 'notary') return ['What tags mean is in a registry, and was not looked into.'];
  const files = `${targetFiles.lookedInto} of ${targetFiles.changed} changed target files were looked into`;
  const rest = isAtHand ? 'the others are not carried here, or larger than 1 MiB' : 'their content was not at hand';
  return [targetFiles.lookedInto === targetFiles.changed ? `${files}.` : `${files}; ${rest}.`];
}

function describeChanges(
  { changes, counts }: Difference,
  { headings }: Dialect,
  contents: readonly string[],
): string[] {
  if (counts.length === 0) return ['No difference in meaning.', ''];
  const short = counts.map(({ kind, total }) => `${kind} ${total}`).join(', ');
  return [
    `In short: ${short}.`,
    ...contents,
    '',
    ...counts.flatMap(({ kind, total, listed, sha256 }) => [
      `${headings[kind] ?? HEADINGS[kind]} (${total})`,
      ...changes.filter((change) => change.kind === kind).map(({ text }) => `  ${text}`),
      ...(total > listed
        ? [
            `  and ${total - listed} more, ${kind === 'signers' ? 'neither listed nor verified again' : 'not listed'}; SHA-256 of all ${total}: ${sha256}`,
          ]
        : []),
      '',
    ]),
  ];
}

/** By digest: the words above are about exactly these. */
function describeFiles({ root, timestamp, snapshot, authored }: Side): string[] {
  const roles = [...authored]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([name, { version, fileSha256 }]) => [name, version, fileSha256]);
  return [
    "Upstream's files that this is about, SHA-256",
    `  ${root.envelope.fileSha256}  root ${root.version}`,
    `  ${timestamp.envelope.fileSha256}  timestamp ${timestamp.version}`,
    `  ${snapshot.envelope.fileSha256}  snapshot ${snapshot.version}`,
    `  ${sha256(canonicalize(roles))}  list of ${roles.length} authored roles`,
  ];
}
