/** `countersign log compare`: a checkpoint that somebody kept, held against the ledger. */
import { readNamedFile } from '../../platform/named-file.ts';
import { type Comparison, compareCheckpoint } from '../../witness/compare.ts';
import { defineCommand } from '../command.ts';
import { plural } from '../words.ts';

interface Given {
  readonly file: string;
}

const MAX_NOTE_BYTES = 65_536;

export const logCompareCommand = defineCommand<Given>({
  name: 'compare',
  summary: 'compare a checkpoint that somebody kept with the ledger; exit 1 unless the ledger continues it',
  arguments: [['<file>', 'the checkpoint: a signed note, as `log checkpoint` printed it or a client received it']],
  examples: ['countersign log compare checkpoint-of-may.txt'],
  changesSomething: false,
  async perform(invocation, { file }) {
    const kept = (await readNamedFile(file, MAX_NOTE_BYTES)).toString('utf8');
    return invocation.withMirror((mirror) => {
      const compared = compareCheckpoint(mirror, kept);
      return {
        lines: describe(compared),
        document: documentOf(compared),
        isNo: compared.verdict !== 'consistent',
      };
    });
  },
});

function describe({ verdict, kept, size, cosignedBy }: Comparison): string[] {
  const seen = cosignedBy.length === 0 ? '' : ` It was cosigned by ${cosignedBy.join(', ')}.`;
  switch (verdict) {
    case 'consistent':
      return [
        `Consistent: the ledger begins with these ${plural(kept.size, 'entry')}, and holds ${String(size)}.${seen}`,
      ];
    case 'contradicts':
      return [
        `ALARM: the log key signed another tree of ${plural(kept.size, 'entry')} than the ledger holds.${seen}`,
        '  Why:  two histories were signed. Either this ledger was rewritten, or somebody else has its key.',
        '  Next: stop the server, keep both, and tell security; see docs/operate/disaster.md.',
      ];
    case 'ahead':
      return [
        `ALARM: it is of ${plural(kept.size, 'entry')}, and the ledger holds ${String(size)} under that name.${seen}`,
        '  Why:  entries were signed that are not here: a backup was restored, or this is a copy.',
        '  Next: put the newer record back; docs/operate/disaster.md tells how to go on when it is lost.',
      ];
  }
}

function documentOf({ verdict, kept, size, released, root, cosignedBy }: Comparison): object {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    verdict,
    kept: { origin: kept.origin, size: kept.size, root: base64(kept.root), cosignedBy },
    ledger: { size, released, root: root && base64(root) },
  };
}
