import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { downloadFolder, run } from './program.ts';
import type { Description, StockClient } from './stock-client.ts';

/** python-tuf and go-tuf: the verbs of tuf-conformance's client command line. */
export function verbClient(description: Description, command: [string, ...string[]], workDir: string): StockClient {
  const [program, ...leading] = command;
  const call = (...args: string[]) =>
    run(program, [...leading, ...args, '--metadata-dir', join(workDir, 'metadata')], workDir);
  return {
    ...description,
    keepsState: true,
    async init(rootFile) {
      const answer = await call('init', resolve(rootFile));
      if (!answer.ok) throw new Error(`${description.name} refuses this root: ${answer.said}`);
    },
    async refresh(metadataUrl) {
      const { ok, said } = await call('refresh', '--metadata-url', metadataUrl);
      return { ok, said };
    },
    async download(metadataUrl, targetsUrl, targetNames) {
      const folder = await downloadFolder(workDir);
      const wanted = targetNames.flatMap((name) => ['--target-name', name]);
      const { ok, said, stdout } = await call(
        'download',
        '--metadata-url',
        metadataUrl,
        '--target-base-url',
        targetsUrl,
        '--target-dir',
        folder,
        ...wanted,
      );
      const files = new Map<string, Uint8Array>();
      for (const line of stdout.split('\n').filter((text) => text !== '')) {
        const { name, path } = JSON.parse(line) as { name: string; path: string };
        files.set(name, await readFile(path));
      }
      return { ok, said, files };
    },
  };
}
