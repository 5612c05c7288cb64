/** Guards with an officer, the officer’s signatures, and those of a thief who can write every file but has no such key. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writePin } from '../../src/client/pin/pin-write.ts';
import type { Pin } from '../../src/client/pin/pin.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DAY } from '../simulator/clock.ts';
import { STRICT } from '../simulator/guarded.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { forge } from '../sshsig/forge.ts';
import { ed25519, type Person } from '../sshsig/people.ts';
import { type GuardPlace, guardPlace } from './guard-place.ts';

export const officer = ed25519('officer');
export const thief = ed25519('thief');
export const PURPOSE = 'pin.v1@countersign';
export const LAXER = { policy: { ...STRICT, maxUpstreamAge: 365 * DAY } };
export const RESET = { reason: 'CHG-9: upstream began its versions anew', at: new Date('2026-11-23T12:00:00Z') };

export async function lay(place: GuardPlace, name: string, pin: Pin): Promise<Uint8Array> {
  const file = writePin(pin);
  await writeFile(place.workplace.path(name), file);
  return file;
}

export function sign(
  { workplace }: GuardPlace,
  name: string,
  message: Uint8Array,
  person: Person = officer,
): Promise<void> {
  return writeFile(workplace.path(`${name}.sig`), forge(person, { message, namespace: PURPOSE }));
}

/** A guard of a mirror that was enrolled with a signed pin. */
export async function withOfficer(
  context: TestContext,
  changes: Partial<Pin> = {},
): Promise<{ place: GuardPlace; workplace: GuardPlace['workplace'] }> {
  const place = await guardPlace(context);
  await enrolSigned(place, place.guarded.pin(changes));
  return { place, workplace: place.workplace };
}

/** `pin.json`, its signature and `officer.pub` still lie there afterwards. */
export async function enrolSigned(place: GuardPlace, pin: Pin): Promise<void> {
  const file = await lay(place, 'pin.json', pin);
  await sign(place, 'pin.json', file);
  await writeFile(place.workplace.path('officer.pub'), `${officer.line} officer@example.org\n`);
  await place.workplace.succeed(`guard init @pin.json --pin-sha256 ${sha256(file)} --officer @officer.pub`);
}

/** A guard of a plain copy that has seen version 3 of everything; `replay` puts version 1 there, which the marks refuse. */
export async function drivenUp(context: TestContext) {
  const upstream = new SimulatedUpstream().publish().publish('targets').publish('targets');
  const place = await guardPlace(context, upstream);
  const { workplace } = place;
  const copy = { base: pathToFileURL(`${workplace.path('copy')}/`), metadata: undefined, targets: undefined };
  const pinOf = (changes: Partial<Pin> = {}): Pin => place.guarded.carriedPin({ location: copy, ...changes });
  const { author } = upstream;
  const write = async (): Promise<void> => {
    await mkdir(workplace.path('copy/metadata'), { recursive: true });
    for (const [name, bytes] of author.files) await writeFile(workplace.path('copy/metadata', name), bytes);
  };
  await write();
  await enrolSigned(place, pinOf());
  await workplace.succeed('guard refresh');
  const replay = async (): Promise<void> => {
    for (const issue of [author.timestamp, author.snapshot, author.role('targets')]) issue.version = 0;
    author.publish('targets');
    await write();
    assert.equal((await refreshed(place))?.code, 'TRUST_ROLLBACK');
  };
  return { place, workplace, replay, pinOf };
}

/** Why a refresh was refused; undefined when it was not. */
export async function refreshed({ workplace }: GuardPlace): Promise<{ code: string } | undefined> {
  const { json } = await workplace.type('guard refresh --json');
  const [guard] = json['guards'] as { error: { code: string } | null }[];
  return guard?.error ?? undefined;
}

export async function shown({ workplace }: GuardPlace): Promise<{ out: string; json: Record<string, unknown> }> {
  const { out } = await workplace.succeed('guard pin show');
  const { json } = await workplace.succeed('guard pin show --json');
  return { out, json };
}

export async function setPin(
  { workplace }: GuardPlace,
  name: string,
): Promise<{ out: string; json: Record<string, unknown> }> {
  const { err, json } = await workplace.succeed(`guard pin set @${name} --json`);
  return { out: err, json };
}

/** Of timestamp and snapshot. */
export async function marks({ workplace }: GuardPlace): Promise<(number | undefined)[]> {
  const { json } = await workplace.type('guard status --json');
  const [guard] = json['guards'] as { marks: { timestamp: number; snapshot: number } }[];
  return [guard?.marks.timestamp, guard?.marks.snapshot];
}
