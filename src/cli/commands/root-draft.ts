/** `countersign root draft`: what the next root must say, as a file for its holders to sign. */
import { Option } from 'commander';
import { writeNamedFile } from '../../platform/named-file.ts';
import { draftNextRoot } from '../../publish/ceremony.ts';
import { rulesOf } from '../../mirror.ts';
import { signedByTrial } from '../../publish/root.ts';
import { formatDraft } from '../../sign/draft-document.ts';
import { explainDraft } from '../../sign/explain.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { positiveNumber, repeatable } from '../options.ts';
import { readPublicFile } from '../root-files.ts';

interface Given {
  readonly id: string;
  readonly rootKey?: readonly string[];
  readonly threshold?: number;
  readonly rotateOnline?: boolean;
  readonly out?: string;
  readonly import?: number;
}

export const rootDraftCommand = defineCommand<Given>({
  name: 'draft',
  summary: 'draft the next root of a repository',
  details:
    'Changes nothing on the mirror. Without --root-key, the holders and threshold stay those of the current root.',
  arguments: [['<id>', 'the repository']],
  options: [
    repeatable('--root-key <file>', 'the public file of a holder of the next root; all of them, if any'),
    new Option('--threshold <n>', 'how many holders must sign (default: as now; all, for new holders)').argParser(
      positiveNumber,
    ),
    new Option('--rotate-online', 'list new snapshot and timestamp keys'),
    importOption(),
    new Option('-o, --out <file>', 'where to write it (default: REPOSITORY.root-VERSION.draft.json here)'),
  ],
  examples: [
    'countersign root draft sigstore --root-key alice.json --root-key bob.json --root-key carol.json --threshold 2',
    'countersign root draft sigstore --rotate-online',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const id = repositoryId(given.id);
      rulesOf(mirror);
      const rootKeys = await Promise.all((given.rootKey ?? []).map(readPublicFile));
      const drafted = await draftNextRoot(mirror, {
        repository: id,
        rotateOnline: given.rotateOnline === true,
        ...(rootKeys.length === 0 ? {} : { rootKeys }),
        ...(given.threshold === undefined ? {} : { threshold: given.threshold }),
        ...(given.import === undefined ? {} : { import: given.import }),
      });
      // A trial’s own key signs at once: otherwise a trial could never pass on to holders.
      const draft = signedByTrial(mirror, drafted, mirror.clock.now());
      const { lines, facts } = explainDraft(draft, mirror.clock.now());
      const out = given.out ?? `${id}.root-${String(facts.version)}.draft.json`;
      // Never over another draft: it may carry signatures already.
      if (!invocation.isRehearsal) await writeNamedFile(out, formatDraft(draft), false);
      return {
        lines: [
          ...lines,
          `${invocation.isRehearsal ? 'Would write' : 'Wrote'} ${out}. Each holder: countersign root sign ${out} --key HOLDER.root.age`,
        ],
        document: { file: out, ...facts, dryRun: invocation.isRehearsal },
      };
    }),
});

/** For draft and accept alike. */
export function importOption(): Option {
  return new Option(
    '--import <number>',
    'the import that the root is to come with (default: the one that waits for it, else what is public)',
  ).argParser(positiveNumber);
}
