/** `countersign demo`: try to cheat it. The attack lab, and the table of what came of it. */
import { Option } from 'commander';
import { runLab, type Row } from '../../lab/lab.ts';
import { type Outcome, cellText, SIDES } from '../../lab/outcome.ts';
import { tableLines } from '../../lab/table.ts';
import { systemClock } from '../../platform/clock.ts';
import { defineCommand } from '../command.ts';

interface Given {
  readonly only?: string;
}

export const demoCommand = defineCommand<Given>({
  name: 'demo',
  summary: 'try to cheat it: attacks by a mirror on a stock client and on guards',
  details:
    'A real mirror, real key files in a thief’s hands, real clients on a loopback socket. It needs no network and no data ' +
    'directory, and leaves nothing behind. The exit code is 1 when an attack ended otherwise than documented.',
  options: [new Option('--only <id>', 'one attack: M-02')],
  examples: ['countersign demo', 'countersign demo --only M-02'],
  changesSomething: false,
  async perform(invocation, { only }) {
    const stop = { isAsked: false };
    void invocation.surroundings.untilAskedToStop().then(() => (stop.isAsked = true));
    const report = await runLab({
      // The stock client reads the real clock, whatever this process was told.
      clock: systemClock,
      only,
      onRow: (row) => invocation.remark(progressOf(row)),
      isStopped: () => stop.isAsked,
    });
    const asExpected = !stop.isAsked && report.rows.every((row) => row.isAsExpected);
    return {
      lines: stop.isAsked ? ['Stopped; nothing is left behind.'] : ['', ...tableLines(report)],
      document: { stockClient: report.stockClient, attacks: report.rows.map(documentOf), asExpected },
      isNo: !asExpected,
    };
  },
});

function progressOf({ entry, outcomes, isAsExpected }: Row): string {
  const cells = SIDES.map((side) => cellText(outcomes[side], side)).join(' | ');
  return `${entry.id}  ${entry.name}: ${cells}${isAsExpected ? '' : '  NOT AS EXPECTED'}`;
}

const OUTCOMES = {
  refused: 'refused',
  ACCEPTED: 'accepted',
  'not detected': 'not-detected',
  recorded: 'recorded',
  'no effect': 'no-effect',
} as const;

function documentOf({ entry, outcomes, isAsExpected }: Row): object {
  return {
    id: entry.id,
    name: entry.name,
    attack: entry.attack,
    stock: outcomeDocument(outcomes.stock),
    pins: outcomeDocument(outcomes.pins),
    chain: outcomeDocument(outcomes.chain),
    ledger: outcomeDocument(outcomes.ledger),
    asExpected: isAsExpected,
  };
}

function outcomeDocument(outcome: Outcome): object {
  const refusal = outcome.kind === 'refused' ? outcome : undefined;
  return { outcome: OUTCOMES[outcome.kind], code: refusal?.code, what: refusal?.what };
}
