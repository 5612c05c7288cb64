/** A thousand collections of one upstream, in a process of their own: rescued, rescued again, renewed several times. */
import { join } from 'node:path';
import { withWriter } from '../src/mirror.ts';
import { closeMirror } from '../src/open.ts';
import { renewDue } from '../src/publish/renew.ts';
import { rescue } from '../src/rescue/rescue.ts';
import { SimulatedCollection } from '../test/simulator/collection.ts';
import { answer } from './children.ts';
import { makeMirror, movableClock } from './data-directory.ts';

export interface Round {
  readonly done: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

export interface CollectionsAnswer {
  /** Originals taken home, roots verified and made, imports published. */
  readonly rescued: Round;
  /** The same when nothing is new. */
  readonly again: Round;
  readonly renewals: readonly Round[];
  readonly idle: Round;
}

const [, , work = '', amount = '', rounds = ''] = process.argv;
const clock = movableClock(new Date());
const mirror = await makeMirror(work, clock);
const collections = new Map(
  Array.from({ length: Number(amount) }, (_, index): [string, SimulatedCollection] => {
    const gun = `registry.example.com/team/app-${String(index)}`;
    const collection = new SimulatedCollection(gun, clock.now());
    for (let tag = 0; tag < 20; tag++) collection.add(`v1.${String(tag)}`, 'ab'.repeat(32));
    return [gun, collection.delegate('targets/releases').publish()];
  }),
);

async function measured(work: () => Promise<number>): Promise<Round> {
  const before = performance.now();
  const cpu = process.cpuUsage();
  const done = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { done, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - before) / 1000 };
}

async function rescueAll(): Promise<number> {
  const wanted = [...collections.keys()].map((gun) => ({ gun, rootSha256: undefined }));
  const each = rescue(mirror, wanted, {
    ...{ location: 'https://notary.example.com/', into: join(work, 'originals'), cache: undefined, firstUse: true },
    open: (gun) => collections.get(gun) ?? Promise.reject(new Error(gun)),
    servedAs: (gun) => gun,
    maxUpstreamAgeDays: 36_500,
    claim: { reason: 'bench' },
  });
  let done = 0;
  for await (const { imported, refusal } of each) {
    if (refusal) throw refusal;
    if (imported) done++;
  }
  return done;
}

async function renewAll(): Promise<number> {
  const outcomes = await withWriter(mirror, (writer) => renewDue(mirror, writer));
  return outcomes.filter(({ outcome }) => outcome === 'renewed').length;
}

const HALF_A_DAY_MS = 43_200_000;
const rescued = await measured(rescueAll);
const again = await measured(rescueAll);
const renewals: Round[] = [];
for (let round = 0; round < Number(rounds); round++) {
  clock.move(HALF_A_DAY_MS);
  renewals.push(await measured(renewAll));
}
const idle = await measured(renewAll);
closeMirror(mirror);
answer({ rescued, again, renewals, idle } satisfies CollectionsAnswer);
