/** Directories that live as long as one test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new directory with these files (relative path → content). */
export async function directory(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'countersign-acquire-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(base, path)), { recursive: true });
    await writeFile(join(base, path), content);
  }
  return base;
}
