/** `countersign log checkpoint`: the newest checkpoint as text, to be kept somewhere else: on paper, in a mail, in a safe. */
import { Refusal } from '../../errors.ts';
import { logStanding } from '../../witness/standing.ts';
import { defineCommand } from '../command.ts';

export const logCheckpointCommand = defineCommand<object>({
  name: 'checkpoint',
  summary: 'print the newest released checkpoint, to be kept where this machine’s thief is not',
  details:
    'A signed note of a few lines; it fits a printed page or a QR code. Whoever keeps one can tell later with `log compare` ' +
    'whether the log was rewritten.',
  examples: ['countersign log checkpoint > checkpoint.txt', 'countersign log checkpoint --json'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror((mirror) => {
      const { origin, released } = logStanding(mirror);
      if (!released) throw new Refusal('STATE_NOTHING_PUBLISHED', 'No checkpoint was released yet.');
      const { size, root, at, note, cosignedBy } = released;
      return {
        // The note ends in a newline, and so does the last line.
        lines: note.slice(0, -1).split('\n'),
        document: { origin, size, root: Buffer.from(root).toString('base64'), at, cosignedBy, note },
      };
    }),
});
