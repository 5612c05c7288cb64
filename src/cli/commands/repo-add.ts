/**
 * `countersign repo add`: the one moment in which something is believed without a signature. There is no first-use
 * trust here: the root file’s digest is given, or shown and confirmed by a person, and never assumed.
 */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import type { Collection, Enrolment } from '../../ledger/records.ts';
import { withWriter } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { sha256 } from '../../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { type Sha256, isSha256, printable, repositoryId } from '../../tuf/names.ts';
import { firstRoot } from '../../verify/dialects.ts';
import { DEFAULT_MAX_UPSTREAM_AGE_DAYS } from '../../verify/policy.ts';
import { parseSelection } from '../../verify/selection.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { collectionNamed, collectionWords } from '../collections.ts';
import { judgeAddress, locationOf } from '../locations.ts';
import { positiveNumber } from '../options.ts';
import { selectionWords } from '../words.ts';

interface Given {
  readonly id: string;
  readonly upstream: string;
  readonly root: string;
  readonly rootSha256?: string;
  readonly targets?: readonly string[];
  readonly maxUpstreamAge: number;
  readonly dialect: 'tuf' | 'notary';
  readonly gun?: string;
  readonly serveAs?: string;
}

export const repoAddCommand = defineCommand<Given>({
  name: 'add',
  summary: 'enrol an upstream with its root',
  details:
    'Everything that is ever imported is verified from this root file. Obtain its SHA-256 from upstream through another ' +
    'channel and give it with --root-sha256; without it, the digest is shown and must be confirmed at a terminal.',
  arguments: [['<id>', 'the name under which clients will find it: a-z, 0-9, “.”, “_” and “-”']],
  options: [
    new Option('--upstream <location>', 'an http(s) address, or a directory').makeOptionMandatory(),
    new Option('--root <file>', 'upstream’s root.json, any version that you trust').makeOptionMandatory(),
    new Option('--root-sha256 <hex>', 'the SHA-256 that this file must have'),
    new Option(
      '--targets <pattern...>',
      'target files to carry: none, all, or patterns as in delegations (default: all)',
    ),
    new Option('--max-upstream-age <days>', 'stop renewing when upstream has been silent for longer than this')
      .argParser(positiveNumber)
      .default(DEFAULT_MAX_UPSTREAM_AGE_DAYS),
    new Option('--dialect <name>', 'what upstream speaks').choices(['tuf', 'notary']).default('tuf'),
    new Option('--gun <name>', 'Notary: the collection’s name upstream, which its root certificates bear'),
    new Option('--serve-as <name>', 'Notary: the name under which clients find it here (default: the same)'),
  ],
  examples: [
    'countersign repo add sigstore --upstream https://tuf-repo-cdn.sigstore.dev --root root.json --root-sha256 HEX',
    'countersign repo add fonts --upstream /media/courier/fonts --root 1.root.json --targets "fonts/*.woff2"',
    'countersign repo add app --dialect notary --upstream https://notary.example.com --gun registry.example.com/team/app ' +
      '--serve-as mirror.dc.internal/team/app --root root.json',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const id = repositoryId(given.id);
    const collection = collectionOf(given);
    const selection = parseSelection(given.targets ?? (collection ? ['none'] : []));
    const root = await readNamedFile(given.root, DEFAULT_LIMITS.rootBytes);
    const digest = sha256(root);
    requireDigest(given, digest);
    const { version, expires } = firstRoot(root, collection?.name, DEFAULT_LIMITS);
    const upstream = locationOf(invocation, given.upstream);
    await judgeAddress(invocation, upstream, collection);
    return invocation.withMirror(async (mirror) => {
      const enrolment: Enrolment = {
        id,
        upstream,
        ...(collection && { collection }),
        rootSha256: digest,
        selection,
        maxUpstreamAgeDays: given.maxUpstreamAge,
        limits: DEFAULT_LIMITS,
        enrolledAt: mirror.clock.now(),
      };
      mirror.reader.requireFree(enrolment);
      const summary = [
        `${given.root}: root version ${String(version)}, expires ${expires.toISOString()}`,
        `SHA-256 ${digest}`,
      ];
      if (!invocation.isRehearsal) {
        if (given.rootSha256 === undefined) await confirmDigest(invocation, digest, summary);
        await withWriter(mirror, (writer) => writer.enrol(enrolment, root, {}));
      }
      return {
        lines: [
          ...summary,
          `${invocation.isRehearsal ? 'Would enrol' : 'Enrolled'} ${id} from ${upstream}.`,
          ...(collection ? [`Clients ask for ${collection.servedAs}.`] : []),
          `Next: countersign import ${id}`,
        ],
        document: {
          id,
          upstream,
          dialect: given.dialect,
          collection: collectionWords(collection),
          rootVersion: version,
          rootSha256: digest,
          targets: selectionWords(selection),
          maxUpstreamAgeDays: enrolment.maxUpstreamAgeDays,
          dryRun: invocation.isRehearsal,
        },
      };
    });
  },
});

/** @throws USAGE_OPTION for a collection without a name, and for names and selections where there is none */
function collectionOf({ dialect, gun, serveAs, targets }: Given): Collection | undefined {
  if (dialect === 'tuf') {
    if (gun === undefined && serveAs === undefined) return undefined;
    throw new Refusal('USAGE_OPTION', '--gun and --serve-as name a collection, and a TUF repository is none.', {
      next: 'Give --dialect notary for a collection.',
    });
  }
  if (gun === undefined) {
    throw new Refusal('USAGE_OPTION', 'A collection needs its name.', {
      next: 'Give it as upstream’s publishers do: --gun registry.example.com/team/app.',
    });
  }
  if (targets !== undefined) {
    throw new Refusal('USAGE_OPTION', 'A collection’s content lies in the registry: there is nothing to select.', {
      next: 'Leave --targets out.',
    });
  }
  return collectionNamed(gun, serveAs);
}

/** @throws USAGE_OPTION for what is no digest, TRUST_ROOT_DIGEST for another one */
function requireDigest({ root, rootSha256 }: Given, digest: Sha256): void {
  if (rootSha256 === undefined) return;
  const expected = rootSha256.toLowerCase().replace(/^sha256:/, '');
  if (!isSha256(expected)) throw new Refusal('USAGE_OPTION', '--root-sha256 takes 64 hexadecimal digits.');
  if (expected === digest) return;
  throw new Refusal('TRUST_ROOT_DIGEST', `${printable(root)} has the SHA-256 ${digest}, and ${expected} was given.`, {
    details: { expected, actual: digest },
  });
}

async function confirmDigest(invocation: Invocation, digest: Sha256, summary: readonly string[]): Promise<void> {
  for (const line of summary) invocation.remark(line);
  invocation.remark('Compare this digest with the one that upstream published, obtained through another channel.');
  const answer = await invocation.ask('If they are equal, type its last 8 digits: ');
  if (answer === undefined) {
    throw new Refusal(
      'USAGE_OPTION',
      'The root was not confirmed: there is no terminal, and --root-sha256 is not given.',
      {
        next: 'Compare the digest with the one that upstream published, and give it: --root-sha256 HEX.',
        details: { rootSha256: digest },
      },
    );
  }
  if (answer.toLowerCase() === digest.slice(-8)) return;
  throw new Refusal('TRUST_ROOT_DIGEST', 'The digits typed are not the last 8 of this file’s SHA-256.', {
    details: { actual: digest },
  });
}
