/** `countersign guard`: the pinning client. None of it needs a record, a database or a server. */
import type { CommandGroup } from '../command.ts';
import { guardCheckRootCommand } from './guard-check-root.ts';
import { guardConformanceCommand } from './guard-conformance.ts';
import { guardGetCommand } from './guard-get.ts';
import { guardInitCommand } from './guard-init.ts';
import { guardMapCommands } from './guard-map.ts';
import { guardPinCommands } from './guard-pin.ts';
import { guardRefreshCommand } from './guard-refresh.ts';
import { guardResolveCommand } from './guard-resolve.ts';
import { guardStatusCommand } from './guard-status.ts';
import { guardVerifyCommand } from './guard-verify.ts';
import { guardWhyCommand } from './guard-why.ts';

export const guardCommands: CommandGroup = {
  name: 'guard',
  summary: 'fetch and verify as a client that no mirror can deceive',
  examples: ['countersign guard init pin.json --pin-sha256 HEX', 'countersign guard get trusted_root.json'],
  commands: [
    guardInitCommand,
    guardRefreshCommand,
    guardGetCommand,
    guardVerifyCommand,
    guardResolveCommand,
    guardCheckRootCommand,
    guardWhyCommand,
    guardStatusCommand,
    guardPinCommands,
    guardMapCommands,
    guardConformanceCommand,
  ],
};
