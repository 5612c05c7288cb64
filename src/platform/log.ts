/**
 * The log: one line per happening, JSON for machines, readable text on a terminal. Names of roles and targets are chosen
 * by upstream and may hold line breaks, escape sequences and bidi marks: every text is escaped and capped here, so that
 * no name can write a line of its own. The log is not the ledger; nothing is proved by it.
 */
import { printable } from '../tuf/names.ts';
import type { Clock } from './clock.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** Facts beside the message. Never secrets, never file content. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = Readonly<Record<Level, (message: string, facts?: Facts) => void>>;

export interface LogOptions {
  readonly clock: Clock;
  /** Less important lines are left out; default `info`. */
  readonly level?: Level;
  /** Default standard output. */
  readonly out?: { write(text: string): unknown; readonly isTTY?: boolean };
}

const MAX_TEXT = 1000;

export function openLog({ clock, level = 'info', out = process.stdout }: LogOptions): Log {
  const format = out.isTTY === true ? asText : asJson;
  const at =
    (lineLevel: Level) =>
    (message: string, facts: Facts = {}): void => {
      if (LEVELS.indexOf(lineLevel) < LEVELS.indexOf(level)) return;
      const clean = Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, typeof value === 'string' ? printable(value, MAX_TEXT) : value] as const);
      out.write(`${format(clock.now().toISOString(), lineLevel, printable(message, MAX_TEXT), clean)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

type CleanFacts = readonly (readonly [name: string, value: string | number | boolean | undefined])[];

function asJson(time: string, level: Level, message: string, facts: CleanFacts): string {
  // The log’s own members come last, so that no fact can stand in their place.
  const line = { ...Object.fromEntries(facts), time, level, msg: message };
  return JSON.stringify(line, ['time', 'level', 'msg', ...facts.map(([name]) => name)]);
}

function asText(time: string, level: Level, message: string, facts: CleanFacts): string {
  const shown = facts.map(([name, value]) => `${name}=${quoted(String(value))}`);
  return [time, level.padEnd(5), message, ...shown].join(' ');
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
