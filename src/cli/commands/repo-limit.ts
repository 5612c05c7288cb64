/** `countersign repo limit`: other bounds for one upstream that really grew, recorded with the reason. */
import { Refusal } from '../../errors.ts';
import { withWriter } from '../../mirror.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { printable, repositoryId } from '../../tuf/names.ts';
import { Option } from 'commander';
import { defineCommand } from '../command.ts';

interface Given {
  readonly id: string;
  readonly limit?: readonly string[];
  readonly reason?: string;
}

export const limitCommand = defineCommand<Given>({
  name: 'limit',
  summary: 'show the bounds on what is read from an upstream, or set some with a reason',
  details: `Names: ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
  arguments: [
    ['<id>', 'the repository'],
    ['[limit...]', 'NAME=NUMBER'],
  ],
  options: [new Option('--reason <text>', 'why, for the record')],
  examples: [
    'countersign repo limit sigstore',
    'countersign repo limit pypi targetsBytes=128000000 --reason "TICKET-7: bins grew"',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const id = repositoryId(given.id);
      const { limits } = mirror.reader.enrolment(id);
      const wanted = new Map((given.limit ?? []).map(parseLimit));
      const reason = given.reason?.trim() ?? '';
      if (wanted.size > 0 && reason === '') throw new Refusal('USAGE_REASON', 'A changed limit has no reason.');
      if (wanted.size > 0 && !invocation.isRehearsal)
        await withWriter(mirror, (writer) => writer.setLimits(id, wanted, reason));
      const now = { ...limits, ...Object.fromEntries(wanted) };
      return {
        lines: Object.entries(now).map(
          ([name, value]) =>
            `${name}=${value}${wanted.has(name) ? `   (${invocation.isRehearsal ? 'would be set' : 'set now'})` : ''}`,
        ),
        document: { repository: id, limits: now, set: [...wanted.keys()], dryRun: invocation.isRehearsal },
      };
    }),
});

function parseLimit(text: string): [string, number] {
  const [, name = '', digits = ''] = /^([A-Za-z]+)=([1-9][0-9]{0,14})$/.exec(text) ?? [];
  if (!Object.hasOwn(DEFAULT_LIMITS, name))
    throw new Refusal('USAGE_OPTION', `“${printable(text)}” is not NAME=NUMBER with the name of a limit.`);
  return [name, Number(digits)];
}
