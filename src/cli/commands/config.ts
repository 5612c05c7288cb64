/** `countersign config …`: whether the configuration is understood, and what follows from it. */
import { openHttp } from '../../platform/http.ts';
import { parseAddress } from '../../platform/listen.ts';
import { upstreamOptions } from '../../config/settings.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { tableLines } from '../words.ts';

const validateCommand = defineCommand<object>({
  name: 'validate',
  summary: 'check the configuration and the files that it names; all problems at once',
  examples: ['countersign config validate --config /etc/countersign/countersign.yaml'],
  changesSomething: false,
  async perform(invocation) {
    const { settings, file } = await invocation.configuration();
    // Loaded here only: no other small command should wait for Express.
    const { refusePlaintext } = await import('../../serve/admin/app.ts');
    refusePlaintext(parseAddress(settings.adminListen, 'admin_listen'), settings.allowPlaintext);
    // Reads and tries the TLS files; makes no connection.
    const door = await openHttp({ clock: invocation.clock, ...(await upstreamOptions(settings)) });
    await door.close();
    if (settings.readers) {
      const { Readers } = await import('../../serve/readers.ts');
      await Readers.open(settings.readers, invocation.clock);
    }
    return {
      lines: [
        file === undefined ? 'There is no configuration file; everything has its default.' : `${file} is understood.`,
      ],
      document: { ok: true, file },
    };
  },
});

const explainCommand = defineCommand<object>({
  name: 'explain',
  summary: 'show every effective setting and where it came from',
  examples: ['countersign config explain', 'COUNTERSIGN_LISTEN=0.0.0.0:8700 countersign config explain'],
  changesSomething: false,
  async perform(invocation) {
    const { effective, file } = await invocation.configuration();
    const settings = effective.map(({ key, value, origin }) => ({ key, value: shown(value), origin }));
    const rows = settings.map(({ key, value, origin }) => [key, value ?? '-', origin]);
    return { lines: tableLines(['SETTING', 'VALUE', 'FROM'], rows), document: { file, settings } };
  },
});

export const configCommands: CommandGroup = {
  name: 'config',
  summary: 'check and explain the configuration',
  examples: ['countersign config explain'],
  commands: [validateCommand, explainCommand],
};

function shown(value: string | boolean | readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' ? value.join(', ') : String(value);
}
