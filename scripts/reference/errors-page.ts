/** docs/reference/errors.md, from the table of refusals. */
import { type Code, type Family, familyOf } from '../../src/errors.ts';
import { REFUSALS } from '../../src/refusals.ts';
import { exitCodeAfter } from '../../src/cli/exit.ts';

const INTRODUCTION = `# Errors

Every refusal has a stable code, which scripts and auditors can match on: a code is never renamed or reused. A message names what happened, then says why refusing is right and what to do next, in the words below. It carries names, versions and digests, and never file content or secrets.

The first word of a code says who must act. Anything without a code is a bug in Countersign (exit code 70); please report it.
`;

const FAMILIES: Readonly<Record<Family, string>> = {
  usage: 'Usage: whoever typed the command',
  config: 'Configuration: the operator',
  source: 'Source: the network or the courier',
  trust: 'Trust: security',
  policy: 'Policy: an administrator',
  state: 'State: the operator, on this machine',
};

export function errorsPage(): string {
  const codes = Object.keys(REFUSALS) as Code[];
  const sections = (Object.keys(FAMILIES) as Family[]).map((family) => {
    const members = codes.filter((code) => familyOf(code) === family);
    const [first] = members;
    return [
      `## ${FAMILIES[family]}`,
      '',
      first ? `Exit code ${String(exitCodeAfter({ firstRefusal: first }))}.` : '',
      '',
      ...members.flatMap((code) => [
        `### ${code}`,
        '',
        `**Why:** ${REFUSALS[code].why}`,
        '',
        `**Next:** ${REFUSALS[code].next}`,
        '',
      ]),
    ].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}
