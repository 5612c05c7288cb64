/** One operation of a step fails, as on a full disk; counted from the opening of the data directory on. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { Refusal } from '../../src/errors.ts';
import type { Mirror } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { asDiskRefusal } from '../../src/platform/disk.ts';
import { FakeClock } from '../simulator/clock.ts';
import { goOn, type Known, knownClient, recover } from './aftermath.ts';
import { LATER, open, type Places } from './place.ts';
import type { Scenario, Step } from './scenarios.ts';

/** The names of all operations of one undisturbed run, in order. */
export async function listOperations(places: Places, scenario: Scenario, { step }: Prepared): Promise<string[]> {
  const directory = await places.copy(scenario.place);
  const operations: string[] = [];
  const mirror = await open(directory, new FakeClock(LATER), (operation) => void operations.push(operation));
  await step.perform(mirror);
  closeMirror(mirror);
  return operations;
}

export interface Prepared {
  readonly step: Step;
  readonly before: Known;
}

/** What is the same for every copy of the scenario’s place. */
export async function prepare(places: Places, scenario: Scenario): Promise<Prepared> {
  const directory = await places.copy(scenario.place);
  return { step: await scenario.prepare(directory), before: await lookAt(directory) };
}

/** Lets operation `at` fail once, and checks the aftermath in the process that met it, or in a new one. */
export async function failOnce(
  places: Places,
  scenario: Scenario,
  { step, before }: Prepared,
  at: number,
  goesOn: 'in the same process' | 'in a new process',
): Promise<void> {
  const directory = await places.copy(scenario.place);
  let count = 0;
  const failing = (operation: string): void => {
    if (count++ === at) throw Object.assign(new Error(`no space left: ${operation}`), { code: 'ENOSPC' });
  };
  let mirror: Mirror | undefined;
  const attempt = async (): Promise<void> => {
    mirror = await open(directory, new FakeClock(LATER), failing);
    await step.perform(mirror);
  };
  await assert.rejects(attempt, (error) => {
    const known = asDiskRefusal(error, 'the step');
    assert.ok(known instanceof Refusal && known.code === 'STATE_DISK', String(error));
    return true;
  });
  if (mirror && goesOn === 'in the same process') await goOn(directory, mirror, before, step);
  if (mirror) closeMirror(mirror);
  if (!mirror || goesOn === 'in a new process') await recover(directory, before, step);
  rmSync(directory, { recursive: true });
}

export async function lookAt(directory: string): Promise<Known> {
  const mirror = await open(directory, new FakeClock(LATER));
  try {
    return knownClient(mirror);
  } finally {
    closeMirror(mirror);
  }
}
