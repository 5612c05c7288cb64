/** docs/reference/cli.md, from the commands’ definitions. */
import type { Command } from 'commander';
import { ENTRIES, buildProgram } from '../../src/cli/program.ts';
import { type CommandGroup, type DefinedCommand, isGroup, pathOf } from '../../src/cli/command.ts';

const INTRODUCTION = `# Command line

\`countersign COMMAND [OPTIONS]\`. Every command has \`--help\`. What a script reads is described in [cli-json.md](cli-json.md), what each code means in [errors.md](errors.md).

## Answers, and everything else

Answers go to standard output; progress, remarks and refusals go to standard error. With \`--json\`, standard output carries exactly one JSON object, whether the command succeeds or not, and people’s text goes to standard error. Progress is one line on a terminal and nothing elsewhere.

A refusal has a stable code and three parts: what happened, why refusing is right, and what to do next. Names that upstream chose are shown with control characters, line breaks and bidirectional marks escaped.

\`--dry-run\` looks at everything and says what would happen. It changes neither the record nor what is served.

## Exit codes

| code | who must act                                                                         |
| ---- | ------------------------------------------------------------------------------------ |
| 0    | nobody: done, and the answer is yes                                                  |
| 1    | the answer is no: a client would fail (\`status\`), something is damaged (\`fsck\`), nobody vouches for it (\`guard verify\`, \`guard why\`) |
| 2    | whoever typed the command                                                            |
| 3    | the operator, in the configuration                                                   |
| 4    | the source: the network or the courier; may be retried                               |
| 5    | security: something could not be trusted; never retry blindly                        |
| 6    | an administrator: a policy forbids it                                                |
| 7    | the operator: the state of this machine                                              |
| 70   | the authors: a bug in Countersign                                                    |

## Passphrases

They are asked for at the terminal, unseen, or read from a file descriptor (\`--passphrase-fd\`) or a private file (\`--passphrase-file\`), one line for each holder in the order in which the holders are named. They are never taken from the command line or the environment, where others can read them.

## Options of every command
`;

export function cliPage(): string {
  const program = buildProgram({ out: { write: () => undefined } }, '0', () => Promise.resolve());
  return [
    INTRODUCTION,
    optionsTable(program),
    ...ENTRIES.map((entry) => section(entry, child(program, entry.name))),
  ].join('\n');
}

function section(entry: DefinedCommand | CommandGroup, command: Command): string {
  if (isGroup(entry)) {
    const inner = entry.commands.map((one) => section(one, child(command, one.name)));
    return [`${heading(command)} countersign ${pathOf(command)}`, '', sentence(entry.summary), '', ...inner].join('\n');
  }
  const path = pathOf(command);
  return [
    `${heading(command)} countersign ${path}`,
    '',
    [sentence(entry.summary), entry.details].filter((text) => text !== undefined).join(' '),
    '',
    '```',
    ['countersign', path, command.usage()].join(' ').trimEnd(),
    '```',
    '',
    ...argumentsList(command),
    ...(entry.aliases ? [`Also: ${entry.aliases.map((alias) => `\`${alias}\``).join(', ')}.`, ''] : []),
    optionsTable(command),
    '```sh',
    ...entry.examples,
    '```',
    '',
  ].join('\n');
}

/** `guard` is a chapter, `guard pin` a section of it, `guard pin show` one of that. */
function heading(command: Command): string {
  return `#${'#'.repeat(pathOf(command).split(' ').length)}`;
}

function argumentsList(command: Command): string[] {
  const lines = command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function optionsTable(command: Command): string {
  if (command.options.length === 0) return '';
  const help = command.createHelp();
  const rows = command.options.map(
    (option) =>
      `| \`${option.flags.replace(/\|/g, '\\|')}\` | ${help.optionDescription(option).replace(/\|/g, '\\|')} |`,
  );
  return ['| option | meaning |', '| --- | --- |', ...rows, ''].join('\n');
}

function child(parent: Command, name: string): Command {
  const found = parent.commands.find((command) => command.name() === name);
  if (!found) throw new TypeError(`no command ${name}`);
  return found;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
