/** `countersign root draft`: what the next root must say, as a file for its holders to sign. */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { type DraftOptions, draftNextRoot } from '../../publish/ceremony.ts';
import { type Drafted, draftEach, waitingForRoot } from '../../publish/many-ceremonies.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { signedByTrial } from '../../publish/root.ts';
import { formatDrafts } from '../../sign/bundles.ts';
import { explainDrafts } from '../../sign/explain-many.ts';
import type { RootPublic } from '../../sign/root-public.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { draftsDocument, refusedDocument, refusedLines } from '../drafts-document.ts';
import { positiveNumber, repeatable } from '../options.ts';
import { readPublicFile } from '../root-files.ts';

interface Given {
  readonly ids: readonly string[];
  readonly allWaiting?: boolean;
  readonly rootKey?: readonly string[];
  readonly threshold?: number;
  readonly rotateOnline?: boolean;
  readonly out?: string;
  readonly import?: number;
}

export const rootDraftCommand = defineCommand<Given>({
  name: 'draft',
  summary: 'draft the next root of one repository, or of many in one file',
  details:
    'Changes nothing on the mirror. Without --root-key, the holders and threshold stay those of the current root. Of a ' +
    'public file that is for several repositories, each takes its own keys.',
  arguments: [['[ids...]', 'the repositories']],
  options: [
    new Option('--all-waiting', 'every repository whose newest import waits for a root'),
    repeatable('--root-key <file>', 'the public file of a holder of the next root; all of them, if any'),
    new Option('--threshold <n>', 'how many holders must sign (default: as now; all, for new holders)').argParser(
      positiveNumber,
    ),
    new Option('--rotate-online', 'list new snapshot and timestamp keys'),
    importOption(),
    new Option(
      '-o, --out <file>',
      'where to write it (default: REPOSITORY.root-VERSION.draft.json here; of many, roots.draft.json)',
    ),
  ],
  examples: [
    'countersign root draft sigstore --root-key alice.json --root-key bob.json --root-key carol.json --threshold 2',
    'countersign root draft sigstore --rotate-online',
    'countersign root draft --all-waiting --root-key alice.json --root-key bob.json --threshold 2',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      rulesOf(mirror);
      const keys = await Promise.all((given.rootKey ?? []).map(readPublicFile));
      const { drafts: drafted, refused } = await draftAsked(mirror, given, keys);
      // A trial’s own key signs at once: otherwise a trial could never pass on to holders.
      const drafts = drafted.map((draft) => signedByTrial(mirror, draft, mirror.clock.now()));
      const isMany = given.allWaiting === true || given.ids.length > 1;
      const [first] = drafts;
      if (!first) {
        const nothing = refused.length === 0 ? 'Nothing waits for a root.' : 'Nothing was drafted.';
        const document = { file: null, drafts, signedTogetherSha256: null, refused: refusedDocument(refused) };
        return {
          lines: [...refusedLines(refused), nothing],
          document: { ...document, dryRun: invocation.isRehearsal },
          firstRefusal: refused[0]?.refusal.code,
        };
      }
      const explained = explainDrafts(drafts, mirror.clock.now());
      const version = String(explained.facts[0]?.version);
      const out = given.out ?? (isMany ? 'roots.draft.json' : `${first.repository}.root-${version}.draft.json`);
      // Never over another draft: it may carry signatures already.
      if (!invocation.isRehearsal) await writeNamedFile(out, formatDrafts(drafts), false);
      const { facts, signedTogether } = explained;
      return {
        lines: [
          ...explained.lines,
          ...refusedLines(refused),
          `${invocation.isRehearsal ? 'Would write' : 'Wrote'} ${out}. Each holder: countersign root sign ${out} --key HOLDER.root.age`,
        ],
        document: {
          file: out,
          ...(isMany
            ? { drafts: facts, signedTogetherSha256: signedTogether, refused: refusedDocument(refused) }
            : draftsDocument(explained)),
          dryRun: invocation.isRehearsal,
        },
        firstRefusal: refused[0]?.refusal.code,
      };
    }),
});

/** One repository is refused as a whole; of several, each that can be drafted is. */
async function draftAsked(mirror: Mirror, given: Given, files: readonly (readonly RootPublic[])[]): Promise<Drafted> {
  const { ids, allWaiting = false, threshold, rotateOnline = false, import: number } = given;
  if (allWaiting ? ids.length > 0 : ids.length === 0) {
    throw new Refusal(
      'USAGE_OPTION',
      'A draft is for the repositories that are named, or for --all-waiting, not for both.',
    );
  }
  const isMany = allWaiting || ids.length > 1;
  if (isMany && number !== undefined) throw new Refusal('USAGE_OPTION', '--import is of one repository.');
  const requestFor = (repository: RepositoryId): DraftOptions => {
    // A file of one key is meant for what is drafted, and refused where it is not; of a longer list each takes its own.
    const rootKeys = files.flatMap((keys) =>
      isMany || keys.length > 1 ? keys.filter((key) => key.repository === repository) : keys,
    );
    return {
      ...{ repository, rotateOnline },
      ...(rootKeys.length === 0 ? {} : { rootKeys }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(number === undefined ? {} : { import: number }),
    };
  };
  const named = ids.map(repositoryId);
  const [only] = named;
  if (only !== undefined && !isMany) return { drafts: [await draftNextRoot(mirror, requestFor(only))], refused: [] };
  const { waiting, refused } = allWaiting
    ? await waitingForRoot(mirror)
    : { waiting: [...new Set(named)], refused: [] };
  const drafted = await draftEach(mirror, waiting.map(requestFor));
  return { drafts: drafted.drafts, refused: [...refused, ...drafted.refused] };
}

/** For draft and accept alike. */
export function importOption(): Option {
  return new Option(
    '--import <number>',
    'the import that the root is to come with (default: the one that waits for it, else what is public)',
  ).argParser(positiveNumber);
}
