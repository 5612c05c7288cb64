/** An accepted import’s content as values that can be compared: parsed again from the record’s bytes. */
import { parseRoot, parseTargets } from '../tuf/metadata.ts';
import { ROOT } from '../tuf/names.ts';
import type { Side } from '../verify/difference.ts';
import type { LedgerReader } from './reader.ts';

/** @throws USAGE_UNKNOWN_IMPORT, or STATE_DAMAGED for bytes that changed */
export function importContent(reader: LedgerReader, number: number): Side {
  const { repository } = reader.import(number);
  const { limits } = reader.enrolment(repository);
  const files = reader.importFiles(number);
  const newestRoot = files
    .filter(({ kind }) => kind === 'root')
    .reduce((a, b) => ((a.version ?? 0) > (b.version ?? 0) ? a : b));
  const online = files.filter(({ kind }) => kind === 'timestamp' || kind === 'snapshot');
  return {
    label: `import ${number}`,
    root: parseRoot(reader.bytes(newestRoot.fileSha256), ROOT, limits),
    online: new Map(online.map(({ role, version }) => [role, version ?? 0])),
    *roles() {
      for (const { kind, role, fileSha256 } of files) {
        if (kind === 'authored') yield [role, parseTargets(reader.bytes(fileSha256), role, limits)];
      }
    },
  };
}
