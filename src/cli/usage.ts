/** What was typed and not understood, as a refusal: a sentence, a suggestion, and where to read more. */
import type { Command, CommanderError } from 'commander';
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { pathOf } from './command.ts';

/**
 * @param error commander’s own: “error: unknown option '--foo'\n(Did you mean --for?)”
 * @param command where it happened
 */
export function asUsageRefusal(error: CommanderError, command: Command): Refusal {
  const [, complaint = error.message] = /^(?:error: )?([^\n]*)/.exec(error.message) ?? [];
  const [, meant] = /\(Did you mean (?:one of )?([^?]+)\?\)/.exec(error.message) ?? [];
  const full = ['countersign', pathOf(command)].join(' ').trimEnd();
  if (error.code === 'commander.help') {
    const names = command.commands.map((inner) => inner.name()).join(', ');
    return new Refusal('USAGE_OPTION', `${full} needs a command: ${names}.`, { next: `See ${full} --help.` });
  }
  const suggestion = meant ?? elsewhere(command, complaint);
  return new Refusal('USAGE_OPTION', `${full}: ${sentence(complaint)}`, {
    next: `${suggestion === undefined ? '' : `Did you mean ${suggestion}? `}See ${full} --help.`,
  });
}

/** Commander’s half sentences, and nothing that may be a secret: what was typed behind an “=”, or as a passphrase (Y-02). */
function sentence(complaint: string): string {
  const safe = /--passphrase/.test(complaint) ? complaint.replace(/ argument '.*' is/s, ' argument is') : complaint;
  const quoted = safe.replace(/'([^']*)'/g, (_, word: string) => `“${printable(word.replace(/=.*$/s, ''), 60)}”`);
  return `${printable(quoted, 400).replace(/\.$/, '')}.`;
}

/** `add repo`, `sign root`: the words are right and their order is not. */
function elsewhere(command: Command, complaint: string): string | undefined {
  const word = /unknown command '([^']+)'/.exec(complaint)?.[1];
  const group = command.commands.find((candidate) => candidate.commands.some((inner) => inner.name() === word));
  return word === undefined || !group ? undefined : `${group.name()} ${word}`;
}
