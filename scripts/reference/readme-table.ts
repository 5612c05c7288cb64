/** The README’s table of attacks: what the lab’s scenarios expect, and its tests find. */
import { format } from 'prettier';
import { stockClients } from '../../src/lab/stock-client.ts';
import { tableMarkdown } from '../../src/lab/table.ts';

const [BEGIN, END] = ['<!-- attacks: made by “npm run docs” -->', '<!-- /attacks -->'];

/** @returns the same text with the table of now between its marks */
export async function renderReadme(text: string): Promise<string> {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for the table: ${BEGIN} … ${END}`);
  // Its folder is for the caches of clients, and none is made.
  const { description } = await stockClients('');
  const table = await format(tableMarkdown(description), { parser: 'markdown', printWidth: 120 });
  return `${text.slice(0, begin)}${BEGIN}\n\n${table}\n${text.slice(end)}`;
}
