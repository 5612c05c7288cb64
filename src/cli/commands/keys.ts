/** `countersign keys …`: the keys that lie here, the files of root key holders, and the rotation of online keys. */
import type { CommandGroup } from '../command.ts';
import { createHolderCommand } from './keys-create-holder.ts';
import { keysListCommand } from './keys-list.ts';
import { holderPublicCommand } from './keys-public.ts';
import { rotateCommand } from './keys-rotate.ts';

export const keysCommands: CommandGroup = {
  name: 'keys',
  summary: 'make, list and rotate keys',
  examples: ['countersign keys list'],
  commands: [createHolderCommand, holderPublicCommand, keysListCommand, rotateCommand],
};
