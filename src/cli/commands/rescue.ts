/** `countersign rescue`: collections of a Notary server brought in by the hundred, and their originals kept. */
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { requireServable } from '../../acquire/notary/collection-name.ts';
import { openCollections } from '../../acquire/notary/open.ts';
import { upstreamOptions } from '../../config/settings.ts';
import { Refusal } from '../../errors.ts';
import type { Mirror } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { choose } from '../../rescue/chosen.ts';
import { writePlace } from '../../rescue/follow.ts';
import { type Rescued, rescue } from '../../rescue/rescue.ts';
import { readRenaming, readWantedList, servedName } from '../../rescue/wanted.ts';
import { DEFAULT_MAX_UPSTREAM_AGE_DAYS } from '../../verify/policy.ts';
import { defineCommand } from '../command.ts';
import { claimOf, type ClaimGiven, importerOf } from '../importer.ts';
import type { Invocation } from '../invocation.ts';
import { locationOf } from '../locations.ts';
import { positiveNumber, repeatable } from '../options.ts';
import { plannedReport, rescueReport } from '../rescue-report.ts';
import { reasonOf, signingOptions } from '../signing-options.ts';

interface Given extends ClaimGiven {
  readonly location: string;
  readonly names: readonly string[];
  readonly list?: string;
  readonly into?: string;
  readonly rename?: readonly string[];
  readonly trust?: string;
  readonly firstUse?: boolean;
  readonly changed?: boolean;
  readonly maxUpstreamAge: number;
}

const MOST_LIST_BYTES = 16_777_216;

export const rescueCommand = defineCommand<Given>({
  name: 'rescue',
  summary: 'bring in many collections of a Notary server, keep their originals, and say until when they are valid',
  details:
    'Each collection is taken home whole, every root from the first, then enrolled, verified and imported from that copy. ' +
    'One that cannot be had, or whose root nothing confirms, keeps no other from being rescued; its originals stay. A root ' +
    'is confirmed by its digest in the list, or by a client’s cache that knows it (--trust). Run it again at any time: what ' +
    'is there already is compared, and new states are imported. Exit 1 when something could not be brought in.',
  arguments: [
    ['<location>', 'the server’s address, or a directory of collected files'],
    ['[names...]', 'collections, or all below a prefix: registry.example.com/team/*'],
  ],
  options: [
    new Option('--list <file>', 'more of them, one a line: NAME, then where it is known the SHA-256 of a root'),
    new Option('--into <directory>', 'where originals are kept (default: originals/ in the data directory)'),
    repeatable(
      '--rename <from/=to/>',
      'serve names that begin with FROM/ as beginning with TO/, but not what is enrolled already',
    ),
    new Option('--trust <directory>', 'a client’s trust directory (~/.docker/trust, ~/.notary): its roots are right'),
    new Option('--first-use', 'where nothing else is known, believe the root that is shown now; needs --reason'),
    new Option('--changed', 'only what the server’s change feed has told of since the last time'),
    new Option('--max-upstream-age <days>', 'stop renewing when upstream has been silent for longer than this')
      .argParser(positiveNumber)
      .default(DEFAULT_MAX_UPSTREAM_AGE_DAYS),
    new Option('--ticket <text>', 'the change ticket, for the record'),
    new Option('--reason <text>', 'why, for the record'),
    ...signingOptions('who brings them in: an operator’s name'),
  ],
  examples: [
    'countersign rescue https://notary.example.com --list collections.txt --trust ~/.docker/trust',
    'countersign rescue https://notary.example.com "registry.example.com/team/*" --rename registry.example.com/=mirror.dc.internal/',
    'countersign rescue https://notary.example.com --changed',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const renamings = (given.rename ?? []).map(readRenaming);
    const listed = given.list === undefined ? [] : await readList(invocation, given.list);
    const grounds = { cache: await cacheOf(invocation, given), firstUse: isFirstUse(given) };
    const location = locationOf(invocation, given.location);
    return invocation.withMirror(async (mirror, settings) => {
      const { disk } = mirror;
      const into = given.into === undefined ? join(settings.paths.data, 'originals') : pathOf(invocation, given.into);
      const options = { clock: invocation.clock, ...(await upstreamOptions(settings)) };
      const collections = await openCollections(location, options);
      try {
        const enrolled = enrolledFrom(mirror, location);
        const choice = {
          names: given.names,
          listed,
          onlyChanged: given.changed === true,
          enrolled: [...enrolled.keys()],
        };
        const chosen = await choose(collections.changes, choice, { disk, location, into });
        const nameOf = (gun: string): string => servedName(gun, renamings, enrolled);
        const servedAs = (gun: string): string => {
          requireServable(nameOf(gun));
          return nameOf(gun);
        };
        if (invocation.isRehearsal) return plannedReport(mirror, chosen, nameOf);
        const importer = await importerOf(invocation, mirror, given);
        const rescued: Rescued[] = [];
        const each = rescue(mirror, chosen.wanted, {
          ...{ location, into, servedAs, ...grounds, maxUpstreamAgeDays: given.maxUpstreamAge },
          open: (gun) => collections.open(gun),
          claim: claimOf(given, importer),
          ...(importer && { importer }),
          onProgress: invocation.progress.step,
        });
        for await (const one of each) rescued.push(one);
        // Otherwise what failed or was left out today would be passed over the next time.
        const isWhole = chosen.isOfAll && rescued.every(({ refusal }) => refusal === undefined);
        if (isWhole && chosen.last !== undefined) await writePlace(disk, into, location, chosen.last);
        return rescueReport(rescued, chosen, into);
      } finally {
        await collections.close();
      }
    });
  },
});

/** Names of collections that are enrolled from there, each with those under which it is served. */
function enrolledFrom({ reader }: Mirror, location: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { upstream, collection, retired } of reader.enrolments()) {
    // Of a retired upstream nothing is imported any more, whoever answers.
    if (upstream !== location || !collection || retired) continue;
    names.set(collection.name, [...(names.get(collection.name) ?? []), collection.servedAs]);
  }
  return names;
}

async function readList(invocation: Invocation, file: string): Promise<ReturnType<typeof readWantedList>> {
  return readWantedList((await readNamedFile(pathOf(invocation, file), MOST_LIST_BYTES)).toString('utf8'), file);
}

/** @throws USAGE_FILE for one that is not there: all its collections would count as unknown */
async function cacheOf(invocation: Invocation, { trust }: Given): Promise<string | undefined> {
  if (trust === undefined) return undefined;
  const path = pathOf(invocation, trust);
  if ((await invocation.disk.stat(path)) !== undefined) return path;
  throw new Refusal('USAGE_FILE', `There is no directory ${trust}.`, { details: { file: trust } });
}

/** A decision, and as every decision one with a reason. @throws USAGE_OPTION */
function isFirstUse(given: Given): boolean {
  if (given.firstUse !== true) return false;
  if (reasonOf(given) !== undefined) return true;
  throw new Refusal('USAGE_OPTION', '--first-use needs --reason.', {
    next: 'Say why the roots that the server shows now are believed: --reason "…".',
  });
}

function pathOf({ surroundings }: Invocation, path: string): string {
  return resolve(surroundings.workingDirectory, path);
}
