/** `countersign keys create-holder`: a root key holder’s own file, best made on the holder’s own machine. */
import { join } from 'node:path';
import { Refusal } from '../../errors.ts';
import { keysDirectory } from '../../open.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { randomSecret } from '../../platform/random.ts';
import { createRootHolder } from '../../sign/root-holder.ts';
import { formatRootPublic, isHolderName } from '../../sign/root-public.ts';
import { printable, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource, repeatable } from '../options.ts';
import { publicFileName } from '../root-files.ts';
import { publicOf, servedAsOption } from './keys-public.ts';

interface Given extends PassphraseGiven {
  readonly holder: string;
  readonly repository?: readonly string[];
  readonly servedAs?: string;
}

export const createHolderCommand = defineCommand<Given>({
  name: 'create-holder',
  aliases: ['create'],
  summary: 'make a root key holder’s encrypted file',
  details:
    'Needs no data directory. The file serves every repository; a public file for each --repository is written beside ' +
    'it, to be sent to whoever drafts a root. The passphrase is asked for unseen.',
  arguments: [['<holder>', 'the holder’s name: a-z, 0-9 and “-”']],
  options: [
    repeatable('--repository <id>', 'write the public file for this repository as well'),
    servedAsOption(),
    ...passphraseOptions(),
  ],
  examples: ['countersign keys create-holder alice --keys /media/alice --repository sigstore'],
  changesSomething: true,
  async perform(invocation, given) {
    const directory = keysDirectory((await invocation.settings()).paths);
    const { holder } = given;
    if (!isHolderName(holder)) {
      throw new Refusal(
        'USAGE_OPTION',
        `“${printable(holder)}” cannot be a holder’s name: 1 to 32 of a-z, 0-9 and “-”.`,
      );
    }
    const repositories = (given.repository ?? []).map(repositoryId);
    const file = join(directory, `${holder}.root.age`);
    const publicFiles = repositories.map((id) => join(directory, publicFileName(holder, id)));
    if (await invocation.disk.exists(file)) throw new Refusal('STATE_ALREADY_INITIALISED', `${file} exists already.`);
    if (!invocation.isRehearsal) {
      const [passphrase = ''] = await readPassphrases([holder], 'create', passphraseSource(given));
      const made = await createRootHolder(invocation.disk, { directory, holder, passphrase }, randomSecret);
      try {
        for (const [index, id] of repositories.entries()) {
          const document = publicOf(made, id, given.servedAs, invocation.clock.now());
          await writeNamedFile(publicFiles[index] ?? '', formatRootPublic(document), false);
        }
      } finally {
        made.close();
      }
    }
    const verb = invocation.isRehearsal ? 'Would make' : 'Made';
    return {
      lines: [
        `${verb} ${file}. Keep it on a medium of ${holder}’s own, and a second copy elsewhere.`,
        ...publicFiles.map((path) => `${verb} ${path}: send it to whoever drafts the root.`),
        ...(publicFiles.length === 0 ? [`Next: countersign keys public ${holder} REPOSITORY`] : []),
      ],
      document: { holder, file, publicFiles, dryRun: invocation.isRehearsal },
    };
  },
});
