/** The generated pages of docs/reference. */
import { format } from 'prettier';
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { errorsPage } from './errors-page.ts';
import { ledgerEventsPage } from './ledger-events-page.ts';

export interface Page {
  /** File name below docs/reference. */
  readonly name: string;
  readonly compose: () => string;
}

export const PAGES: readonly Page[] = [
  { name: 'cli.md', compose: cliPage },
  { name: 'config.md', compose: configPage },
  { name: 'errors.md', compose: errorsPage },
  { name: 'ledger-events.md', compose: ledgerEventsPage },
];

/** As it stands in the repository: in the form that the format check asks for. */
export function renderPage({ compose }: Page): Promise<string> {
  return format(`<!-- Made by “npm run docs” from the code. Change it there. -->\n\n${compose()}`, {
    parser: 'markdown',
    printWidth: 120,
    singleQuote: true,
  });
}
