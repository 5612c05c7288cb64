/** `countersign serve`: renew first, answer second, until asked to stop. */
import { Option } from 'commander';
import { defineCommand } from '../command.ts';

interface Given {
  readonly listen?: string;
  readonly admin?: string;
}

export const serveCommand = defineCommand<Given>({
  name: 'serve',
  summary: 'answer clients, and renew what is due',
  details:
    'Imports by the command line are noticed and served without a restart. SIGTERM and SIGINT end it when the answers ' +
    'in flight are through. The log goes to standard error: JSON lines, or text on a terminal.',
  options: [
    new Option('--listen <address:port>', 'the public listener (COUNTERSIGN_LISTEN; default 127.0.0.1:8700)'),
    new Option('--admin <address:port>', 'the admin listener (COUNTERSIGN_ADMIN_LISTEN; default 127.0.0.1:8701)'),
  ],
  examples: ['countersign serve', 'countersign serve --listen 0.0.0.0:8700'],
  changesSomething: false,
  async perform(invocation, given) {
    // Loaded here only: no other command should wait for Express and the metrics.
    const { serveUntilStopped } = await import('../serving.ts');
    const configuration = await invocation.configuration({
      listen: { flag: '--listen', value: given.listen },
      admin_listen: { flag: '--admin', value: given.admin },
    });
    await serveUntilStopped(invocation, configuration);
    return undefined;
  },
});
