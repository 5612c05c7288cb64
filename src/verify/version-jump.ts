/** Versions that leap ahead, as a person decides about them. */
import { Refusal } from '../errors.ts';
import type { Limits } from '../tuf/limits.ts';
import { type RoleName, printable } from '../tuf/names.ts';
import { decisionOption } from './decisions.ts';
import type { Findings } from './findings.ts';

/** A leap ahead poisons every later update (F-06): it needs a person who has asked upstream. */
export function refuseJump(
  role: RoleName,
  version: number,
  accepted: number | undefined,
  limits: Limits,
  findings: Findings,
): void {
  if (accepted === undefined || version - accepted <= limits.versionJump) return;
  const label = `${role}@${version}`;
  const made = findings.use('accept-version-jump', role, version);
  if (!made) {
    throw new Refusal('POLICY_VERSION_JUMP', `${printable(role)} jumps from version ${accepted} to ${version}.`, {
      details: { role, version, accepted },
      next: `Ask upstream, then decide by name: ${decisionOption('accept-version-jump', label)} --reason "…".`,
    });
  }
  findings.note('decision-used', role, `Version jump to ${printable(label)} accepted: ${made.reason}`);
}
