/** A pin from options: what `guard init` takes in place of a pin file. */
import { Option } from 'commander';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFingerprint } from '../client/pin/fingerprint.ts';
import { formatPeriod, parsePeriod } from '../client/pin/period.ts';
import type { Floor, Grace, Pin } from '../client/pin/pin.ts';
import { DEFAULT_POLICY } from '../client/pin/pin-policy.ts';
import { Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { TrustedCollection } from '../notary/trusted-set.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RepositoryId, type RoleName, printable, repositoryId, roleName } from '../tuf/names.ts';
import { baseUrl } from '../tuf/urls.ts';
import { type LedgerGiven, ledgerFrom, ledgerOptions } from './guard-ledger-options.ts';
import type { Invocation } from './invocation.ts';
import { repeatable, time } from './options.ts';

export interface PinGiven extends LedgerGiven {
  readonly mirror?: string;
  readonly copy?: string;
  readonly root?: string;
  readonly upstreamRoot?: string;
  readonly repository?: string;
  readonly servedAs?: string;
  readonly grace?: readonly string[];
  readonly maxUpstreamAge?: string;
  readonly maxOffline?: string;
  readonly floor?: readonly string[];
  readonly expires?: Date;
}

export function pinOptions(): Option[] {
  return [
    new Option('--mirror <address>', 'the mirror, with or without the repository’s id at its end').conflicts('copy'),
    new Option('--copy <location>', 'a plain copy of upstream, address or directory: no mirror, no mirror’s keys'),
    new Option('--root <file>', 'the mirror’s root.json').conflicts('copy'),
    new Option('--upstream-root <file>', 'upstream’s own root.json'),
    new Option(
      '--served-as <name>',
      'a collection, by the name under which the mirror serves it: its targets keys are those of --root',
    ).conflicts(['copy', 'upstreamRoot']),
    new Option('--repository <id>', 'the repository’s id on the mirror; any, for a copy'),
    repeatable('--grace <role=period>', 'believe this role for so long after it expired, for example npm=P60D'),
    new Option(
      '--max-upstream-age <period>',
      `how long upstream may have been silent (default ${formatPeriod(DEFAULT_POLICY.maxUpstreamAge)})`,
    ),
    new Option(
      '--max-offline <period>',
      'how long after a refresh --mode offline may go beyond the mirror’s own expiry (default none)',
    ),
    repeatable('--floor <role=version>', 'the least version of root, timestamp, snapshot, targets or a delegated role'),
    ...ledgerOptions(),
    new Option('--expires <time>', 'when the pin itself must be renewed').argParser(time),
  ];
}

/** Options of a pin, of which a pin file has its own. */
export function pinOptionsIn(given: PinGiven): string[] {
  const flags = {
    ...{ mirror: '--mirror', copy: '--copy', root: '--root', upstreamRoot: '--upstream-root', expires: '--expires' },
    ...{
      servedAs: '--served-as',
      repository: '--repository',
      grace: '--grace',
      maxUpstreamAge: '--max-upstream-age',
      floor: '--floor',
    },
    ...{ maxOffline: '--max-offline', logPolicy: '--log-policy', approver: '--approver', approvals: '--approvals' },
  } satisfies Record<keyof PinGiven, string>;
  return (Object.keys(flags) as (keyof PinGiven)[])
    .filter((name) => given[name] !== undefined)
    .map((name) => flags[name]);
}

/** @throws USAGE_OPTION, USAGE_FILE, USAGE_REPOSITORY_ID; TRUST_* for a file that is no root */
export async function pinFromOptions(invocation: Invocation, given: PinGiven): Promise<Pin> {
  const { workingDirectory } = invocation.surroundings;
  const repository = repositoryId(required(given.repository, '--repository'));
  const { servedAs } = given;
  const believed =
    servedAs === undefined
      ? await believedOf(workingDirectory, given, repository)
      : await believedOfCollection(workingDirectory, given, servedAs);
  return {
    repository,
    ...believed,
    targets: undefined,
    floor: floorOf(given.floor ?? []),
    policy: {
      ...DEFAULT_POLICY,
      maxUpstreamAge: periodOf(given.maxUpstreamAge, '--max-upstream-age') ?? DEFAULT_POLICY.maxUpstreamAge,
      maxOffline: periodOf(given.maxOffline, '--max-offline') ?? DEFAULT_POLICY.maxOffline,
      grace: gracesOf(given.grace ?? []),
    },
    ledger: await ledgerFrom(invocation, given),
    expires: given.expires,
  };
}

async function believedOf(
  workingDirectory: string,
  given: PinGiven,
  repository: RepositoryId,
): Promise<Pick<Pin, 'location' | 'mirrorRoot' | 'upstreamRoot'>> {
  const upstreamRoot = await readRoot(workingDirectory, required(given.upstreamRoot, '--upstream-root'));
  const mirrorRoot =
    given.copy === undefined ? await readRoot(workingDirectory, required(given.root, '--root')) : undefined;
  const base =
    given.copy === undefined
      ? repositoryAddress(addressOf(workingDirectory, required(given.mirror, '--mirror')), repository)
      : addressOf(workingDirectory, given.copy);
  return { location: locatedAt(base), mirrorRoot, upstreamRoot };
}

/** The keys of the root that is about to be confirmed become the pinned ones: from then on, no later root replaces them. */
async function believedOfCollection(
  workingDirectory: string,
  given: PinGiven,
  servedAs: string,
): Promise<Pick<Pin, 'location' | 'mirrorRoot' | 'upstreamRoot' | 'collection'>> {
  const mirrorRoot = await readRoot(workingDirectory, required(given.root, '--root'), 'notary');
  const { targets } = TrustedCollection.enrol(mirrorRoot, servedAs, DEFAULT_LIMITS).root.payload.roles;
  const location = locatedAt(addressOf(workingDirectory, required(given.mirror, '--mirror')));
  return { location, mirrorRoot, upstreamRoot: undefined, collection: { servedAs, targets } };
}

function locatedAt(base: URL): Pin['location'] {
  return { base, metadata: undefined, targets: undefined };
}

async function readRoot(
  workingDirectory: string,
  path: string,
  dialect: 'tuf' | 'notary' = 'tuf',
): Promise<Uint8Array> {
  const bytes = await readNamedFile(resolve(workingDirectory, path), DEFAULT_LIMITS.rootBytes);
  rootFingerprint(bytes, dialect);
  return bytes;
}

/** An address as it stands, or a directory as a file: address. @throws USAGE_OPTION, which repeats no credentials */
function addressOf(workingDirectory: string, text: string): URL {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return pathToFileURL(`${resolve(workingDirectory, text)}/`);
  if (!URL.canParse(text)) throw new Refusal('USAGE_OPTION', 'That is no address.');
  const url = new URL(text);
  return url.protocol === 'file:' ? url : baseUrl(url);
}

/** On a mirror, every repository has a folder of its own, which bears its id. */
function repositoryAddress(mirror: URL, repository: RepositoryId): URL {
  const names = mirror.pathname.split('/').filter((name) => name !== '');
  const slash = mirror.pathname.endsWith('/') ? '' : '/';
  return new URL(`${mirror.href}${slash}${names.at(-1) === repository ? '' : `${repository}/`}`);
}

function floorOf(texts: readonly string[]): Floor {
  const versions = pairsOf(texts, '--floor', (version, text) =>
    /^[1-9]\d{0,8}$/.test(version) ? Number(version) : refuseValue('--floor', text, 'a version, 1 or more'),
  );
  const take = (role: string): number => {
    const version = versions.get(roleName(role)) ?? 1;
    versions.delete(roleName(role));
    return version;
  };
  return { root: take('root'), timestamp: take('timestamp'), snapshot: take('snapshot'), roles: versions };
}

function gracesOf(texts: readonly string[]): Map<RoleName, Grace> {
  return pairsOf(texts, '--grace', (period, text) => ({
    period: parsePeriod(period) ?? refuseValue('--grace', text, 'a period such as P60D or PT12H'),
    until: undefined,
    reason: undefined,
  }));
}

/** `ROLE=VALUE`; a role’s name may hold any character, so the last “=” separates. */
function pairsOf<Value>(
  texts: readonly string[],
  option: string,
  read: (value: string, text: string) => Value,
): Map<RoleName, Value> {
  const pairs = new Map<RoleName, Value>();
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    if (at < 1) refuseValue(option, text, 'ROLE=VALUE');
    const role = roleName(text.slice(0, at));
    if (pairs.has(role)) throw new Refusal('USAGE_OPTION', `${option} names ${printable(role, 60)} twice.`);
    pairs.set(role, read(text.slice(at + 1), text));
  }
  return pairs;
}

function periodOf(text: string | undefined, option: string): number | undefined {
  return text === undefined
    ? undefined
    : (parsePeriod(text) ?? refuseValue(option, text, 'a period such as P60D or PT12H'));
}

function refuseValue(option: string, text: string, expected: string): never {
  throw new Refusal('USAGE_OPTION', `${option} takes ${expected}, not “${printable(text, 60)}”.`);
}

function required(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new Refusal('USAGE_OPTION', `Without a pin file, ${option} is needed.`);
}
