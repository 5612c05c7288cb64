/**
 * `countersign guard check-root`: for hosts whose client is the stock one. Such a client takes new targets keys from any
 * properly signed root (6.2), and what it believes lies in a file of its own; this command compares that file with the pin.
 * It asks nobody, and needs no guard on the host.
 */
import { Option } from 'commander';
import { join, resolve } from 'node:path';
import { type CachedRoot, checkCachedRoot } from '../../client/notary/cached-root.ts';
import { readPin } from '../../client/pin/pin-file.ts';
import type { Pin } from '../../client/pin/pin.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { formatDate } from '../../tuf/dates.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { defineCommand } from '../command.ts';
import { GuardEnrolments, MAX_PIN_BYTES } from '../guard-enrolments.ts';
import { nameOption } from '../guard-target.ts';
import type { Invocation } from '../invocation.ts';

interface Given {
  readonly place: string;
  readonly pin?: string;
  readonly name?: string;
}

export const guardCheckRootCommand = defineCommand<Given>({
  name: 'check-root',
  summary: 'say whether the root that a stock client has cached names the pinned targets keys; exit 1 when not',
  details:
    'For hosts where docker or notary is used as it is. Give the cached root.json, or the client’s trust directory ' +
    '(~/.docker/trust, ~/.notary), in which the collection’s is found. Keys are compared by material, with their ' +
    'threshold. Nobody is asked, and nothing on the host is changed.',
  arguments: [['<place>', 'root.json as the client cached it, or its trust directory']],
  options: [
    new Option('--pin <file>', 'a pin file of the collection, in place of an enrolled guard').conflicts('name'),
    nameOption(),
  ],
  examples: ['countersign guard check-root ~/.docker/trust --pin pin.json'],
  changesSomething: false,
  async perform(invocation, { place, pin: pinFile, name }) {
    const pin = await pinOf(invocation, pinFile, name);
    const path = await rootPath(invocation, place, pin);
    const cached = checkCachedRoot(await readNamedFile(path, DEFAULT_LIMITS.rootBytes), pin);
    const { version, targets, pinned, difference } = cached;
    return {
      lines: linesOf(path, cached),
      document: {
        ok: difference === undefined,
        ...{ file: path, repository: pin.repository, served_as: pin.collection?.servedAs, root_version: version },
        ...{ pinned: keysDocument(pinned), cached: keysDocument(targets), strangers: difference?.strangers ?? [] },
      },
      isNo: difference !== undefined,
    };
  },
});

/** @throws USAGE_FILE, CONFIG_PIN; STATE_NOT_ENROLLED without a pin file and without a guard */
async function pinOf(invocation: Invocation, file: string | undefined, name: string | undefined): Promise<Pin> {
  if (file === undefined) return (await (await GuardEnrolments.of(invocation)).one(name)).pin;
  return readPin(await readNamedFile(resolve(invocation.surroundings.workingDirectory, file), MAX_PIN_BYTES));
}

/** Where stock clients keep it below their trust directory. */
async function rootPath({ surroundings, disk }: Invocation, place: string, { collection }: Pin): Promise<string> {
  const path = resolve(surroundings.workingDirectory, place);
  const stats = await disk.stat(path);
  if (!collection || stats?.isDirectory() !== true) return path;
  return join(path, 'tuf', ...collection.servedAs.split('/'), 'metadata', 'root.json');
}

function linesOf(path: string, { version, expires, pinned, difference }: CachedRoot): string[] {
  const cached = `The cached root is version ${version}, until ${formatDate(expires)}: ${path}`;
  if (difference === undefined) {
    return [`OK: its targets keys are the pinned ones, ${pinned.threshold} of ${pinned.keys.length}.`, cached];
  }
  return [
    `NO: the cached root ${difference.what}.`,
    cached,
    'ALARM: this host may take images that upstream never signed. Tell security; do not pull here meanwhile.',
    'If upstream rotated its keys and the pin is the older one, compare the new keys with upstream and renew the pin.',
  ];
}

function keysDocument({ keys, threshold }: CachedRoot['targets']): object {
  return {
    threshold,
    keys: keys.map(({ id, canonicalId, keytype }) => ({ keyid: id, bare_keyid: canonicalId, keytype })),
  };
}
