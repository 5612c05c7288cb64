/**
 * `countersign keys public`: the public half of a holder’s root keys, for one repository or for many in one file. A
 * collection’s key is in a certificate, which is made here, once.
 */
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import { keysDirectory } from '../../open.ts';
import { readNamedFile, writeNamedFile } from '../../platform/named-file.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { randomSecret } from '../../platform/random.ts';
import { digestTogether, formatRootPublics } from '../../sign/bundles.ts';
import { openRootHolder, type RootHolder } from '../../sign/root-holder.ts';
import { formatRootPublic, type RootPublic } from '../../sign/root-public.ts';
import { printable, type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource } from '../options.ts';
import { publicFileName } from '../root-files.ts';

interface Given extends PassphraseGiven {
  readonly holder: string;
  readonly repositories: readonly string[];
  readonly servedAs?: string;
  readonly list?: string;
  readonly out?: string;
}

/** A repository for which a key is wanted, and the name in its certificate where it is a collection. */
interface Wanted {
  readonly id: RepositoryId;
  readonly servedAs: string | undefined;
}

const MAX_LIST_BYTES = 4 * 1024 * 1024;

export const holderPublicCommand = defineCommand<Given>({
  name: 'public',
  summary: 'write the public file of a holder’s root keys, for one repository or for many',
  details:
    'Nothing in it is secret. Read the key id out over another channel, so that nobody can exchange the file. For a Notary ' +
    'collection the key is put into a certificate, which names the collection and is made anew each time: keep the file.',
  arguments: [
    ['<holder>', 'the holder, whose file lies in the keys directory'],
    ['[repositories...]', 'the repositories'],
  ],
  options: [
    servedAsOption(),
    new Option(
      '--list <file>',
      'further repositories, a line each; for a collection with its served name after a blank',
    ),
    new Option('-o, --out <file>', 'where to write it (default: HOLDER.REPOSITORY.root-public.json here)'),
    ...passphraseOptions(),
  ],
  examples: [
    'countersign keys public alice sigstore --keys /media/alice',
    'countersign keys public alice app --served-as registry.example.com/team/app --keys /media/alice',
    'countersign keys public alice --list collections.txt --keys /media/alice',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const directory = keysDirectory((await invocation.settings()).paths);
    const wanted = await wantedOf(given);
    const [first, ...others] = wanted;
    const only = others.length === 0 ? first : undefined;
    const out = given.out ?? publicFileName(given.holder, only?.id);
    const [passphrase = ''] = await readPassphrases([given.holder], 'open', passphraseSource(given));
    const holder = await openRootHolder(invocation.disk, { directory, holder: given.holder, passphrase });
    const keys: RootPublic[] = [];
    try {
      for (const { id, servedAs } of wanted) keys.push(publicOf(holder, id, servedAs, invocation.clock.now()));
    } finally {
      holder.close();
    }
    const [key] = keys;
    const text = key && only ? formatRootPublic(key) : formatRootPublics(keys);
    // Another certificate is another key id: a file that was sent already must not change under its readers.
    const mayReplace = wanted.every(({ servedAs }) => servedAs === undefined);
    if (!invocation.isRehearsal) await writeNamedFile(out, text, mayReplace);
    const together = digestTogether(new Map(keys.map(({ repository, keyId }) => [repository, keyId])));
    const verb = invocation.isRehearsal ? 'Would write' : 'Wrote';
    return {
      lines: [
        `${verb} ${out}: send it to whoever drafts the root.`,
        key && only
          ? `Key id ${key.keyId}: read it out to them over another channel.`
          : `${keys.length} keys, together SHA-256 ${together}: read it out to them over another channel.`,
      ],
      document: {
        holder: given.holder,
        repository: only?.id,
        servedAs: only?.servedAs,
        keyId: only && key?.keyId,
        keys: keys.map(({ repository, keyId }, at) => ({ repository, servedAs: wanted[at]?.servedAs ?? null, keyId })),
        keysTogetherSha256: together,
        file: out,
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

/** @throws USAGE_OPTION for none, or for one that is named twice; USAGE_FILE, USAGE_REPOSITORY_ID */
async function wantedOf({ repositories, servedAs, list }: Given): Promise<readonly [Wanted, ...Wanted[]]> {
  const named = repositories.map((text): Wanted => ({ id: repositoryId(text), servedAs }));
  const wanted = [...named, ...(list === undefined ? [] : await readList(list, servedAs))];
  const [first, ...others] = wanted;
  if (!first) throw new Refusal('USAGE_OPTION', 'No repository is named.', { next: 'Name one, or give --list FILE.' });
  const twice = wanted.find(({ id }, at) => wanted.findIndex((other) => other.id === id) !== at);
  if (twice) throw new Refusal('USAGE_OPTION', `${twice.id} is named twice.`);
  return [first, ...others];
}

async function readList(path: string, servedAs: string | undefined): Promise<Wanted[]> {
  const lines = (await readNamedFile(path, MAX_LIST_BYTES))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [id = '', name, ...more] = line.trim().split(/\s+/);
    if (more.length > 0) throw new Refusal('USAGE_FILE', `${printable(path)} has a line of more than two words.`);
    return { id: repositoryId(id), servedAs: name ?? servedAs };
  });
}

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
