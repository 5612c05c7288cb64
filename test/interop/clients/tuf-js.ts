import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFolder } from './program.ts';
import type { ClientResult, Description, StockClient } from './stock-client.ts';

type TufJs = typeof import('tuf-js');

export function tufJsClient(description: Description, { Updater }: TufJs, workDir: string): StockClient {
  const metadataDir = join(workDir, 'metadata');
  return {
    ...description,
    keepsState: true,
    async init(rootFile) {
      const root = join(metadataDir, 'root.json');
      await mkdir(metadataDir, { recursive: true });
      await copyFile(rootFile, root);
      try {
        new Updater({ metadataDir, metadataBaseUrl: 'http://unused.invalid' });
      } catch (error) {
        await rm(root);
        throw new Error(`${description.name} refuses this root: ${words(error)}`);
      }
    },
    refresh: (metadataUrl) => attempt(() => new Updater({ metadataDir, metadataBaseUrl: metadataUrl }).refresh()),
    async download(metadataUrl, targetsUrl, targetNames) {
      const targetDir = await downloadFolder(workDir);
      const files = new Map<string, Uint8Array>();
      const result = await attempt(async () => {
        const updater = new Updater({
          metadataDir,
          metadataBaseUrl: metadataUrl,
          targetDir,
          targetBaseUrl: targetsUrl,
        });
        await updater.refresh();
        for (const name of targetNames) {
          const target = await updater.getTargetInfo(name);
          if (target === undefined) throw new Error(`no such target: ${name}`);
          files.set(name, await readFile(await updater.downloadTarget(target)));
        }
      });
      return { ...result, files };
    },
  };
}

async function attempt(work: () => Promise<void>): Promise<ClientResult> {
  try {
    await work();
    return { ok: true, said: '' };
  } catch (error) {
    return { ok: false, said: words(error) };
  }
}

function words(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
