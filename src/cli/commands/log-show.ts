/** `countersign log show`: how far the log has come, who has seen it, and what others write into their configuration. */
import { formatDate } from '../../tuf/dates.ts';
import { type LogStanding, logStanding, type WitnessesStanding } from '../../witness/standing.ts';
import { defineCommand } from '../command.ts';
import { plural } from '../words.ts';

export const logShowCommand = defineCommand<object>({
  name: 'show',
  summary: 'say how far the log has come, who has seen it, and what waits; exit 1 while something waits',
  details:
    'The key is what witnesses, clients and auditors write into their configuration. A time is the witness’s own word.',
  examples: ['countersign log show', 'countersign log show --json'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror((mirror) => {
      const standing = logStanding(mirror);
      const waiting = standing.size - (standing.released?.size ?? 0);
      return { lines: describe(standing, waiting), document: documentOf(standing, waiting), isNo: waiting > 0 };
    }),
});

function describe({ origin, key, size, released, witnesses }: LogStanding, waiting: number): string[] {
  return [
    `origin     ${origin}`,
    `key        ${key}`,
    `size       ${plural(size, 'entry')}`,
    ...(released
      ? [`released   ${String(released.size)} at ${released.at}`, `root       ${base64(released.root)}`]
      : ['released   nothing yet']),
    ...(witnesses ? describeWitnesses(witnesses) : ['witnesses  none: nobody would notice a rewritten log']),
    ...(released?.isQuorum === false ? ['           too few of them have seen what is released'] : []),
    ...(waiting > 0 ? [`waiting    ${plural(waiting, 'entry')}: not shown to anybody yet`] : []),
  ];
}

function describeWitnesses({ all, quorum, withoutQuorum }: WitnessesStanding): string[] {
  return [
    `witnesses  ${quorum} must cosign; without them publications ${withoutQuorum === 'wait' ? 'wait' : 'go on'}`,
    ...all.map(({ name, last }) =>
      last ? `  ${name}: ${String(last.size)} at ${timeOf(last.time)}` : `  ${name}: nothing yet`,
    ),
  ];
}

function documentOf({ origin, key, size, released, witnesses }: LogStanding, waiting: number): object {
  return {
    ...{ origin, key, size, waiting },
    released: released && {
      ...{ size: released.size, root: base64(released.root), at: released.at },
      ...{ cosignedBy: released.cosignedBy, quorum: released.isQuorum },
    },
    witnesses: witnesses && witnessesDocument(witnesses),
  };
}

export function witnessesDocument({ all, quorum, withoutQuorum, sha256 }: WitnessesStanding): object {
  return {
    ...{ sha256, withoutQuorum, quorum },
    witnesses: all.map(({ name, key, url, last }) => ({
      ...{ name, key: key.text, url: url?.href },
      cosigned: last && { size: last.size, at: timeOf(last.time) },
    })),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Seconds that a witness states may lie beyond what a date can say. */
function timeOf(seconds: number): string {
  return formatDate(new Date(Math.min(seconds * 1000, 253_402_300_799_000)));
}
