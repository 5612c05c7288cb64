/**
 * What makes somebody believe a pin: there is no first-use trust. Every root in it is confirmed, by the digest that was
 * given or by a person who compares it; nothing is fetched. What such a person may overlook is refused before they are
 * asked: a root of another repository, and a mirror that would speak for upstream.
 */
import { Option } from 'commander';
import { rootFingerprint } from '../client/pin/fingerprint.ts';
import type { CollectionPin, Pin } from '../client/pin/pin.ts';
import { requireRepository } from '../client/trust/statement.ts';
import { Refusal, isRefusal } from '../errors.ts';
import { parseNotaryRoot } from '../notary/metadata.ts';
import { sha256 } from '../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { ROOT, TARGETS, isSha256, printable } from '../tuf/names.ts';
import { TrustedRoot } from '../tuf/trusted-set.ts';
import type { Invocation } from './invocation.ts';

/** Digests that were obtained over another channel. */
export interface TrustGiven {
  readonly rootSha256?: string;
  readonly upstreamRootSha256?: string;
  readonly pinSha256?: string;
}

/** One thing that is believed from now on, because somebody confirmed it. */
interface Confirmable {
  readonly title: string;
  readonly option: keyof typeof FLAGS;
  readonly sha256: string;
  readonly lines: readonly string[];
}

const FLAGS = { rootSha256: '--root-sha256', upstreamRootSha256: '--upstream-root-sha256', pinSha256: '--pin-sha256' };

export function trustOptions(): Option[] {
  return [
    new Option('--root-sha256 <hex>', 'the SHA-256 that the mirror’s root must have'),
    new Option('--upstream-root-sha256 <hex>', 'the SHA-256 that upstream’s root must have'),
    new Option('--pin-sha256 <hex>', 'the SHA-256 that the pin file must have; confirms everything in it'),
  ];
}

/** Roots and static keys of a pin, as two people compare them. */
export function fingerprintLines(pin: Pin): string[] {
  return confirmables(pin, new Uint8Array()).flatMap(({ lines }) => lines);
}

export function fingerprintDocument({ mirrorRoot, upstreamRoot, targets, collection }: Pin): object {
  return {
    mirror_root: mirrorRoot && rootFingerprint(mirrorRoot, collection ? 'notary' : 'tuf'),
    upstream_root: upstreamRoot && rootFingerprint(upstreamRoot),
    static_keys: collection
      ? {
          rolename: TARGETS,
          threshold: collection.targets.threshold,
          keys: collection.targets.keys.map(({ id, keytype }) => ({ keyid: id, keytype, scheme: undefined })),
        }
      : targets && {
          rolename: targets.rolename,
          threshold: targets.threshold,
          keys: [...targets.keys.values()].map(({ id, keytype, scheme }) => ({ keyid: id, keytype, scheme })),
        },
    collection: collection && { served_as: collection.servedAs },
  };
}

/**
 * What no confirmation could make right.
 * @throws TRUST_WRONG_REPOSITORY, TRUST_MALFORMED, USAGE_OPTION
 */
export function requireSensiblePin({ mirrorRoot, upstreamRoot, repository, collection }: Pin): void {
  if (!mirrorRoot) return;
  const mirror = collection ? undefined : TrustedRoot.enrol(mirrorRoot, DEFAULT_LIMITS);
  const { envelope } = mirror?.root ?? parseNotaryRoot(mirrorRoot, 'the mirror’s root', DEFAULT_LIMITS);
  try {
    requireRepository(envelope, 'The mirror’s root', repository);
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    const next = 'Check the repository id, and that this is the mirror’s own root and not upstream’s.';
    throw new Refusal(cause.code, cause.what, { details: cause.details, next, cause });
  }
  if (!upstreamRoot || !mirror) return;
  // A root of the mirror in upstream’s place would let whoever steals its keys forge content (M-02).
  const ours = new Set(mirror.role(ROOT).keys.map(({ fingerprint }) => fingerprint));
  const upstream = TrustedRoot.enrol(upstreamRoot, DEFAULT_LIMITS);
  if (upstream.role(ROOT).keys.some(({ fingerprint }) => ours.has(fingerprint))) {
    throw new Refusal(
      'USAGE_OPTION',
      'Upstream’s root has a root key of the mirror: it is the mirror’s, not upstream’s.',
      {
        next: 'Name upstream’s own root: the guard would believe the mirror about content otherwise.',
      },
    );
  }
}

/**
 * Compares what was given, and asks for the rest.
 * @param file the pin’s own bytes
 * @param known confirmed before: believed already, by this guard
 * @throws TRUST_ROOT_DIGEST; USAGE_OPTION when there is nobody to ask
 */
export async function confirmPin(
  invocation: Invocation,
  { pin, file, known }: { readonly pin: Pin; readonly file: Uint8Array; readonly known?: Pin },
  given: TrustGiven,
): Promise<void> {
  const digests = new Map(Object.keys(FLAGS).map((name) => [name, digestGiven(given, name as keyof typeof FLAGS)]));
  requireEqual('The pin', sha256(file), digests.get('pinSha256'));
  for (const [option, digest] of digests) {
    if (digest === undefined || option === 'pinSha256') continue;
    if (confirmables(pin, file).some((thing) => thing.option === option)) continue;
    throw new Refusal('USAGE_OPTION', `${FLAGS[option as keyof typeof FLAGS]} was given, and there is no such root.`);
  }
  const believed = new Set(known && confirmables(known, new Uint8Array()).map(identityOf));
  for (const thing of confirmables(pin, file)) {
    const expected = digests.get(thing.option);
    requireEqual(thing.title, thing.sha256, expected);
    const isConfirmed = expected !== undefined || digests.get('pinSha256') !== undefined;
    if (isConfirmed || believed.has(identityOf(thing)) || invocation.isRehearsal) continue;
    await ask(invocation, thing);
  }
}

function confirmables({ mirrorRoot, upstreamRoot, targets, collection }: Pin, file: Uint8Array): Confirmable[] {
  return [
    ...(mirrorRoot ? [confirmableRoot('The mirror’s root', 'rootSha256', mirrorRoot, collection)] : []),
    ...(upstreamRoot ? [confirmableRoot('Upstream’s root', 'upstreamRootSha256', upstreamRoot)] : []),
    ...(targets
      ? [
          {
            title: 'The static keys',
            option: 'pinSha256' as const,
            sha256: sha256(file),
            lines: [
              `The static keys: ${targets.threshold} of ${targets.keys.size} must sign ${targets.rolename}`,
              ...[...targets.keys.values()].map(({ fingerprint }) => `  ${fingerprint}`),
            ],
          },
        ]
      : []),
  ];
}

/** @param collection whose targets keys are exactly those of this root: whoever confirms it confirms them */
function confirmableRoot(
  title: string,
  option: keyof typeof FLAGS,
  bytes: Uint8Array,
  collection?: CollectionPin,
): Confirmable {
  const { sha256: digest, version, spoken } = rootFingerprint(bytes, collection ? 'notary' : 'tuf');
  return {
    title,
    option,
    sha256: digest,
    lines: [
      `${title}: version ${version}`,
      `  SHA-256 ${digest}`,
      `  spoken  ${spoken}`,
      ...(collection ? collectionLines(collection) : []),
    ],
  };
}

/** The ids are those that `docker trust inspect` calls a repository key, so that they can be compared with upstream’s. */
function collectionLines({ servedAs, targets }: CollectionPin): string[] {
  return [
    `The collection ${printable(servedAs)}: ${targets.threshold} of ${targets.keys.length} keys must sign targets`,
    ...targets.keys.map(({ canonicalId, fingerprint }) => `  ${canonicalId} (${printable(fingerprint.slice(0, 40))}…)`),
  ];
}

/** What is believed; of static keys the keys themselves, because the file around them may change. */
function identityOf({ option, sha256: digest, lines }: Confirmable): string {
  return option === 'pinSha256' ? lines.join('\n') : `${option} ${digest}`;
}

async function ask(invocation: Invocation, { title, option, sha256: digest, lines }: Confirmable): Promise<void> {
  for (const line of lines) invocation.remark(line);
  if (option === 'pinSha256') invocation.remark(`The pin file has the SHA-256 ${digest}`);
  invocation.remark('Compare this with what its owner says, over another channel: read the words to each other.');
  const answer = await invocation.ask('If they are equal, type the last 8 digits of the SHA-256: ');
  if (answer === undefined) {
    throw new Refusal(
      'USAGE_OPTION',
      `${title} was not confirmed: there is no terminal, and ${FLAGS[option]} is not given.`,
      {
        next: `Compare the digest with what its owner says, and give it: ${FLAGS[option]} HEX.`,
        details: { sha256: digest },
      },
    );
  }
  if (answer.toLowerCase() === digest.slice(-8)) return;
  throw new Refusal('TRUST_ROOT_DIGEST', 'The digits typed are not the last 8 of this SHA-256.', {
    details: { actual: digest },
  });
}

function digestGiven(given: TrustGiven, name: keyof typeof FLAGS): string | undefined {
  const digest = given[name]?.toLowerCase().replace(/^sha256:/, '');
  if (digest === undefined || isSha256(digest)) return digest;
  throw new Refusal('USAGE_OPTION', `${FLAGS[name]} takes 64 hexadecimal digits.`);
}

function requireEqual(title: string, actual: string, expected: string | undefined): void {
  if (expected === undefined || expected === actual) return;
  throw new Refusal('TRUST_ROOT_DIGEST', `${title} has the SHA-256 ${actual}, and ${expected} was given.`, {
    details: { expected, actual },
  });
}
