/** `countersign log …`: the ledger as others see it, and who watches that it only grows. */
import type { CommandGroup } from '../command.ts';
import { logCheckpointCommand } from './log-checkpoint.ts';
import { logCompareCommand } from './log-compare.ts';
import { logShowCommand } from './log-show.ts';
import { logWitnessesCommands } from './log-witnesses.ts';

export const logCommands: CommandGroup = {
  name: 'log',
  summary: 'the log of everything that happened, and its witnesses',
  examples: ['countersign log show'],
  commands: [logShowCommand, logCheckpointCommand, logCompareCommand, logWitnessesCommands],
};
