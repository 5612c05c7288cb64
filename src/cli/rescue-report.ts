/** What came of a rescue: a line for each collection, what is still valid and until when, and what is to be done. */
import type { Mirror } from '../mirror.ts';
import type { Chosen } from '../rescue/chosen.ts';
import type { Rescued } from '../rescue/rescue.ts';
import type { Validity } from '../rescue/validity.ts';
import { formatDate } from '../tuf/dates.ts';
import { collectionWords } from './collections.ts';
import type { Report } from './output.ts';
import { refusalDocument } from './publishing.ts';
import { plural, tableLines } from './words.ts';

/** @param into where originals lie */
export function rescueReport(rescued: readonly Rescued[], chosen: Chosen, into: string): Report {
  const failed = rescued.filter(({ refusal }) => refusal !== undefined);
  const rows = rescued.map(({ collection, repository, imported, refusal }) => [
    collection.name,
    repository ?? '-',
    imported?.outcome ?? refusal?.code ?? '-',
    ...validityWords(imported?.validity),
  ]);
  return {
    lines: [
      ...tableLines(
        ['COLLECTION', 'REPOSITORY', 'OUTCOME', 'VALID UNTIL', 'FIRST LOSS', 'UPSTREAM VOUCHED UNTIL'],
        rows,
      ),
      `${plural(rescued.length - failed.length, 'collection')} brought in, ${failed.length} not. Originals: ${into}`,
      ...feedLines(chosen),
      ...failed.flatMap(({ collection, refusal }) =>
        refusal ? [`${collection.name}: ${refusal.what}`, `  Next: ${refusal.next}`] : [],
      ),
      ...waitingLines(rescued),
    ],
    document: {
      collections: rescued.map(documentOf),
      ...feedDocument(chosen),
      originals: into,
      dryRun: false,
    },
    isNo: failed.length > 0,
  };
}

/** What would be asked for; nothing was. */
export function plannedReport({ reader }: Mirror, chosen: Chosen, servedAs: (gun: string) => string): Report {
  const known = reader.enrolments();
  const planned = chosen.wanted.map(({ gun }) => {
    const name = { name: gun, servedAs: servedAs(gun) };
    const before = known.find(({ collection }) => collection?.servedAs === name.servedAs && collection.name === gun);
    return {
      ...{ ...collectionWords(name), repository: before?.id, kept: undefined, rootSha256: undefined },
      ...{ confirmedBy: before && 'enrolled', outcome: 'rehearsed', import: undefined },
      ...{ refusal: undefined, validity: undefined },
    };
  });
  return {
    lines: [`Would ask for ${plural(planned.length, 'collection')}.`, ...chosen.wanted.map(({ gun }) => `  ${gun}`)],
    document: { collections: planned, ...feedDocument(chosen), originals: undefined, dryRun: true },
  };
}

function validityWords(validity: Validity | undefined): string[] {
  if (!validity) return ['-', '-', '-'];
  const { targets, firstDelegation, asOf, isValid } = validity;
  return [
    isValid ? formatDate(targets) : `EXPIRED ${formatDate(targets)}`,
    firstDelegation ? `${firstDelegation.role} ${formatDate(firstDelegation.expires)}` : '-',
    formatDate(asOf),
  ];
}

function feedLines({ deleted, unusable }: Chosen): string[] {
  return [
    ...(deleted.length === 0
      ? []
      : [`Deleted upstream at some time, and perhaps made anew by others: ${deleted.join(', ')}`]),
    ...(unusable.length === 0 ? [] : [`Names that cannot be asked for: ${unusable.join(', ')}`]),
  ];
}

function waitingLines(rescued: readonly Rescued[]): string[] {
  const waiting = rescued.filter(({ imported }) => imported?.outcome === 'needs-root').length;
  const toApprove = rescued.filter(({ imported }) => imported?.outcome === 'waits').length;
  return [
    ...(waiting === 0 ? [] : [`${plural(waiting, 'collection')} wait for a root: countersign status says which.`]),
    ...(toApprove === 0
      ? []
      : [`${plural(toApprove, 'collection')} wait for people: countersign status says for whom.`]),
  ];
}

function feedDocument({ deleted, unusable, last }: Chosen): object {
  return { deleted, unusable, lastChange: last };
}

function documentOf({ collection, kept, rootSha256, repository, ground, imported, refusal }: Rescued): object {
  return {
    ...collectionWords(collection),
    repository,
    kept: kept && {
      path: kept.path,
      roots: kept.roots,
      files: kept.files.size,
      added: [...kept.files.values()].filter((fate) => fate !== 'same').length,
    },
    rootSha256,
    confirmedBy: ground,
    outcome: imported?.outcome ?? (kept ? 'kept' : 'lost'),
    import: imported?.import,
    refusal: refusal && refusalDocument(refusal),
    validity: imported && validityDocument(imported.validity),
  };
}

function validityDocument({ isValid, targets, firstDelegation, root, asOf }: Validity): object {
  return {
    isValid,
    targets: formatDate(targets),
    firstDelegation: firstDelegation && {
      role: firstDelegation.role,
      expires: formatDate(firstDelegation.expires),
    },
    root: formatDate(root),
    asOf: formatDate(asOf),
  };
}
