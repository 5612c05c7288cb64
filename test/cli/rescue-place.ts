/** A mirror without anything, and a Notary server with three collections. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { SimulatedNotary } from '../simulator/notary-server.ts';
import { Workplace } from './workplace.ts';

export const [APP, DB, WEB] = ['app', 'db', 'web'].map((name) => `registry.example.com/team/${name}`) as [
  string,
  string,
  string,
];
export const RENAME = '--rename registry.example.com/=mirror.dc.internal/';

export interface Told {
  readonly gun: string;
  readonly servedAs: string;
  readonly repository: string | null;
  readonly kept: {
    readonly path: string;
    readonly roots: number;
    readonly files: number;
    readonly added: number;
  } | null;
  readonly confirmedBy: string | null;
  readonly outcome: string;
  readonly refusal: { readonly code: string; readonly next: string } | null;
  readonly validity: {
    readonly isValid: boolean;
    readonly targets: string;
    readonly firstDelegation: object | null;
  } | null;
}

export async function site(t: TestContext): Promise<{ workplace: Workplace; notary: SimulatedNotary }> {
  const workplace = await Workplace.open(t);
  await workplace.succeed('init --root-online');
  const notary = await SimulatedNotary.start(t);
  for (const gun of [APP, DB, WEB]) {
    notary.put(
      new SimulatedCollection(gun)
        .add('v1', sha256(Buffer.from(gun)))
        .delegate('targets/releases')
        .publish(),
    );
  }
  return { workplace, notary };
}

export async function rescued(workplace: Workplace, typed: string, exitCode = 0): Promise<Told[]> {
  const answer = await workplace.type(`rescue ${typed} --json`);
  assert.equal(answer.exitCode, exitCode, answer.err);
  return answer.json['collections'] as Told[];
}

/** A line, and the reason, which may have spaces. */
export function firstUse(what: string, reason = 'why'): [string, string] {
  return [`rescue ${what} --json --first-use --reason`, reason];
}
