/**
 * `countersign repo add`: the one moment in which something is believed without a signature. There is no first-use
 * trust: the root file’s digest is given, or shown and confirmed by a person, and never assumed.
 */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import type { Enrolment } from '../../ledger/records.ts';
import { withWriter } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { sha256 } from '../../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { type Sha256, isSha256, printable, repositoryId } from '../../tuf/names.ts';
import { TrustedRoot } from '../../tuf/trusted-set.ts';
import { DEFAULT_MAX_UPSTREAM_AGE_DAYS } from '../../verify/policy.ts';
import { parseSelection } from '../../verify/selection.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
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
    new Option('--dialect <name>', 'what upstream speaks').choices(['tuf']).default('tuf'),
  ],
  examples: [
    'countersign repo add sigstore --upstream https://tuf-repo-cdn.sigstore.dev --root root.json --root-sha256 HEX',
    'countersign repo add fonts --upstream /media/courier/fonts --root 1.root.json --targets "fonts/*.woff2"',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const id = repositoryId(given.id);
    const selection = parseSelection(given.targets ?? []);
    const root = await readNamedFile(given.root, DEFAULT_LIMITS.rootBytes);
    const digest = sha256(root);
    requireDigest(given, digest);
    const { version, expires } = TrustedRoot.enrol(root, DEFAULT_LIMITS).root;
    const upstream = locationOf(invocation, given.upstream);
    await judgeAddress(invocation, upstream);
    return invocation.withMirror(async (mirror) => {
      const enrolment: Enrolment = {
        id,
        upstream,
        rootSha256: digest,
        selection,
        maxUpstreamAgeDays: given.maxUpstreamAge,
        limits: DEFAULT_LIMITS,
        enrolledAt: mirror.clock.now(),
      };
      if (mirror.reader.enrolments().some((known) => known.id === id)) {
        throw new Refusal('USAGE_REPOSITORY_EXISTS', `The repository “${id}” is enrolled already.`, {
          details: { repository: id },
        });
      }
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
          `Next: countersign import ${id}`,
        ],
        document: {
          id,
          upstream,
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
