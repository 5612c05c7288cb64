/** A directory with a configuration file, an environment and flags: everything that a configuration is made from. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Flags } from '../../src/config/layers.ts';
import { type Loaded, loadConfiguration } from '../../src/config/load.ts';
import { type Code, isRefusal } from '../../src/errors.ts';

export interface Given {
  readonly yaml?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Flags;
}

export interface LoadedHere extends Loaded {
  readonly directory: string;
}

export async function load(context: TestContext, { yaml, environment = {}, flags = {} }: Given): Promise<LoadedHere> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-config-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  if (yaml !== undefined) await writeFile(join(directory, 'countersign.yaml'), yaml);
  return { ...(await loadConfiguration({ environment, workingDirectory: directory }, flags)), directory };
}

/** Every problem that it is refused with, without the directory in front of the file’s name. */
export async function problems(context: TestContext, code: Code, given: Given): Promise<string[]> {
  try {
    await load(context, given);
  } catch (error) {
    if (!isRefusal(error, code)) throw error;
    const lines = error.details['problems'];
    return (Array.isArray(lines) ? lines : []).map((line) => String(line).replace(/^\/.*\/(countersign\.yaml)/, '$1'));
  }
  throw new Error(`not refused with ${code}`);
}
