/** The result of a run as a page: which client followed which mirror through which stage, beside what was predicted. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Cell {
  readonly upstream: string;
  readonly client: string;
  readonly version: string;
  readonly stage: string;
  /** `yes`; `in part`: only what the top-level role speaks for; `no`. */
  readonly got: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
}

const PAGE = fileURLToPath(new URL('../../docs/clients/stock-clients.md', import.meta.url));

/** Writes the page when COUNTERSIGN_WRITE_TABLE asks for it. */
export function writeTable(cells: readonly Cell[], absent: readonly { name: string; why: string }[], now: Date): void {
  if (process.env['COUNTERSIGN_WRITE_TABLE'] === undefined || cells.length === 0) return;
  const upstreams = [...new Set(cells.map(({ upstream }) => upstream))];
  const parts = [
    '# Stock clients against a mirror',
    `Unmodified clients, run on ${now.toISOString().slice(0, 10)} by \`COUNTERSIGN_WRITE_TABLE=1 npm run test:interop\` against a served mirror. Each stage changes the mirror; clients that keep state then go on from what they had, tuftool and cosign start anew each time. “In part” means that targets of the top-level role are fetched and those behind delegations refused; cosign is asked for the trusted root only. “Predicted” is what \`countersign repo show\` says of the upstream ([the rules](compatibility.md)).`,
    ...upstreams.map((upstream) =>
      section(
        upstream,
        cells.filter((cell) => cell.upstream === upstream),
      ),
    ),
    ...(absent.length > 0 ? [`Not run: ${absent.map(({ name }) => name).join(', ')}.`] : []),
  ];
  writeFileSync(PAGE, `${parts.join('\n\n')}\n`);
}

function section(upstream: string, cells: readonly Cell[]): string {
  const stages = [...new Set(cells.map(({ stage }) => stage))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const rows = clients.map((name) => {
    const own = cells.filter(({ client }) => client === name);
    const results = stages.map((stage) => own.find((cell) => cell.stage === stage)?.got ?? '');
    return [`${name} ${own[0]?.version ?? ''}`, own[0]?.verdict ?? '', ...results];
  });
  const reasons = clients.flatMap((name) => {
    const found = cells.find(({ client }) => client === name)?.reasons ?? [];
    return found.length > 0
      ? [
          `- ${name}: ${found.map((reason) => reason.replaceAll(/[a-z][\w-]*(\.[a-z][\w-]*){2,}/g, 'the only delegation')).join('; ')}.`,
        ]
      : [];
  });
  return [
    `## ${upstream}`,
    table(['client', 'predicted', ...stages], rows),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
  ].join('\n\n');
}

/** Padded as the formatter wants it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
