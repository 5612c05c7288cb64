/**
 * `countersign keys public`: the public half of a holder’s root key for one repository. For a collection it is in a
 * certificate, which is made here, once.
 */
import { Option } from 'commander';
import { keysDirectory } from '../../open.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { randomSecret } from '../../platform/random.ts';
import { openRootHolder, type RootHolder } from '../../sign/root-holder.ts';
import { formatRootPublic, type RootPublic } from '../../sign/root-public.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource } from '../options.ts';
import { publicFileName } from '../root-files.ts';

interface Given extends PassphraseGiven {
  readonly holder: string;
  readonly repository: string;
  readonly servedAs?: string;
  readonly out?: string;
}

export const holderPublicCommand = defineCommand<Given>({
  name: 'public',
  summary: 'write the public file of a holder’s root key for one repository',
  details:
    'Nothing in it is secret. Read the key id out over another channel, so that nobody can exchange the file. For a Notary ' +
    'collection the key is put into a certificate, which names the collection and is made anew each time: keep the file.',
  arguments: [
    ['<holder>', 'the holder, whose file lies in the keys directory'],
    ['<repository>', 'the repository'],
  ],
  options: [
    servedAsOption(),
    new Option('-o, --out <file>', 'where to write it (default: HOLDER.REPOSITORY.root-public.json here)'),
    ...passphraseOptions(),
  ],
  examples: [
    'countersign keys public alice sigstore --keys /media/alice',
    'countersign keys public alice app --served-as registry.example.com/team/app --keys /media/alice',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const directory = keysDirectory((await invocation.settings()).paths);
    const id = repositoryId(given.repository);
    const out = given.out ?? publicFileName(given.holder, id);
    const [passphrase = ''] = await readPassphrases([given.holder], 'open', passphraseSource(given));
    const holder = await openRootHolder(invocation.disk, { directory, holder: given.holder, passphrase });
    const { servedAs } = given;
    let document: RootPublic;
    try {
      document = publicOf(holder, id, servedAs, invocation.clock.now());
    } finally {
      holder.close();
    }
    // Another certificate is another key id: a file that was sent already must not change under its readers.
    if (!invocation.isRehearsal) await writeNamedFile(out, formatRootPublic(document), servedAs === undefined);
    return {
      lines: [
        `${invocation.isRehearsal ? 'Would write' : 'Wrote'} ${out}: send it to whoever drafts the root.`,
        `Key id ${document.keyId}: read it out to them over another channel.`,
      ],
      document: {
        holder: given.holder,
        repository: id,
        servedAs: given.servedAs,
        keyId: document.keyId,
        file: out,
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

/** A holder’s key for one repository; in a new certificate where it is a collection’s. */
export function publicOf(holder: RootHolder, id: RepositoryId, servedAs: string | undefined, now: Date): RootPublic {
  return servedAs === undefined ? holder.publicOf(id) : holder.certify(id, servedAs, { now, draw: randomSecret });
}

/** For whoever makes public files. */
export function servedAsOption(): Option {
  return new Option(
    '--served-as <name>',
    'it is for a Notary collection: the name under which clients ask for it, or PREFIX/* for all below a prefix',
  );
}
