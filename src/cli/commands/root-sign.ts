/**
 * `countersign root sign`: one holder’s signature, on a machine that needs neither server nor data directory. It says in
 * words what is about to be signed, and asks.
 */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { formatDraft, type RootDraft } from '../../sign/draft-document.ts';
import { explainDraft } from '../../sign/explain.ts';
import { signDraft } from '../../sign/root-draft.ts';
import { openRootHolder } from '../../sign/root-holder.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource } from '../options.ts';
import { holderFile, readDraft } from '../root-files.ts';

interface Given extends PassphraseGiven {
  readonly draft: string;
  readonly key: string;
  readonly yes?: boolean;
  readonly out?: string;
}

export const rootSignCommand = defineCommand<Given>({
  name: 'sign',
  summary: 'sign a draft with a holder’s root key, after saying what it would change',
  details: 'Needs no server and no data directory. The signed draft replaces the file unless -o names another.',
  arguments: [['<draft>', 'the draft’s file']],
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
    const draft = await readDraft(given.draft);
    const { directory, holder } = holderFile(given.key);
    const before = explainDraft(draft, now);
    const out = given.out ?? given.draft;
    if (invocation.isRehearsal) {
      const document = { file: out, holder, ...before.facts, dryRun: true };
      return { lines: [...before.lines, `Would sign it as ${holder}.`], document };
    }
    for (const line of before.lines) invocation.remark(line);
    if (given.yes !== true) await requireYes(invocation, holder);
    const signed = await sign(invocation, draft, { directory, holder }, given, now);
    await writeNamedFile(out, formatDraft(signed), true);
    const { facts } = explainDraft(signed, now);
    return {
      lines: [`Signed as ${holder}; wrote ${out}. Only this file needs to travel back.`],
      document: { file: out, holder, ...facts, dryRun: false },
    };
  },
});

async function requireYes(invocation: Invocation, holder: string): Promise<void> {
  const answer = await invocation.ask(`Sign this as ${holder}? Type yes: `);
  if (answer === undefined) {
    throw new Refusal('USAGE_OPTION', 'There is no terminal at which to ask, and --yes is not given.', {
      next: 'Read what it says, then give --yes.',
    });
  }
  if (answer !== 'yes') throw new Refusal('USAGE_OPTION', 'The answer was not yes, so nothing was signed.');
}

async function sign(
  { disk }: Invocation,
  draft: RootDraft,
  file: { readonly directory: string; readonly holder: string },
  given: PassphraseGiven,
  now: Date,
): Promise<RootDraft> {
  const [passphrase = ''] = await readPassphrases([file.holder], 'open', passphraseSource(given));
  const holder = await openRootHolder(disk, { ...file, passphrase });
  try {
    return signDraft(draft, holder.signerOf(draft), now);
  } finally {
    holder.close();
  }
}
