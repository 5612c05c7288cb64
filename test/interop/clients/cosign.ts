import { copyFile, readFile, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { run } from './program.ts';
import type { ClientResult, Description, StockClient } from './stock-client.ts';

/**
 * cosign knows one address: metadata at the mirror, targets in its folder `targets`. `initialize` first wipes the
 * cache, then fetches trusted_root.json and the signing config. When that fails it turns to its legacy client and
 * the older single targets, and may still exit with 0: such a run is not ok here.
 */
export function cosignClient(description: Description, program: string, workDir: string): StockClient {
  const root = join(workDir, 'root.json');
  const cache = join(workDir, 'sigstore');
  const initialize = async (metadataUrl: string, targetsUrl: string): Promise<ClientResult> => {
    const mirror = withoutSlash(metadataUrl);
    if (withoutSlash(targetsUrl) !== `${mirror}/targets`) {
      return { ok: false, said: `cosign needs the targets at ${mirror}/targets, not at ${targetsUrl}` };
    }
    const answer = await run(program, ['initialize', '--mirror', mirror, '--root', root], workDir, { TUF_ROOT: cache });
    if (answer.ok && !(await cached('trusted_root.json')))
      return { ok: false, said: `cosign fell back to its legacy client\n${answer.said}` };
    return { ok: answer.ok, said: answer.said };
  };
  const cached = async (name: string): Promise<string | undefined> => {
    const paths = await readdir(cache, { recursive: true }).catch(() => []);
    const found = paths.find((path) => path.split(sep).slice(1).join('/') === `targets/${name}`);
    return found === undefined ? undefined : join(cache, found);
  };
  return {
    ...description,
    keepsState: false,
    init: (rootFile) => copyFile(rootFile, root),
    refresh: initialize,
    async download(metadataUrl, targetsUrl, targetNames) {
      const { ok, said } = await initialize(metadataUrl, targetsUrl);
      const files = new Map<string, Uint8Array>();
      for (const name of targetNames) {
        const path = await cached(name);
        if (path === undefined) return { ok: false, said: `${name} is not in cosign's cache\n${said}`.trim(), files };
        files.set(name, await readFile(path));
      }
      return { ok, said, files };
    },
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
