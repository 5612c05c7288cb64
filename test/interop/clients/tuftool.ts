import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFolder, run } from './program.ts';
import type { Description, StockClient } from './stock-client.ts';

/** tuftool keeps nothing between runs: each starts at the root file, with a datastore that it throws away. */
export function tuftoolClient(description: Description, program: string, workDir: string): StockClient {
  const root = join(workDir, 'root.json');
  return {
    ...description,
    keepsState: false,
    init: (rootFile) => copyFile(rootFile, root),
    async refresh(metadataUrl) {
      const folder = await downloadFolder(workDir);
      const { ok, said } = await run(
        program,
        [
          'clone',
          '--root',
          root,
          '--metadata-url',
          metadataUrl,
          '--metadata-only',
          '--metadata-dir',
          join(folder, 'metadata'),
        ],
        workDir,
      );
      return { ok, said };
    },
    async download(metadataUrl, targetsUrl, targetNames) {
      if (targetNames.length === 0) return { ...(await this.refresh(metadataUrl, targetsUrl)), files: new Map() };
      const outdir = join(await downloadFolder(workDir), 'targets');
      const wanted = targetNames.flatMap((name) => ['--target-name', name]);
      const { ok, said } = await run(
        program,
        ['download', '--root', root, '--metadata-url', metadataUrl, '--targets-url', targetsUrl, ...wanted, outdir],
        workDir,
      );
      return { ok, said, files: await present(targetNames, (name) => join(outdir, name)) };
    },
  };
}

async function present(names: string[], place: (name: string) => string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    try {
      files.set(name, await readFile(place(name)));
    } catch {
      // The client did not keep this one; its answer says why.
    }
  }
  return files;
}
