/** `countersign guard`: the pinning client. */
import type { CommandGroup } from '../command.ts';
import { guardConformanceCommand } from './guard-conformance.ts';

export const guardCommands: CommandGroup = {
  name: 'guard',
  summary: 'fetch and verify as a client that no mirror can deceive',
  examples: ['countersign guard conformance --metadata-dir m --metadata-url http://127.0.0.1:8888/metadata refresh'],
  commands: [guardConformanceCommand],
};
