/** `countersign root show`: a draft in words. */
import { explainDraft } from '../../sign/explain.ts';
import { defineCommand } from '../command.ts';
import { readDraft } from '../root-files.ts';

export const rootShowCommand = defineCommand<{ readonly draft: string }>({
  name: 'show',
  aliases: ['explain'],
  summary: 'say in words what a draft would change, and who has signed it',
  details: 'Needs no server and no data directory.',
  arguments: [['<draft>', 'the draft’s file']],
  examples: ['countersign root show sigstore.root-2.draft.json'],
  changesSomething: false,
  async perform({ clock }, given) {
    const { lines, facts } = explainDraft(await readDraft(given.draft), clock.now());
    return { lines, document: { file: given.draft, ...facts } };
  },
});
