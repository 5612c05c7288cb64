/** `countersign guard map`: which guards must agree on which targets (TAP 4). */
import { resolve } from 'node:path';
import type { RepositoryMap } from '../../client/pin/map.ts';
import { readMap } from '../../client/pin/map-file.ts';
import { Refusal } from '../../errors.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { printable } from '../../tuf/names.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { GuardEnrolments, MAX_MAP_BYTES } from '../guard-enrolments.ts';
import { consensusOf } from '../guard-target.ts';

const showCommand = defineCommand({
  name: 'show',
  summary: 'say which guards must agree on which targets',
  examples: ['countersign guard map show'],
  changesSomething: false,
  async perform(invocation) {
    const enrolments = await GuardEnrolments.of(invocation);
    const map = await enrolments.map();
    return {
      lines: map ? [`${enrolments.mapPath}:`, ...mapLines(map)] : ['There is no map: one guard answers alone.'],
      document: { file: map && enrolments.mapPath, ...mapDocument(map) },
    };
  },
});

const setCommand = defineCommand<{ readonly map: string }>({
  name: 'set',
  summary: 'make guards answer together, by a TAP 4 map',
  details:
    'From then on get, verify and why ask by the map, unless --name names one guard. Every repository in it must be ' +
    'enrolled already. Remove the file to answer alone again.',
  arguments: [['<map>', 'the map file']],
  examples: ['countersign guard map set map.json'],
  changesSomething: true,
  async perform(invocation, given) {
    const bytes = await readNamedFile(resolve(invocation.surroundings.workingDirectory, given.map), MAX_MAP_BYTES);
    const map = readMap(bytes);
    const enrolments = await GuardEnrolments.of(invocation);
    if ((await enrolments.names()).length === 0) throw new Refusal('STATE_NOT_ENROLLED', 'No guard is enrolled here.');
    // Found out now and not by the first question.
    await consensusOf(invocation, enrolments, map);
    if (!invocation.isRehearsal) await enrolments.writeMap(bytes);
    return {
      lines: [`${invocation.isRehearsal ? 'Would ask' : 'From now on, asks'} by this map:`, ...mapLines(map)],
      document: { file: enrolments.mapPath, ...mapDocument(map), dryRun: invocation.isRehearsal },
    };
  },
});

export const guardMapCommands: CommandGroup = {
  name: 'map',
  summary: 'show and set which guards must agree',
  examples: ['countersign guard map show'],
  commands: [showCommand, setCommand],
};

function mapLines({ repositories, mapping }: RepositoryMap): string[] {
  return mapping.map(({ paths, repositories: names, threshold, terminating }, index) => {
    const asked = names.map((name) => {
      const enrolment = repositories.get(name)?.enrolment;
      return enrolment === name ? name : `${name} (guard ${String(enrolment)})`;
    });
    const end = terminating ? 'and the search ends there' : 'otherwise the next mapping is asked';
    const patterns = paths.map((pattern) => printable(pattern, 60)).join(', ');
    return `  ${index + 1}. ${patterns}: ${threshold} of ${names.length} must agree (${asked.join(', ')}), ${end}`;
  });
}

function mapDocument(map: RepositoryMap | undefined): object {
  return {
    repositories: [...(map?.repositories ?? [])].map(([name, { enrolment, addresses }]) => ({
      ...{ name, guard: enrolment, addresses: addresses?.map(({ href }) => href) },
    })),
    mapping: map?.mapping ?? [],
  };
}
