/**
 * A command as a value: what it is called, what it takes, an example, and what it does. The command line, its help and
 * docs/reference/cli.md are made from the same definitions, so none can say something that the others do not.
 */
import { Command, type Option } from 'commander';
import type { CommonOptions, Invocation } from './invocation.ts';
import type { Report } from './output.ts';

export interface CommandDefinition<Given> {
  readonly name: string;
  /** Other names under which it is found. */
  readonly aliases?: readonly string[];
  /** `<id>`, `[a]`, `<drafts...>` with a line about each. */
  readonly arguments?: readonly (readonly [name: string, description: string])[];
  /** One line. */
  readonly summary: string;
  /** What a reader of `--help` should know beyond that. */
  readonly details?: string;
  readonly options?: readonly Option[];
  /** As they would be typed, one at least. */
  readonly examples: readonly [string, ...string[]];
  /** Whether it changes something, and so can be rehearsed with `--dry-run`. */
  readonly changesSomething: boolean;
  /** The answer; undefined when it was announced on the way. */
  perform(invocation: Invocation, given: Given & CommonOptions): Promise<Report | undefined>;
}

/** Commands under one noun: `repo add`, `repo list`; and nouns under it: `guard pin show`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly [string, ...string[]];
  readonly commands: readonly (DefinedCommand | CommandGroup)[];
}

/** A definition whose options are known to itself only. */
export interface DefinedCommand extends Omit<CommandDefinition<unknown>, 'perform'> {
  perform(invocation: Invocation, given: unknown): Promise<Report | undefined>;
}

/** Runs a command that was understood, by its full name. */
export type Perform = (definition: DefinedCommand, path: string, given: CommonOptions) => Promise<void>;

/** Options and arguments under the names that commander gives them: `--root-sha256` is `rootSha256`, `<id>` is `id`. */
export function defineCommand<Given>(definition: CommandDefinition<Given>): DefinedCommand {
  return {
    ...definition,
    perform: (invocation, given) => definition.perform(invocation, given as Given & CommonOptions),
  };
}

export function isGroup(entry: DefinedCommand | CommandGroup): entry is CommandGroup {
  return 'commands' in entry;
}

export function addEntry(parent: Command, entry: DefinedCommand | CommandGroup, perform: Perform): void {
  const command = parent.command(entry.name).summary(entry.summary);
  command.addHelpText('after', `\n${examplesText(entry.examples)}`);
  if (isGroup(entry)) {
    command.description(entry.summary);
    for (const inner of entry.commands) addEntry(command, inner, perform);
    return;
  }
  command.description(entry.details === undefined ? entry.summary : `${entry.summary}\n\n${entry.details}`);
  for (const alias of entry.aliases ?? []) command.alias(alias);
  for (const [name, description] of entry.arguments ?? []) command.argument(name, description);
  for (const option of entry.options ?? []) command.addOption(option);
  if (entry.changesSomething)
    command.option('--dry-run', 'look at everything and say what would happen; change nothing');
  command.action(async () => {
    await perform(entry, pathOf(command), { ...argumentsOf(command), ...command.optsWithGlobals<CommonOptions>() });
  });
}

/** `root sign`: without the program’s own name. */
export function pathOf(command: Command): string {
  const names = [];
  for (let at = command; at.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

export function examplesText(examples: readonly string[]): string {
  return [examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map((example) => `  $ ${example}`)].join('\n');
}

function argumentsOf(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    command.registeredArguments.map((argument, index): [string, unknown] => [
      argument.name(),
      command.processedArgs[index],
    ]),
  );
}
