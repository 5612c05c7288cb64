/** `countersign client-config`: exact settings for stock clients, so that nothing is taken on trust at the first contact. */
import { dirname, join, resolve } from 'node:path';
import { Option } from 'commander';
import { Refusal } from '../../errors.ts';
import { type HandedCollection, handedCollection } from '../../handout/collections.ts';
import { forDocker } from '../../handout/docker.ts';
import type { Handout, Reached } from '../../handout/handout.ts';
import { forNotary } from '../../handout/notary.ts';
import type { Enrolment } from '../../ledger/records.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { requireAsPublished } from '../../publish/authority.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { plural } from '../words.ts';

interface Given {
  readonly client: 'notary' | 'docker';
  readonly ids: readonly string[];
  readonly server: string;
  readonly ca?: string;
  readonly output?: string;
}

const CLIENTS: Readonly<
  Record<Given['client'], (collections: readonly HandedCollection[], reached: Reached) => Handout>
> = { notary: forNotary, docker: forDocker };
const MOST_AUTHORITY_BYTES = 1_048_576;

export const clientConfigCommand = defineCommand<Given>({
  name: 'client-config',
  summary: 'write the settings with which stock clients read from this mirror, roots included',
  details:
    'Files for the client’s own folder: its configuration with pins, the authority of the mirror’s TLS name, and the newest ' +
    'root of each collection, so that the first contact is no trust on first use. Settings of TUF clients: docs/clients.',
  arguments: [
    ['<client>', 'notary or docker'],
    ['[ids...]', 'repositories of collections (default: all that are public)'],
  ],
  options: [
    new Option('--server <address>', 'the mirror’s address as clients reach it').makeOptionMandatory(),
    new Option('--ca <file>', 'PEM of the authority that certified its TLS name, if that is a private one'),
    new Option('-o, --output <directory>', 'write the files here; without it they are only listed'),
  ],
  examples: [
    'countersign client-config notary app --server https://mirror.dc.internal --ca ca.pem -o notary',
    'countersign client-config docker --server https://mirror.dc.internal --ca ca.pem -o docker',
  ],
  changesSomething: false,
  async perform(invocation, given) {
    const make = CLIENTS[given.client] as (typeof CLIENTS)['notary'] | undefined;
    if (!make) {
      throw new Refusal('USAGE_OPTION', 'Settings are made for notary and docker.', {
        next: 'Those of TUF clients are in docs/clients/stock-client-settings.md.',
      });
    }
    const authority = given.ca === undefined ? undefined : await readAuthority(pathOf(invocation, given.ca));
    const reached = { server: serverOf(given), authority };
    return invocation.withMirror(async (mirror) => {
      const handout = make(collectionsOf(mirror, given.ids), reached);
      const into = given.output === undefined ? undefined : pathOf(invocation, given.output);
      if (into !== undefined) await write(invocation, into, handout);
      return { lines: linesOf(handout, into), document: documentOf(given.client, handout, into) };
    });
  },
});

/** @throws USAGE_FILE for one with a private key in it, as whoever made the authority has it: every client would get that */
async function readAuthority(path: string): Promise<Uint8Array> {
  const bytes = await readNamedFile(path, MOST_AUTHORITY_BYTES);
  if (!bytes.includes('PRIVATE KEY-----')) return bytes;
  throw new Refusal('USAGE_FILE', `${path} has a private key in it.`, {
    next: 'Give a file with the authority’s certificate and nothing else.',
  });
}

/** @throws USAGE_OPTION for what is no address of a server */
function serverOf({ server }: Given): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const isBare = url !== undefined && url.username + url.password + url.search + url.hash === '';
  if (url && isBare && /^https?:$/.test(url.protocol)) return url;
  throw new Refusal('USAGE_OPTION', '--server takes an http(s) address without user, query and fragment.');
}

/**
 * Everything that a new client believes: asked of the ledger, or whoever edits a table hands out a root of their own (S-10).
 * @throws USAGE_UNKNOWN_REPOSITORY; STATE_NOTHING_PUBLISHED for one of these that has no root yet; STATE_LEDGER
 */
function collectionsOf(mirror: Mirror, ids: readonly string[]): HandedCollection[] {
  const { reader } = mirror;
  rulesOf(mirror);
  const handed = (enrolment: Enrolment): HandedCollection | undefined => {
    const current = reader.current(enrolment.id);
    if (current) requireAsPublished(mirror, current, false);
    return handedCollection(reader, enrolment);
  };
  if (ids.length === 0) return reader.enrolments().flatMap((enrolment) => handed(enrolment) ?? []);
  return ids.map((id) => {
    const one = handed(reader.enrolment(repositoryId(id)));
    if (one) return one;
    throw new Refusal('STATE_NOTHING_PUBLISHED', `${id} is no collection that has something published.`, {
      details: { repository: id },
    });
  });
}

async function write({ disk }: Invocation, into: string, { files }: Handout): Promise<void> {
  for (const { path, bytes } of files) {
    const place = join(into, ...path.split('/'));
    await disk.makePrivateDirectory(dirname(place));
    await disk.write(place, bytes);
  }
}

function linesOf({ folder, files, environment, remarks }: Handout, into: string | undefined): string[] {
  const roots = files.filter(({ path }) => path.endsWith('/root.json'));
  const others = files.filter((file) => !roots.includes(file));
  return [
    into === undefined
      ? `For ${folder}; written with -o DIRECTORY:`
      : `Written to ${into}; copy it to ${folder} of each client:`,
    ...others.map(({ path }) => `  ${path}`),
    `  ${plural(roots.length, 'root')} of collections, each as its cache has it`,
    ...Object.entries(environment).map(([name, value]) => `  environment: ${name}=${value}`),
    ...remarks,
  ];
}

function documentOf(
  client: string,
  { folder, files, environment, remarks }: Handout,
  into: string | undefined,
): object {
  return {
    client,
    folder,
    files: files.map(({ path, bytes }) => ({ path, length: bytes.length })),
    environment,
    remarks,
    output: into,
  };
}

function pathOf({ surroundings }: Invocation, path: string): string {
  return resolve(surroundings.workingDirectory, path);
}
