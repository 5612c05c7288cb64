/**
 * The map file of TAP 4, read strictly. A map that is misread asks fewer repositories than was meant, and nobody would
 * notice; so entries that are null, that dangle or that count one repository twice are refused (X-05; go-tuf #749, #760).
 * Source: TAP 4, “Example using the Reference Implementation’s Map File”; beside its lists of addresses, a repository
 * may be `{"pin": ENROLMENT}`.
 */
import { mismatchKnown } from '../../tuf/fold.ts';
import { printable, unsafeFileName } from '../../tuf/names.ts';
import { readAddress } from './addresses.ts';
import type { MappedRepository, Mapping, RepositoryMap } from './map.ts';
import { type DocumentKind, Member } from './own-document.ts';

const MAP: DocumentKind = { name: 'The map', code: 'CONFIG_MAP', maxBytes: 1_000_000 };

/**
 * Reads a map; that its repositories are enrolled, and where, is checked by whoever opens them.
 * @param bytes the file, whole; more than a megabyte is refused unread
 * @returns repositories and mappings in the file’s order
 * @throws CONFIG_MAP, whose sentence names the member
 */
export function readMap(bytes: Uint8Array): RepositoryMap {
  const member = Member.document(bytes, MAP).closed(['repositories', 'mapping', 'targets_mappings']);
  member('targets_mappings').optional((mappings) =>
    mappings.refuse(
      '(TAP 13) is not read here: static pins belong into the pin of the repository, as its member targets',
    ),
  );
  const repositories = readRepositories(member('repositories'));
  const mapping = member('mapping')
    .items()
    .map((entry) => readMapping(entry, repositories));
  if (mapping.length === 0) member('mapping').refuse('is empty: no target would ever be found');
  return { repositories, mapping };
}

function readRepositories(repositories: Member): Map<string, MappedRepository> {
  const read = new Map<string, MappedRepository>();
  for (const [name, member] of repositories.entries()) {
    refuseUnsafeName(name, repositories);
    read.set(name, readRepository(name, member));
  }
  const shadow = mismatchKnown(read.keys(), new Set());
  if (shadow !== undefined) repositories.refuse(`names “${shadow}” twice, with letters of another case`);
  return read;
}

function readRepository(name: string, member: Member): MappedRepository {
  if (!member.isArray) {
    const pin = member.closed(['pin'])('pin');
    const enrolment = pin.text();
    refuseUnsafeName(enrolment, pin);
    return { enrolment, addresses: undefined };
  }
  const addresses = member.items().map(readAddress);
  if (addresses.length === 0) member.refuse('lists no address');
  return { enrolment: name, addresses };
}

/** TAP 4 makes folders of these names; whoever does must never leave the folder they are in (P-03, CVE-2026-24686). */
function refuseUnsafeName(name: string, member: Member): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) && unsafeFileName(name) === undefined) return;
  member.refuse(
    `has “${printable(name, 60)}” where a name of 1 to 63 letters, digits, dots, hyphens and underscores must stand, which begins with a letter or digit and could be a folder’s`,
  );
}

function readMapping(entry: Member, repositories: ReadonlyMap<string, MappedRepository>): Mapping {
  const member = entry.closed(['paths', 'repositories', 'threshold', 'terminating']);
  const paths = member('paths').items().map(readPattern);
  if (paths.length === 0) member('paths').refuse('is empty, so that the entry could never match');
  const names = readNames(member('repositories'), repositories);
  return {
    paths,
    repositories: names,
    threshold: member('threshold').whole(1, names.length),
    terminating: member('terminating').flag(),
  };
}

function readPattern(pattern: Member): string {
  const text = pattern.text();
  if (text === '') pattern.refuse('is empty, and no target is');
  // Elsewhere it crosses “/”. Here the entry would match less than was meant, and leave the rest to weaker ones.
  if (text.includes('**'))
    pattern.refuse('has “**”, which TUF does not know: “*” stops at “/”, and each level is written');
  return text;
}

/** Defined, and no repository twice under any name: it would agree with itself. */
function readNames(list: Member, repositories: ReadonlyMap<string, MappedRepository>): string[] {
  const names: string[] = [];
  const counted = new Map<string, string>();
  for (const member of list.items()) {
    const name = member.text();
    const repository = repositories.get(name) ?? member.refuse(`names “${printable(name, 60)}”, which is not defined`);
    const identities = [`enrolment ${repository.enrolment}`, ...(repository.addresses ?? []).map(({ href }) => href)];
    for (const identity of new Set(identities)) {
      const other = counted.get(identity);
      if (other !== undefined) member.refuse(`would count one repository twice: ${other} and ${name} are the same`);
      counted.set(identity, name);
    }
    names.push(name);
  }
  if (names.length === 0) list.refuse('is empty: nobody would be asked');
  return names;
}
