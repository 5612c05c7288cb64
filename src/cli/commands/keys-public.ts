/** `countersign keys public`: the public half of a holder’s root key for one repository. */
import { Option } from 'commander';
import { keysDirectory } from '../../open.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { openRootHolder } from '../../sign/root-holder.ts';
import { formatRootPublic } from '../../sign/root-public.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource } from '../options.ts';
import { publicFileName } from '../root-files.ts';

interface Given extends PassphraseGiven {
  readonly holder: string;
  readonly repository: string;
  readonly out?: string;
}

export const holderPublicCommand = defineCommand<Given>({
  name: 'public',
  summary: 'write the public file of a holder’s root key for one repository',
  details: 'Nothing in it is secret. Read the key id out over another channel, so that nobody can exchange the file.',
  arguments: [
    ['<holder>', 'the holder, whose file lies in the keys directory'],
    ['<repository>', 'the repository'],
  ],
  options: [
    new Option('-o, --out <file>', 'where to write it (default: HOLDER.REPOSITORY.root-public.json here)'),
    ...passphraseOptions(),
  ],
  examples: ['countersign keys public alice sigstore --keys /media/alice'],
  changesSomething: true,
  async perform(invocation, given) {
    const directory = keysDirectory((await invocation.settings()).paths);
    const id = repositoryId(given.repository);
    const out = given.out ?? publicFileName(given.holder, id);
    const [passphrase = ''] = await readPassphrases([given.holder], 'open', passphraseSource(given));
    const holder = await openRootHolder(invocation.disk, { directory, holder: given.holder, passphrase });
    const document = holder.publicOf(id);
    holder.close();
    if (!invocation.isRehearsal) await writeNamedFile(out, formatRootPublic(document), true);
    return {
      lines: [
        `${invocation.isRehearsal ? 'Would write' : 'Wrote'} ${out}: send it to whoever drafts the root.`,
        `Key id ${document.keyId}: read it out to them over another channel.`,
      ],
      document: {
        holder: given.holder,
        repository: id,
        keyId: document.keyId,
        file: out,
        dryRun: invocation.isRehearsal,
      },
    };
  },
});
