/** A pin as text that a person reads before handing it on: two spaces, one member a line, everything spelt out. */
import { formatDate } from '../../tuf/dates.ts';
import { type Json, type JsonObject, jsonObject } from '../../tuf/json.ts';
import { TARGETS } from '../../tuf/names.ts';
import { formatPeriod } from './period.ts';
import { PIN_FORMAT, readAnyPin } from './pin-file.ts';
import type { CollectionPin, Floor, Grace, LedgerPin, Pin, Policy, StaticPins } from './pin.ts';

/**
 * Writes a pin, indented by two spaces and with a final newline, and reads it back before it is handed out: what
 * no reader would take is never written.
 * @param pin its periods are whole seconds; parts of seconds are cut off from its points in time
 * @throws CONFIG_PIN; RangeError for a period that is not whole seconds, which no pin that was read has
 */
export function writePin(pin: Pin): Uint8Array {
  const bytes = Buffer.from(formatPin(pin), 'utf8');
  readAnyPin(bytes);
  return bytes;
}

function formatPin(pin: Pin): string {
  const document = jsonObject({
    countersign: PIN_FORMAT,
    repository: pin.repository,
    location: jsonObject({
      base: pin.location.base.href,
      metadata: pin.location.metadata?.href,
      targets: pin.location.targets?.href,
    }),
    mirror_root: pin.mirrorRoot && encodeBase64(pin.mirrorRoot),
    upstream_root: pin.upstreamRoot && encodeBase64(pin.upstreamRoot),
    targets: pin.collection ? pinnedKeysObject(pin.collection) : pin.targets && staticPinsObject(pin.targets),
    collection: pin.collection && jsonObject({ served_as: pin.collection.servedAs }),
    floor: nonEmpty(floorObject(pin.floor)),
    policy: policyObject(pin.policy),
    ledger: pin.ledger && ledgerObject(pin.ledger),
    expires: pin.expires && formatDate(pin.expires),
    marks_reset: pin.marksReset && jsonObject({ reason: pin.marksReset.reason, at: formatDate(pin.marksReset.at) }),
  });
  return `${indented(document, '')}\n`;
}

function staticPinsObject({ rolename, threshold, keys }: StaticPins): JsonObject {
  return keysObject(rolename, threshold, [...keys]);
}

function pinnedKeysObject({ targets: { keys, threshold } }: CollectionPin): JsonObject {
  return keysObject(
    TARGETS,
    threshold,
    keys.map((key) => [key.id, key]),
  );
}

function keysObject(
  rolename: string,
  threshold: number,
  keys: readonly (readonly [id: string, key: { readonly object: JsonObject }])[],
): JsonObject {
  const objects = keys.map(([id, { object }]): [string, Json] => [id, object]);
  return jsonObject({ targets_rolename: rolename, threshold, keys: new Map(objects) });
}

function floorObject({ root, timestamp, snapshot, roles }: Floor): JsonObject {
  return jsonObject({
    root: root > 1 ? root : undefined,
    timestamp: timestamp > 1 ? timestamp : undefined,
    snapshot: snapshot > 1 ? snapshot : undefined,
    targets: roles.get(TARGETS),
    roles: nonEmpty(new Map([...roles].filter(([name]) => name !== TARGETS))),
  });
}

function policyObject(policy: Policy): JsonObject {
  return jsonObject({
    maxUpstreamAge: formatPeriod(policy.maxUpstreamAge),
    maxOffline: formatPeriod(policy.maxOffline),
    warnBefore: formatPeriod(policy.warnBefore),
    grace: nonEmpty(new Map([...policy.grace].map(([name, grace]): [string, Json] => [name, graceValue(grace)]))),
    retired: policy.retired && jsonObject({ roles: new Map(policy.retired.roles), reason: policy.retired.reason }),
  });
}

function ledgerObject({ text, address, approvals }: LedgerPin): JsonObject {
  return jsonObject({
    policy: text,
    address: address?.href,
    approvals:
      approvals && jsonObject({ threshold: approvals.threshold, keys: approvals.keys.map((key): Json => key.line) }),
  });
}

function graceValue({ period, until, reason }: Grace): Json {
  const text = formatPeriod(period);
  if (until === undefined && reason === undefined) return text;
  return jsonObject({ period: text, until: until && formatDate(until), reason });
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return object.size > 0 ? object : undefined;
}

function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Not through `JSON.stringify`: plain objects would move key ids and role names that look like numbers (J-01). */
function indented(value: Json, margin: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${margin}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Array.isArray(value)
    ? value.map((item) => inner + indented(item, inner))
    : [...value].map(([name, member]) => `${inner}${JSON.stringify(name)}: ${indented(member, inner)}`);
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${margin}${close}`;
}
