/**
 * `countersign root sign`: one holder’s signature, on a machine that needs neither server nor data directory. It says in
 * words what is about to be signed, and asks.
 */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { formatDrafts } from '../../sign/bundles.ts';
import type { RootDraft } from '../../sign/draft-document.ts';
import { explainDrafts } from '../../sign/explain-many.ts';
import { type SignedDrafts, signDrafts } from '../../sign/many-drafts.ts';
import { openRootHolder } from '../../sign/root-holder.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource } from '../options.ts';
import { draftsDocument } from '../drafts-document.ts';
import { holderFile, readDrafts } from '../root-files.ts';

interface Given extends PassphraseGiven {
  readonly draft: string;
  readonly key: string;
  readonly yes?: boolean;
  readonly out?: string;
}

export const rootSignCommand = defineCommand<Given>({
  name: 'sign',
  summary: 'sign a draft with a holder’s root key, after saying what it would change',
  details:
    'Needs no server and no data directory. The signed draft replaces the file unless -o names another. In a file of many ' +
    'drafts those are signed that list a key of the holder.',
  arguments: [['<draft>', 'the file, of one draft or of many']],
  options: [
    new Option('--key <file>', 'the holder’s file, HOLDER.root.age').makeOptionMandatory(),
    new Option('--yes', 'sign without asking; for machines on which nobody sits'),
    new Option('-o, --out <file>', 'where to write the signed draft'),
    ...passphraseOptions(),
  ],
  examples: ['countersign root sign sigstore.root-2.draft.json --key /media/alice/alice.root.age'],
  changesSomething: true,
  async perform(invocation, given) {
    const now = invocation.clock.now();
    const drafts = await readDrafts(given.draft);
    const { directory, holder } = holderFile(given.key);
    const before = explainDrafts(drafts, now);
    const out = given.out ?? given.draft;
    if (invocation.isRehearsal) {
      const document = { file: out, holder, ...draftsDocument(before), dryRun: true };
      return { lines: [...before.lines, `Would sign ${them(drafts)} as ${holder}.`], document };
    }
    for (const line of before.lines) invocation.remark(line);
    if (given.yes !== true) await requireYes(invocation, holder, them(drafts));
    const { drafts: made, signed } = await sign(invocation, drafts, { directory, holder }, given, now);
    await writeNamedFile(out, formatDrafts(made), true);
    const left = drafts.length - signed.length;
    return {
      lines: [
        `Signed as ${holder}; wrote ${out}. Only this file needs to travel back.`,
        ...(left === 0
          ? []
          : [`Signed ${signed.length} of the ${drafts.length}: the others list no key of ${holder}.`]),
      ],
      document: { file: out, holder, ...draftsDocument(explainDrafts(made, now)), dryRun: false },
    };
  },
});

function them(drafts: readonly RootDraft[]): string {
  return drafts.length === 1 ? 'this' : `these ${drafts.length}`;
}

async function requireYes(invocation: Invocation, holder: string, what: string): Promise<void> {
  const answer = await invocation.ask(`Sign ${what} as ${holder}? Type yes: `);
  if (answer === undefined) {
    throw new Refusal('USAGE_OPTION', 'There is no terminal at which to ask, and --yes is not given.', {
      next: 'Read what it says, then give --yes.',
    });
  }
  if (answer !== 'yes') throw new Refusal('USAGE_OPTION', 'The answer was not yes, so nothing was signed.');
}

async function sign(
  { disk }: Invocation,
  drafts: readonly RootDraft[],
  file: { readonly directory: string; readonly holder: string },
  given: PassphraseGiven,
  now: Date,
): Promise<SignedDrafts> {
  const [passphrase = ''] = await readPassphrases([file.holder], 'open', passphraseSource(given));
  const holder = await openRootHolder(disk, { ...file, passphrase });
  try {
    return signDrafts(drafts, holder, now);
  } finally {
    holder.close();
  }
}
