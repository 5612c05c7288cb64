/** `countersign root show`: drafts in words. */
import { explainDrafts } from '../../sign/explain-many.ts';
import { defineCommand } from '../command.ts';
import { draftsDocument } from '../drafts-document.ts';
import { readDrafts } from '../root-files.ts';

export const rootShowCommand = defineCommand<{ readonly draft: string }>({
  name: 'show',
  aliases: ['explain'],
  summary: 'say in words what a draft would change, and who has signed it',
  details: 'Needs no server and no data directory.',
  arguments: [['<draft>', 'the file, of one draft or of many']],
  examples: ['countersign root show sigstore.root-2.draft.json'],
  changesSomething: false,
  async perform({ clock }, given) {
    const explained = explainDrafts(await readDrafts(given.draft), clock.now());
    return { lines: explained.lines, document: { file: given.draft, ...draftsDocument(explained) } };
  },
});
