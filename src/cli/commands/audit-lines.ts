/** Answers to auditors as people read them. Times are always called by their three names (T-04). */
import type {
  DecisionDocument,
  ImportDocument,
  PublicationDocument,
  ServedDocument,
} from '../../audit/questions/import-document.ts';
import type { NamedPerson } from '../../audit/people.ts';
import type { Times } from '../../audit/times.ts';

export function shownPerson({ actor, name }: NamedPerson): string {
  return name === undefined ? actor : `${name} (${actor})`;
}

export function timesLine({ claimed_at, received_at, witnessed_at }: Times): string {
  const told = [`claimed_at ${claimed_at ?? '-'}`, `received_at ${received_at}`, `witnessed_at ${witnessed_at ?? '-'}`];
  return told.join('  ');
}

export function importLines(one: ImportDocument): string[] {
  const { importer, source, ticket, reason } = one;
  const account = importer.account === undefined ? '' : `, who said to be “${importer.account}”`;
  return [
    `import ${one.import} of ${one.repository}: ${one.outcome}${one.reject_code === undefined ? '' : ` (${one.reject_code})`}, entries ${one.claim.entry} (claim) and ${one.entry}`,
    `  importer   ${shownPerson(importer)}${account}; claim ${importer.signature}`,
    `  times      ${timesLine(one.times)}`,
    `  source     ${source.uri ?? source.place ?? 'a folder (sealed, or erased)'}`,
    `  ticket     ${ticket ?? '-'}${reason === undefined ? '' : `; reason: ${reason}`}`,
    ...one.decisions.map((decision) => `  ${decisionLine(decision)}`),
  ];
}

function decisionLine({ decision, person, role, signature, entry, times }: DecisionDocument): string {
  const as = role === undefined ? '' : ` for ${role}`;
  return `${decision.padEnd(9)}  ${shownPerson(person)}${as}: ${signature}, entry ${entry}; ${timesLine(times)}`;
}

export function publicationLines(one: PublicationDocument): string[] {
  const people = one.people.map(({ person, role, signature }) => {
    const as = role === undefined ? '' : ` for ${role}`;
    return `${shownPerson(person)}${as}${signature === 'verified' ? '' : ` (${signature})`}`;
  });
  return [
    `generation ${one.generation} of ${one.repository}: import ${one.import}, entry ${one.entry}, ${groundWords(one)}`,
    `  people     ${people.length === 0 ? 'none' : people.join(', ')}; the policy asked ${one.asked}`,
    `  times      ${timesLine(one.times)}`,
    ...(one.served ? servedLines(one.served) : []),
    ...(one.problem === undefined ? [] : [`  PROBLEM    ${one.problem}`]),
  ];
}

function groundWords({ ground }: PublicationDocument): string {
  switch (ground) {
    case 'solo':
      return 'SOLO: the policy asked nobody';
    case 'break-glass':
      return 'BREAK-GLASS: an emergency';
    case 'withdrawal':
      return 'by a decision to go back';
    default:
      return 'by approvals';
  }
}

function servedLines({ from, until, usable_until, timestamps }: ServedDocument): string[] {
  return [
    `  from       ${timesLine(from)}`,
    `  until      ${until ? timesLine(until) : 'it is served now'}; clients that did not ask again: ${usable_until}`,
    `  timestamps ${timestamps}`,
  ];
}
