/**
 * A policy as a person writes it: JSON, read as strictly as metadata, because a member that is misspelt, doubled or out of
 * its bounds would ask fewer people than was meant. What is not written is as without any policy; only how many people
 * must approve has to be said. docs/operate/approvals.md describes every member.
 */
import { isRefusal, Refusal } from '../errors.ts';
import { statementDigest } from '../ledger/events/leaf.ts';
import { type Policy, SOLO } from '../ledger/events/policy.ts';
import { type Json, type JsonObject, parseJson } from '../tuf/json.ts';
import { printable, type Sha256 } from '../tuf/names.ts';
import { isRole } from './people.ts';

export interface PolicyFile {
  readonly policy: Policy;
  /** Of its canonical form: what people sign, and what approvals name. */
  readonly sha256: Sha256;
}

const MOST_BYTES = 65_536;
export const BOUNDS = {
  min_approvers: [0, 50],
  max_approval_age_days: [1, 3650],
  cooling_off_hours: [0, 8760],
  review_within_days: [1, 90],
} as const;

/** @throws CONFIG_POLICY naming the member */
export function readPolicy(bytes: Uint8Array): PolicyFile {
  const document = objectOf(parsed(bytes), 'The policy');
  refuseOthers(document, Object.keys(SOLO), '');
  if (!document.has('min_approvers')) throw refusal('min_approvers', 'is missing: say how many people must approve');
  const policy: Policy = {
    schema: wordAt(document, 'schema', [SOLO.schema], SOLO.schema),
    min_approvers: numberAt(document, 'min_approvers', BOUNDS.min_approvers, SOLO.min_approvers),
    teams: teamsOf(document.get('teams')),
    exclude_importer: yesOrNoAt(document, 'exclude_importer', SOLO.exclude_importer),
    hardware_keys: yesOrNoAt(document, 'hardware_keys', SOLO.hardware_keys),
    max_approval_age_days: numberAt(
      document,
      'max_approval_age_days',
      BOUNDS.max_approval_age_days,
      SOLO.max_approval_age_days,
    ),
    cooling_off_hours: numberAt(document, 'cooling_off_hours', BOUNDS.cooling_off_hours, SOLO.cooling_off_hours),
    publish: wordAt(document, 'publish', ['automatic', 'on-command'], SOLO.publish),
    break_glass: emergencyOf(document.get('break_glass')),
  };
  refuseNonsense(policy);
  return { policy, sha256: statementDigest(policy) };
}

/** What each member allows, and the members together do not. */
function refuseNonsense({ min_approvers, teams, break_glass, cooling_off_hours, max_approval_age_days }: Policy): void {
  // A person approves for one team: more could never be met.
  const inTeams = Object.values(teams).reduce((sum, least) => sum + least, 0);
  if (inTeams > min_approvers) throw refusal('teams', 'ask for more people than min_approvers does');
  if (break_glass && break_glass.min_approvers >= min_approvers) {
    throw refusal('break_glass.min_approvers', 'must be less than min_approvers: else it is no emergency');
  }
  if (cooling_off_hours >= max_approval_age_days * 24) {
    throw refusal('cooling_off_hours', 'is longer than approvals count: nothing could ever be published');
  }
}

function teamsOf(value: Json | undefined): Policy['teams'] {
  if (value === undefined) return SOLO.teams;
  const teams: [string, number][] = [];
  for (const team of objectOf(value, 'teams').keys()) {
    const path = `teams.${printable(team, 40)}`;
    if (!isRole(`approver:${team}`)) throw refusal(path, 'is no name of a team: [a-z0-9][a-z0-9-]{0,31}');
    teams.push([team, integer(objectOf(value, 'teams').get(team), path, [1, BOUNDS.min_approvers[1]])]);
  }
  return Object.fromEntries(teams);
}

function emergencyOf(value: Json | undefined): Policy['break_glass'] {
  if (value === undefined || value === null) return null;
  const emergency = objectOf(value, 'break_glass');
  refuseOthers(emergency, ['min_approvers', 'review_within_days'], 'break_glass.');
  const least = integer(emergency.get('min_approvers'), 'break_glass.min_approvers', [1, BOUNDS.min_approvers[1]]);
  const days = integer(
    emergency.get('review_within_days'),
    'break_glass.review_within_days',
    BOUNDS.review_within_days,
  );
  return { min_approvers: least, review_within_days: days };
}

function parsed(bytes: Uint8Array): Json {
  if (bytes.length > MOST_BYTES) throw refusal('The policy', `is larger than ${String(MOST_BYTES)} bytes`);
  try {
    return parseJson(bytes, 'The policy', 4);
  } catch (error) {
    if (isRefusal(error)) throw new Refusal('CONFIG_POLICY', error.what, { cause: error });
    throw error;
  }
}

function objectOf(value: Json | undefined, path: string): JsonObject {
  if (value instanceof Map) return value;
  throw refusal(path, 'is no object');
}

function refuseOthers(object: JsonObject, known: readonly string[], prefix: string): void {
  const other = [...object.keys()].find((name) => !known.includes(name));
  if (other !== undefined)
    throw refusal(`${prefix}${printable(other, 40)}`, `is not known; there are ${known.join(', ')}`);
}

function numberAt(object: JsonObject, name: string, bounds: readonly [number, number], otherwise: number): number {
  return object.has(name) ? integer(object.get(name), name, bounds) : otherwise;
}

function integer(value: Json | undefined, path: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw refusal(path, `must be a whole number from ${String(least)} to ${String(most)}`);
}

function yesOrNoAt(object: JsonObject, name: string, otherwise: boolean): boolean {
  if (!object.has(name)) return otherwise;
  const value = object.get(name);
  if (typeof value === 'boolean') return value;
  throw refusal(name, 'must be true or false');
}

function wordAt<const T extends string>(object: JsonObject, name: string, words: readonly T[], otherwise: T): T {
  if (!object.has(name)) return otherwise;
  const found = words.find((word) => word === object.get(name));
  if (found !== undefined) return found;
  throw refusal(name, `must be ${words.map((word) => `“${word}”`).join(' or ')}`);
}

function refusal(path: string, what: string): Refusal {
  return new Refusal('CONFIG_POLICY', `${path} ${what}.`, { details: { member: path } });
}
