/** `countersign repo …`: which upstreams are mirrored, each enrolled with the root that a person confirmed. */
import type { CommandGroup } from '../command.ts';
import { repoAddCommand } from './repo-add.ts';
import { limitCommand } from './repo-limit.ts';
import { repoListCommand } from './repo-list.ts';
import { retireCommand } from './repo-retire.ts';
import { repoShowCommand } from './repo-show.ts';

export const repoCommands: CommandGroup = {
  name: 'repo',
  summary: 'enrol upstreams and look at them',
  examples: ['countersign repo list'],
  commands: [repoAddCommand, repoListCommand, repoShowCommand, limitCommand, retireCommand],
};
