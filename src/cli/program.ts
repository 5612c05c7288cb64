/** The command line as a whole, assembled from the commands’ definitions. */
import { Command, type CommanderError } from 'commander';
import type { Surroundings } from '../platform/process.ts';
import { type CommandGroup, type DefinedCommand, type Perform, addEntry, examplesText } from './command.ts';
import { auditCommands } from './commands/audit.ts';
import { approveCommand } from './commands/approve.ts';
import { clientConfigCommand } from './commands/client-config.ts';
import { configCommands } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { fsckCommand } from './commands/fsck.ts';
import { guardCommands } from './commands/guard.ts';
import { importCommand } from './commands/import.ts';
import { importsCommand } from './commands/imports.ts';
import { initCommand } from './commands/init.ts';
import { keysCommands } from './commands/keys.ts';
import { logCommands } from './commands/log.ts';
import { operatorCommands } from './commands/operator.ts';
import { policyCommands } from './commands/policy.ts';
import { publishCommand } from './commands/publish.ts';
import { rejectCommand } from './commands/reject.ts';
import { renewCommand } from './commands/renew.ts';
import { repoCommands } from './commands/repo.ts';
import { rescueCommand } from './commands/rescue.ts';
import { reviewCommand } from './commands/review.ts';
import { rootCommands } from './commands/root.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { withdrawCommand } from './commands/withdraw.ts';
import { asUsageRefusal } from './usage.ts';

/** In the order in which somebody new meets them. */
export const ENTRIES: readonly (DefinedCommand | CommandGroup)[] = [
  initCommand,
  repoCommands,
  importCommand,
  rescueCommand,
  importsCommand,
  diffCommand,
  approveCommand,
  rejectCommand,
  publishCommand,
  withdrawCommand,
  reviewCommand,
  serveCommand,
  renewCommand,
  statusCommand,
  fsckCommand,
  auditCommands,
  logCommands,
  keysCommands,
  rootCommands,
  operatorCommands,
  policyCommands,
  clientConfigCommand,
  guardCommands,
  demoCommand,
  configCommands,
];

const EXAMPLES = [
  'countersign init --root-online',
  'countersign repo add sigstore --upstream https://tuf-repo-cdn.sigstore.dev --root root.json --root-sha256 HEX',
  'countersign import sigstore',
  'countersign serve',
];

/** @param perform called with the one command that was asked for */
export function buildProgram({ out }: Pick<Surroundings, 'out'>, version: string, perform: Perform): Command {
  const program = new Command('countersign')
    .description(
      'A mirror for TUF repositories behind a firewall: upstream’s targets stay byte-identical, freshness is issued here.',
    )
    .version(version, '--version', 'print the version')
    .option('--data <directory>', 'the data directory (COUNTERSIGN_DATA; default ./data)')
    .option('--keys <directory>', 'the keys directory (COUNTERSIGN_KEYS; default keys/ in the data directory)')
    .option('--config <file>', 'the configuration (COUNTERSIGN_CONFIG; default ./countersign.yaml if there is one)')
    .option('--json', 'print one JSON object on standard output')
    .addHelpText('after', `\n${examplesText(EXAMPLES)}\n\nEvery command has --help.`)
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({ writeOut: (text) => void out.write(text), writeErr: () => undefined });
  for (const entry of ENTRIES) addEntry(program, entry, perform);
  refuseInOwnWords(program);
  return program;
}

function refuseInOwnWords(command: Command): void {
  command.exitOverride((error: CommanderError) => {
    // Help and version were asked for and have been printed.
    if (error.exitCode === 0) throw error;
    throw asUsageRefusal(error, command);
  });
  for (const inner of command.commands) refuseInOwnWords(inner);
}
