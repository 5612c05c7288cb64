/** Renewals of a test’s mirror, and what they issued. */
import assert from 'node:assert/strict';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { type RenewalOutcome, type RenewalRequest, renewDue } from '../../src/publish/renew.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';

export function renewAll(mirror: Mirror, request: RenewalRequest = {}): Promise<RenewalOutcome[]> {
  return withWriter(mirror, (writer) => renewDue(mirror, writer, request));
}

/** Renews one repository; what is published afterwards is checked as clients read it. */
export async function renewOne(mirrored: MirroredRepository, request: RenewalRequest = {}): Promise<RenewalOutcome> {
  const [outcome] = await renewAll(mirrored.mirror, { ...request, only: mirrored.id });
  assert.ok(outcome);
  if (outcome.outcome === 'renewed') await mirrored.checkPublished();
  return outcome;
}

/** Names of the roles that an outcome issued: `timestamp snapshot`. */
export function rolesIssued({ issued }: RenewalOutcome): string {
  return issued
    .map((label) => label.replace(/@\d+$/, ''))
    .sort()
    .join(' ');
}

/** The signed part of what is published now. */
export function publishedSigned(mirrored: MirroredRepository, role: 'timestamp' | 'snapshot'): Record<string, unknown> {
  const files = [...mirrored.published()].filter(([name]) => name.endsWith(`${role}.json`));
  const bytes = files.map(([, content]) => content).at(-1) ?? new Uint8Array();
  return (JSON.parse(Buffer.from(bytes).toString('utf8')) as { signed: Record<string, unknown> }).signed;
}
