/**
 * The configuration: flag before environment before file before default. Nothing is guessed and nothing is ignored; all
 * problems are told at once.
 */
import { resolve } from 'node:path';
import type { Surroundings } from '../platform/process.ts';
import { problemsOf } from './check.ts';
import { type Flags, environmentLayer, flagLayer } from './layers.ts';
import { type Problem, refuseProblems } from './problems.ts';
import { Choice, type Effective, type Settings } from './settings.ts';
import { fileLayer } from './yaml-file.ts';

export interface Loaded {
  readonly settings: Settings;
  readonly effective: readonly Effective[];
  /** The file that was read, if there was one. */
  readonly file: string | undefined;
}

const DEFAULT_FILE = 'countersign.yaml';

/**
 * @param flags values from the command line
 * @param file `--config`
 * @throws CONFIG_INVALID, CONFIG_UNKNOWN_KEY, USAGE_OPTION naming every problem
 */
export async function loadConfiguration(
  { environment, workingDirectory }: Pick<Surroundings, 'environment' | 'workingDirectory'>,
  flags: Flags,
  file?: string,
): Promise<Loaded> {
  const problems: Problem[] = [];
  const named = file ?? (environment['COUNTERSIGN_CONFIG'] || undefined);
  const path = resolve(workingDirectory, named ?? DEFAULT_FILE);
  const fromFile = await fileLayer(path, named !== undefined, problems);
  const layers = [
    flagLayer(flags, workingDirectory),
    environmentLayer(environment, workingDirectory, problems),
    ...(fromFile ? [fromFile] : []),
  ];
  for (const layer of layers) problems.push(...problemsOf(layer));
  refuseProblems(problems);
  const choice = new Choice(layers);
  const settings = choice.settings(workingDirectory, problems);
  refuseProblems(problems);
  return { settings, effective: choice.effective(), file: fromFile && path };
}
