/** The rows as a page for operators: what each reader made of what happened. */
import { fileURLToPath } from 'node:url';
import { table } from '../../table.ts';
import { type Answer, HONEST } from '../evil-mirror.ts';
import type { Attack } from './attack.ts';
import { FORGED } from './forged.ts';
import { GOING_BACK } from './going-back.ts';
import { MISSING } from './missing.ts';
import { ON_THE_WAY } from './on-the-way.ts';
import { ROOT_KEY } from './root-key.ts';

export const PAGE = fileURLToPath(new URL('../../../../docs/clients/notary-clients.md', import.meta.url));
export const ATTACKS = [...ON_THE_WAY, ...GOING_BACK, ...FORGED, ...MISSING, ...ROOT_KEY];

const INTRODUCTION = `# Clients of Notary collections

What readers of a collection make of a mirror that fails, or that is in the hands of a thief. \`COUNTERSIGN_WRITE_TABLE=1 npm run test:interop\` writes this page; each row was measured, with one server for all readers:

- **notary**: the unmodified client of Notary 0.7.0, as Debian has it; \`docker trust\` uses the same library.
- **import**: a mirror that has this one as its upstream, and had imported the honest state before.
- **guard**: [the guard](guard.md), with a pin of the honest mirror.

“Knew” is a reader with a memory of the honest mirror, “new” is one without; “floor” is a new one whose pin has the honest versions of both roles as its [floor](guard.md#marks-and-floor). The honest state has two tags in \`targets\`, v1 and v1.1, and two in \`targets/releases\`, v2 and v2.1, each from a version of its own. “Goes on” means that all four are answered as upstream signed them; codes are [refusals](../reference/errors.md).`;

const SECTIONS: readonly { readonly title: string; readonly says: string; readonly rows: readonly Attack[] }[] = [
  {
    title: 'With no key of the mirror’s',
    says: 'On the network, in a cache, or at upstream. White space needs no key: an import takes a file that is signed as before and notes it, a guard that knows the other bytes refuses until the next version.',
    rows: ON_THE_WAY,
  },
  {
    title: 'With the mirror’s online keys: going back',
    says: 'The unmodified client skips its version check when the newer file is shorter than the one it has. Nobody who is new can know that there was something newer, but for a guard with a floor. A freeze is refused by nobody: that upstream has nothing newer is the mirror’s word, and ends with the expiry of what upstream signed.',
    rows: GOING_BACK,
  },
  {
    title: 'With the mirror’s online keys: altered files',
    says: 'No key of the mirror’s signs content. A client that drops a delegation with a warning goes on to `targets`, which may name another image for the same tag; the guard gives no answer.',
    rows: FORGED,
  },
  {
    title: 'With the mirror’s online keys: left out, not there, expired',
    says: 'An import takes what upstream has let expire, and says so, because only upstream can renew it; and its files up to the age that the repository allows. A guard that is new and has no floor cannot tell a delegation that is hidden from one that nobody has published; its verdict says that it does not know.',
    rows: MISSING,
  },
  {
    title: 'With the mirror’s root key as well',
    says: 'Whoever has it names the targets keys, for everybody who has pinned none. An import that has this mirror as its upstream sees new keys in a properly signed root.',
    rows: ROOT_KEY,
  },
];

const TAGS = `## Which role answers for a tag

\`docker pull\` with content trust and the guard ask \`targets/releases\`, then \`targets\`, and nobody else. \`docker trust inspect\` shows what both say, in any order, and not whose word counts. \`notary lookup\` asks \`targets\` first and then every other role: for a tag that both list, it names another image than docker pulls. When the file of \`targets/releases\` is spoiled, docker warns and pulls what \`targets\` says of the tag, which may be years old; the guard answers with nothing.`;

const HEAD = ['What happens', 'notary, knew', 'notary, new', 'import', 'guard, knew', 'guard, new', 'guard, floor'];

export function page(): string {
  const sections = SECTIONS.flatMap(({ title, says, rows }) => [`## ${title}`, says, table(HEAD, rows.map(row))]);
  return `${[INTRODUCTION, ...sections, TAGS].join('\n\n')}\n`;
}

function row({ what, stock, import: imported, guard }: Attack): readonly string[] {
  return [what, ...[...stock, imported, ...guard].map(cell)];
}

function cell(answer: Answer): string {
  if (answer === 'refuses') return answer;
  if (typeof answer === 'string') return `\`${answer}\``;
  const forged = answer.filter((tag) => tag.endsWith('!')).map((tag) => tag.slice(0, -1));
  const lost = HONEST.filter((tag) => !answer.includes(tag) && !forged.includes(tag));
  const told = [
    ...(forged.length > 0 ? [`**another image for ${forged.join(', ')}**`] : []),
    ...(lost.length > 0 ? [`loses ${lost.join(', ')}`] : []),
  ];
  return told.length > 0 ? told.join('; ') : 'goes on';
}
