/**
 * What a file of many drafts would change, in words: what is alike is said once, and below it stands what each repository has
 * of its own. Nobody reads a thousand explanations, and what is read must be all there is: whatever is not in a line of
 * its own is equal in all drafts of the group.
 */
import { type RepositoryId, type Sha256, printable } from '../tuf/names.ts';
import { digestTogether } from './bundles.ts';
import type { RootDraft } from './draft-document.ts';
import {
  type DraftFacts,
  describeOnline,
  describeThreshold,
  explainDraft,
  type NamedKey,
  type RoleChange,
} from './explain.ts';

export interface DraftsExplanation {
  readonly lines: readonly string[];
  readonly facts: readonly DraftFacts[];
  /** Over what is signed in each: equal for all holders of one ceremony. */
  readonly signedTogether: Sha256;
}

/**
 * @param now this machine's time, for the expiry
 * @throws STATE_ROOT_DRAFT, POLICY_PIN, STATE_LIFETIME when a draft breaks a rule
 */
export function explainDrafts(drafts: readonly RootDraft[], now: Date): DraftsExplanation {
  const explained = drafts.map((draft) => ({ draft, ...explainDraft(draft, now) }));
  const facts = explained.map((one) => one.facts);
  const signedTogether = digestTogether(new Map(facts.map((one) => [one.repository, one.signedSha256])));
  const [only, ...others] = explained;
  if (only && others.length === 0) return { lines: only.lines, facts, signedTogether };
  const groups = new Map<string, { readonly alike: readonly string[]; readonly own: string[] }>();
  for (const { draft, facts: one } of explained) {
    const alike = [...describeAlike(one), ...describeSignatures(one, draft)];
    const group = groups.get(alike.join('\n')) ?? { alike, own: [] };
    group.own.push(...describeOwn(one));
    groups.set(alike.join('\n'), group);
  }
  return {
    facts,
    signedTogether,
    lines: [
      `${drafts.length} drafted roots, each of a repository of its own.`,
      `  what is signed in all of them together has SHA-256 ${signedTogether}: every holder must see the same`,
      ...[...groups.values()].flatMap(({ alike, own }) => [...alike, ...own]),
      ...describeHolders(facts),
    ],
  };
}

/** Without anything that another repository has otherwise, though the same was done to it. */
function describeAlike({ previous, expires, roles, certificates, collection }: DraftFacts): string[] {
  const { root, targets } = roles;
  const named = certificates.map(({ commonName, notAfter, replaces }) => {
    const name = commonName === collection?.servedAs ? 'the served name' : commonName;
    return `for ${name} until ${notAfter}${replaces === null ? '' : ', in place of an earlier one'}`;
  });
  const prefixes = new Set(certificates.map(({ commonName }) => commonName).filter((name) => name.endsWith('*')));
  return [
    previous === null
      ? 'First roots, which clients will be given by hand:'
      : 'Roots that follow the ones that the mirror serves:',
    `  expires ${expires}`,
    `  root: ${describeThreshold(root)}${root.threshold === 1 ? '; one person alone could replace it' : ''}`,
    ...describePeople(root),
    ...counted(named).map((words) => `    certificates ${words}`),
    ...[...prefixes].map(
      (name) => `    a client that has no root yet takes each for every collection of the prefix ${name}`,
    ),
    `  snapshot: ${describeOnline(roles.snapshot)}; timestamp: ${describeOnline(roles.timestamp)}; signed by the server`,
    `  targets: ${describeThreshold(targets)}${describeNumbers(targets)}, exactly as in upstream’s root`,
  ];
}

function describePeople(role: RoleChange): string[] {
  return (['removed', 'added', 'kept'] as const).flatMap((verb) => {
    if (role[verb].length === 0) return [];
    return [`    ${verb.padEnd(7)} ${role[verb].map(nameOf).sort().join(', ')}`];
  });
}

function describeNumbers({ previousThreshold, removed, added }: RoleChange): string {
  if (previousThreshold === null) return '';
  return removed.length + added.length === 0 ? ', unchanged' : `, ${removed.length} removed and ${added.length} added`;
}

function describeSignatures({ signatures }: DraftFacts, { holders }: RootDraft): string[] {
  const by = [...new Set(signatures.by.map(nameOf))].sort();
  return [
    `  signed so far by ${by.length === 0 ? 'nobody' : by.join(', ')}`,
    ...signatures.progress.map(({ root, threshold, signed, missing }) => {
      const left = threshold - signed;
      if (left <= 0) return `    enough for the ${root} root`;
      const names = missing.map((keyid) => nameOf({ holder: holders.get(keyid) ?? null })).sort();
      return `    ${left} more needed for the ${root} root, of ${names.join(', ')}`;
    }),
  ];
}

function describeOwn({
  repository,
  collection,
  version,
  signedSha256,
  upstream,
  previous,
  roles,
}: DraftFacts): string[] {
  const names =
    collection === null ? '' : ` (${printable(collection.gun, 255)}, served as ${printable(collection.servedAs, 255)})`;
  const unnamed = (['removed', 'added', 'kept'] as const).flatMap((verb) =>
    roles.root[verb].filter(({ holder }) => holder === null).map(({ keyid }) => `    ${verb} ${printable(keyid, 16)}`),
  );
  return [
    `  ${repository}${names}`,
    `    root ${version}, of which is signed SHA-256 ${signedSha256}`,
    `    upstream’s root ${upstream.version} SHA-256 ${upstream.sha256}`,
    ...(previous === null
      ? []
      : [`    the current root ${previous.version} SHA-256 ${previous.sha256}, until ${previous.expires}`]),
    ...unnamed,
  ];
}

/** For each holder one digest over their keys, which `keys public` told the holder when it made them together. */
function describeHolders(facts: readonly DraftFacts[]): string[] {
  const keys = new Map<string, Map<RepositoryId, string>>();
  for (const { repository, roles } of facts) {
    for (const { keyid, holder } of [...roles.root.added, ...roles.root.kept]) {
      if (holder === null) continue;
      keys.set(holder, (keys.get(holder) ?? new Map<RepositoryId, string>()).set(repository, keyid));
    }
  }
  return [...keys]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([holder, own]) => `Keys of ${holder} for ${own.size} repositories: SHA-256 ${digestTogether(own)}`);
}

/** A key without a name is another one in each repository: its id stands there. */
function nameOf({ holder }: Pick<NamedKey, 'holder'>): string {
  return holder ?? 'a key without a name';
}

function counted(words: readonly string[]): string[] {
  return [...new Set(words)].map((one) => `${one} (${words.filter((other) => other === one).length})`);
}
