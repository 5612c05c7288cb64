/** Load on one address, by wrk when it is installed, else by the bench’s own generator. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { run } from './children.ts';
import type { LoadAnswer } from './load-child.ts';
import type { Machine } from './machine.ts';

const CONNECTIONS = 32;

export interface Load {
  readonly url: string;
  readonly seconds: number;
  /** An entity tag that the client holds: the answer is 304. */
  readonly condition?: string | undefined;
  /** Words in front of the generator, which bind it to a core. */
  readonly pin: readonly string[];
}

export interface Pressed {
  readonly requests: number;
  readonly seconds: number;
}

export async function press(machine: Machine, load: Load): Promise<Pressed> {
  if (machine.wrk !== undefined) return pressByWrk(load);
  const { url, seconds, condition = '' } = load;
  const answer = await run('./load-child.ts', url, String(CONNECTIONS), String(seconds), condition);
  const { failures, ...pressed } = answer as LoadAnswer;
  if (failures > 0) throw new Error(`${String(failures)} requests of ${url} failed`);
  return pressed;
}

async function pressByWrk({ url, seconds, condition, pin }: Load): Promise<Pressed> {
  const condition304 = condition === undefined ? [] : ['-H', `If-None-Match: ${condition}`];
  const words = ['-t1', `-c${String(CONNECTIONS)}`, `-d${String(seconds)}s`, ...condition304, url];
  const [program = '', ...rest] = [...pin, 'wrk', ...words];
  const { stdout } = await promisify(execFile)(program, rest);
  if (/Non-2xx or 3xx|Socket errors/.test(stdout)) throw new Error(`wrk met errors:\n${stdout}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  return { requests, seconds: requests / Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]) };
}
