/** `countersign import`: one attempt to bring upstream’s state in: verified, recorded, published. */
import { Option } from 'commander';
import { openUpstream } from '../../acquire/open.ts';
import { upstreamOptions } from '../../config/settings.ts';
import type { Signer } from '../../decide/signing.ts';
import { type ImportResult, importUpstream } from '../../mirror.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { type Candidate, asOf } from '../../verify/candidate.ts';
import { type Decision, type DecisionKind, decision } from '../../verify/decisions.ts';
import { inNames } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { claimOf, importerOf } from '../importer.ts';
import { locationOf } from '../locations.ts';
import { repeatable } from '../options.ts';
import { ceremonyLines, refusalDocument } from '../publishing.ts';
import type { SigningGiven } from '../signing-options.ts';
import { plural } from '../words.ts';

interface Given extends SigningGiven {
  readonly id: string;
  readonly from?: string;
  readonly ticket?: string;
  readonly reason?: string;
  readonly excludeRole?: readonly string[];
  readonly acceptEquivocation?: readonly string[];
  readonly acceptVersionJump?: readonly string[];
  readonly acceptDuplicateKeys?: readonly string[];
}

export const importCommand = defineCommand<Given>({
  name: 'import',
  summary: 'bring upstream’s state in: verify it, record it, publish it',
  details:
    'What a person must decide is decided by name and with a reason, which is recorded and signed into what clients ' +
    'see. There is no option that ignores a kind of refusal. As soon as somebody is recorded as an importer ' +
    '(countersign operator add), only such people import, and each signs what they say: --as NAME. Until anybody is ' +
    'recorded, --as is a name for the record, the account’s unless given.',
  arguments: [['<id>', 'the repository']],
  options: [
    new Option('--from <location>', 'take it from here instead: an address, or a courier’s directory'),
    new Option('--ticket <text>', 'the change ticket, for the record'),
    new Option('--reason <text>', 'why, for the record; needed by every decision'),
    new Option(
      '--as <name>',
      'who brings it in: an operator’s name, or, where nobody is recorded, a name for the record',
    ),
    new Option('--key <file>', 'the operator’s key file, private or public; without it the agent is asked'),
    repeatable('--exclude-role <role>', 'carry the rest without this role'),
    repeatable('--accept-equivocation <role@version>', 'accept other content under a version that was seen before'),
    repeatable('--accept-version-jump <role@version>', 'accept a version that leaps ahead'),
    repeatable('--accept-duplicate-keys <role>', 'accept one key under several ids'),
  ],
  examples: [
    'countersign import sigstore',
    'countersign import sigstore --from /media/courier/sigstore --ticket CHG-1042 --as alice',
    'countersign import sigstore --as alice --key ~/.ssh/id_ed25519',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const repository = repositoryId(given.id);
    const decisions = decisionsOf(given);
    return invocation.withMirror(async (mirror, settings) => {
      const { upstream, collection } = mirror.reader.enrolment(repository);
      const location = given.from === undefined ? upstream : locationOf(invocation, given.from);
      const options = { clock: invocation.clock, ...(await upstreamOptions(settings)) };
      const importer = await importerOf(invocation, mirror, given);
      const result = await importUpstream(mirror, {
        repository,
        openSource: () => openUpstream(location, collection, options),
        location,
        decisions,
        claim: claimOf(given, importer),
        ...(importer && { importer }),
        isRehearsal: invocation.isRehearsal,
        onProgress: invocation.progress.step,
      });
      return { lines: inNames(mirror, describe(result)), document: documentOf(result, importer) };
    });
  },
});

function decisionsOf(given: Given): Decision[] {
  const made = (kind: DecisionKind, names: readonly string[] = []): Decision[] =>
    names.map((name) => decision(kind, name, given.reason));
  return [
    ...made('exclude-role', given.excludeRole),
    ...made('accept-equivocation', given.acceptEquivocation),
    ...made('accept-version-jump', given.acceptVersionJump),
    ...made('accept-duplicate-keys', given.acceptDuplicateKeys),
  ];
}

function describe(result: ImportResult): string[] {
  const { candidate } = result;
  const { repository, roles, selected, notes } = candidate.content;
  const verified = asOf(candidate);
  return [
    `${repository}: ${headline(result)}`,
    `  as-of      ${formatDate(verified.timestampExpires)} (upstream’s timestamp ${String(verified.timestampVersion)}, snapshot ${String(verified.snapshotVersion)}, root ${String(verified.rootVersion)})`,
    `  carries    ${plural(roles.size, 'role')}, ${plural(selected.length, 'target file')}`,
    ...notes.map(({ kind, text }) => `  ${kind}: ${text}`),
    ...followUp(result),
  ];
}

function headline(result: ImportResult): string {
  switch (result.outcome) {
    case 'published':
      return `import ${String(result.import)} is published as generation ${String(result.current.generation)}.`;
    case 'needs-root':
      return `import ${String(result.import)} is accepted and waits for a new mirror root: ${result.why}.`;
    case 'waits':
      return `import ${String(result.import)} is verified and recorded, and not published yet: ${result.refusal.what}`;
    case 'unchanged':
      return `import ${String(result.import)} brought nothing new.`;
    case 'rehearsed':
      return result.rootChange === undefined
        ? 'would be accepted and published.'
        : `would be accepted, with a new mirror root: ${result.rootChange}.`;
  }
}

function followUp(result: ImportResult): string[] {
  if (result.outcome === 'waits') return [`Next: ${result.refusal.next}`];
  return result.outcome === 'needs-root' ? ceremonyLines(result.candidate.content.repository, result.import) : [];
}

function documentOf(result: ImportResult, importer: Signer | undefined): object {
  return {
    outcome: result.outcome,
    import: 'import' in result ? result.import : undefined,
    generation: result.outcome === 'published' ? result.current.generation : undefined,
    rootChange: rootChangeOf(result),
    waitsFor: result.outcome === 'waits' ? refusalDocument(result.refusal) : undefined,
    by: importer && { actor: importer.actor, name: importer.name, key: importer.key },
    ...contentOf(result.candidate),
    dryRun: result.outcome === 'rehearsed',
  };
}

function rootChangeOf(result: ImportResult): string | undefined {
  if (result.outcome === 'needs-root') return result.why;
  return result.outcome === 'rehearsed' ? result.rootChange : undefined;
}

function contentOf(candidate: Candidate): object {
  const { repository, roles, selected, notes, decisions } = candidate.content;
  const { timestampExpires, ...versions } = asOf(candidate);
  return {
    repository,
    candidate: candidate.digest,
    asOf: { timestampExpires: formatDate(timestampExpires), ...versions },
    roles: [...roles.values()].map(({ role, version, expires }) => ({ role, version, expires: formatDate(expires) })),
    targets: selected.length,
    decisions: decisions.map(({ kind, role, version, reason }) => ({ kind, role, version, reason })),
    notes,
  };
}
