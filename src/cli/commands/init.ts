/** `countersign init`: keys first, then the record, so that a record without keys never exists. */
import { InvalidArgumentError, Option } from 'commander';
import { join } from 'node:path';
import { Refusal } from '../../errors.ts';
import { createDataDirectory, keysDirectory, refuseExisting } from '../../open.ts';
import { readPassphrases } from '../../platform/passphrase.ts';
import { randomSecret } from '../../platform/random.ts';
import { Keyring, createKeyring } from '../../sign/keyring.ts';
import { createRootHolder } from '../../sign/root-holder.ts';
import { isHolderName } from '../../sign/root-public.ts';
import { ONLINE_SECRET } from '../../sign/secret-file.ts';
import { printable } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { type PassphraseGiven, passphraseOptions, passphraseSource, repeatable } from '../options.ts';

interface Given extends PassphraseGiven {
  readonly rootOnline?: boolean;
  readonly rootHolder?: readonly string[];
  readonly useExistingKeys?: boolean;
  readonly logOrigin?: string;
}

export const initCommand = defineCommand<Given>({
  name: 'init',
  summary: 'make the data directory, the keys and the record’s first event',
  details:
    'Root keys belong to people, on media of their own: each holder runs “countersign keys create-holder” elsewhere. ' +
    '--root-holder makes such files here, to be moved away. --root-online keeps one root key beside the online keys: ' +
    'for trials, because whoever takes this machine then takes the mirror’s root as well.',
  options: [
    new Option('--root-online', 'a trial: keep a root key on this machine').conflicts('rootHolder'),
    repeatable('--root-holder <name>', 'make an encrypted root key file for this holder in the keys directory'),
    new Option('--use-existing-keys', 'go on with the keys of a data directory that was lost or never finished'),
    new Option(
      '--log-origin <name>',
      'what the ledger is called in its checkpoints, for ever: a host name of yours and a path (default: a random one)',
    ).argParser(origin),
    ...passphraseOptions(),
  ],
  examples: ['countersign init --root-online', 'countersign init --root-holder alice --root-holder bob'],
  changesSomething: true,
  async perform(invocation, given) {
    const { paths } = await invocation.settings();
    const keys = keysDirectory(paths);
    const holders = given.rootHolder ?? [];
    refuseHolders(holders);
    await refuseExisting(paths);
    const hasKeys = await invocation.disk.exists(join(keys, ONLINE_SECRET.file));
    if (hasKeys && given.useExistingKeys !== true) {
      throw new Refusal('STATE_ALREADY_INITIALISED', `${keys} holds an online key already.`, {
        next: 'If it is this mirror’s key, and its data directory was lost or never finished: --use-existing-keys. Otherwise name another directory with --keys.',
      });
    }
    const rootKeys = hasKeys
      ? await existingRootKeys(invocation, keys)
      : given.rootOnline === true
        ? 'online'
        : 'offline';
    if (hasKeys && given.rootOnline === true && rootKeys === 'offline') {
      throw new Refusal('USAGE_OPTION', `The keys in ${keys} have no online root key beside them.`);
    }
    const files = holders.map((name) => join(keys, `${name}.root.age`));
    if (!invocation.isRehearsal) {
      const passphrases = holders.length > 0 ? await readPassphrases(holders, 'create', passphraseSource(given)) : [];
      if (!hasKeys) {
        await createKeyring(invocation.disk, keys, randomSecret, { withRootOnline: rootKeys === 'online' });
      }
      for (const [index, holder] of holders.entries()) {
        const file = { directory: keys, holder, passphrase: passphrases[index] ?? '' };
        (await createRootHolder(invocation.disk, file, randomSecret)).close();
      }
      await createDataDirectory(paths, await invocation.openOptions(), rootKeys, given.logOrigin);
    }
    const made = invocation.isRehearsal ? 'Would make' : 'Made';
    return {
      lines: [
        `${made} the data directory ${paths.data}${hasKeys ? '' : ` and the keys directory ${keys}`}.`,
        rootKeys === 'online'
          ? 'ROOT KEY ONLINE: trial mode. Whoever takes this machine takes the mirror’s root as well.'
          : 'Root keys are offline: the first import waits until their holders have signed a root.',
        ...files.map((file) => `${made} ${file}: move it to its holder’s own medium.`),
        'Next: countersign repo add ID --upstream URL --root FILE',
      ],
      document: {
        data: paths.data,
        keys,
        rootKeys,
        holders,
        logOrigin: given.logOrigin,
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

/** A note’s key name: no white space and no plus sign; and no scheme, because it is a name and not an address. */
function origin(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9._~-]+)*$/.test(text) && text.length <= 150) return text;
  throw new InvalidArgumentError('It must be a name such as mirror.example.org/log, without https://.');
}

function refuseHolders(holders: readonly string[]): void {
  const impossible = holders.find((name) => !isHolderName(name));
  if (impossible !== undefined) {
    throw new Refusal(
      'USAGE_OPTION',
      `“${printable(impossible)}” cannot be a holder’s name: 1 to 32 of a-z, 0-9 and “-”.`,
    );
  }
  const repeated = holders.find((name, index) => holders.indexOf(name) !== index);
  if (repeated !== undefined) throw new Refusal('USAGE_OPTION', `The holder ${repeated} is named twice.`);
}

async function existingRootKeys({ disk }: Invocation, keys: string): Promise<'online' | 'offline'> {
  const keyring = await Keyring.open(disk, keys);
  const { hasRootOnline } = keyring;
  keyring.close();
  return hasRootOnline ? 'online' : 'offline';
}
