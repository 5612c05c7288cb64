/** `countersign root …`: the ceremony in which holders of root keys sign the mirror’s next root. */
import type { CommandGroup } from '../command.ts';
import { rootAcceptCommand } from './root-accept.ts';
import { rootDraftCommand } from './root-draft.ts';
import { rootShowCommand } from './root-show.ts';
import { rootSignCommand } from './root-sign.ts';

export const rootCommands: CommandGroup = {
  name: 'root',
  summary: 'draft, explain, sign and accept the mirror’s root',
  examples: ['countersign root show sigstore.root-2.draft.json'],
  commands: [rootDraftCommand, rootShowCommand, rootSignCommand, rootAcceptCommand],
};
