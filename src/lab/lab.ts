/**
 * The attack lab: every attack of the catalogue, performed against real clients on a loopback socket by somebody who really
 * holds the mirror’s key files. It needs no network, writes to one temporary folder only, and removes that at its end.
 */
import { Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { makeTemporaryFolder } from '../platform/temporary-folder.ts';
import { CATALOGUE } from './catalogue.ts';
import { EvilMirror } from './evil-mirror.ts';
import { type Lab, type Outcomes, type Scenario, type Weakening, isAsExpected, perform } from './play.ts';
import { Scene } from './scene.ts';
import { type StockClientKind, stockClients } from './stock-client.ts';

/** One row of the table. */
export interface Row {
  readonly entry: Scenario;
  readonly outcomes: Outcomes;
  readonly isAsExpected: boolean;
}

export interface LabReport {
  /** `tuf-js 5.0.1`, or what stands in for it. */
  readonly stockClient: string;
  readonly rows: readonly Row[];
}

export interface LabOptions {
  /** Its time is the stock client’s time as well, so it has to be the real one. */
  readonly clock: Clock;
  /** The attacks with this id. */
  readonly only?: string | undefined;
  readonly onRow?: (row: Row) => void;
  /** Asked before each attack; the one that runs is played to its end. */
  readonly isStopped?: () => boolean;
}

/** @throws USAGE_OPTION when there is no such attack */
export async function runLab({ clock, only, onRow, isStopped }: LabOptions): Promise<LabReport> {
  const chosen = CATALOGUE.filter(({ id }) => only === undefined || id === only);
  if (chosen.length === 0) {
    const ids = [...new Set(CATALOGUE.map(({ id }) => id))].join(', ');
    throw new Refusal('USAGE_OPTION', 'There is no such attack.', { next: `The attacks are ${ids}.` });
  }
  return withLab(async (stage) => {
    const rows: Row[] = [];
    for (const entry of chosen) {
      if (isStopped?.() === true) break;
      const row = await runScenario(entry, stage, clock);
      rows.push(row);
      onRow?.(row);
    }
    return { stockClient: stage.stock.description, rows };
  });
}

export interface Stage extends Lab {
  readonly directory: string;
}

/** @param stock in place of the installed stock client */
export async function withLab<Result>(
  work: (stage: Stage) => Promise<Result>,
  stock?: StockClientKind,
): Promise<Result> {
  const folder = await makeTemporaryFolder('lab');
  try {
    const mirror = await EvilMirror.open();
    try {
      return await work({ directory: folder.path, mirror, stock: stock ?? (await stockClients(folder.path)) });
    } finally {
      await mirror.close();
    }
  } finally {
    await folder.remove();
  }
}

export async function runScenario(entry: Scenario, stage: Stage, clock: Clock, weakening?: Weakening): Promise<Row> {
  const now = clock.now();
  const scene = await Scene.open(stage.directory, now);
  try {
    const outcomes = await perform(await entry.stage(scene), now, stage, weakening);
    return { entry, outcomes, isAsExpected: isAsExpected(entry, outcomes) };
  } finally {
    scene.close();
  }
}
