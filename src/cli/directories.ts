/** Where things lie when nothing else is configured; the layout is that of src/open.ts. */
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';

export function blobDirectory({ paths }: Pick<Settings, 'paths'>): string {
  return paths.blobs ?? join(paths.data, 'blobs');
}
