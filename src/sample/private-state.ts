/**
 * What lets the sample upstream go on later: its seeds, and the version and expiry of every role, in one private file.
 * It is written before the files that it speaks of, so that a crash can skip a version and never reuse one.
 */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { createKeyFile, readKeyFile } from '../sign/secret-file.ts';
import { formatDate, parseDate } from '../tuf/dates.ts';
import { decodeHex, encodeHex } from '../tuf/encoding.ts';
import { type Json, jsonObject, parseJson, stringifyJson } from '../tuf/json.ts';
import type { Author } from './author.ts';
import type { Issue } from './parts.ts';

const FORMAT = 'sample-upstream/v1';
const FILE = 'sample-upstream.json';
const MAX_BYTES = 65_536;

export interface PrivateState {
  /** By role. */
  readonly seeds: ReadonlyMap<string, Uint8Array>;
  readonly issues: ReadonlyMap<string, Issue>;
}

/** @throws STATE_ALREADY_INITIALISED: one directory keeps one sample */
export async function createPrivateState(disk: Disk, directory: string, state: PrivateState): Promise<void> {
  await createKeyFile(disk, directory, FILE, format(state));
}

export async function replacePrivateState(disk: Disk, directory: string, state: PrivateState): Promise<void> {
  await disk.write(join(directory, FILE), format(state));
}

/** @throws STATE_KEY when it is missing or not such a file, STATE_PERMISSIONS when others reach it */
export async function readPrivateState(disk: Disk, directory: string): Promise<PrivateState> {
  const path = join(directory, FILE);
  const bytes = await readKeyFile(disk, path, MAX_BYTES);
  try {
    const state = parse(bytes);
    if (state) return state;
  } catch (cause) {
    throw new Refusal('STATE_KEY', `${path} is not the private file of a sample upstream.`, { cause });
  } finally {
    bytes.fill(0);
  }
  throw new Refusal('STATE_KEY', `${path} is not the private file of a sample upstream.`);
}

/** Where every role of the author stands. */
export function issuesOf({ root, timestamp, snapshot, roles }: Author): Map<string, Issue> {
  const all: [string, Issue][] = [['root', root], ['timestamp', timestamp], ['snapshot', snapshot], ...roles];
  return new Map(all.map(([role, { version, expires }]) => [role, { version, expires }]));
}

function format({ seeds, issues }: PrivateState): Uint8Array {
  const roles = [...issues].map(([role, { version, expires }]): [string, Json] => [
    role,
    jsonObject({ version, expires: formatDate(expires) }),
  ]);
  const secrets = [...seeds].map(([role, seed]): [string, Json] => [role, encodeHex(seed)]);
  const document = jsonObject({ countersign: FORMAT, roles: new Map(roles), seeds: new Map(secrets) });
  return Buffer.from(`${stringifyJson(document)}\n`, 'utf8');
}

function parse(bytes: Uint8Array): PrivateState | undefined {
  const document = parseJson(bytes, FILE, 4);
  const roles = document instanceof Map ? document.get('roles') : undefined;
  const secrets = document instanceof Map ? document.get('seeds') : undefined;
  if (!(document instanceof Map) || document.get('countersign') !== FORMAT) return undefined;
  if (!(roles instanceof Map) || !(secrets instanceof Map)) return undefined;
  const issues = new Map<string, Issue>();
  for (const [role, value] of roles) {
    const version = value instanceof Map ? value.get('version') : undefined;
    const expires = value instanceof Map ? value.get('expires') : undefined;
    const date = typeof expires === 'string' ? parseDate(expires) : undefined;
    if (typeof version !== 'number' || !date) return undefined;
    issues.set(role, { version, expires: date });
  }
  const seeds = new Map<string, Uint8Array>();
  for (const [role, value] of secrets) {
    const seed = typeof value === 'string' ? decodeHex(value) : undefined;
    if (seed?.length !== 32) return undefined;
    seeds.set(role, seed);
  }
  return { seeds, issues };
}
