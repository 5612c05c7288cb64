/** Policies of tests: strict but for what a test grants. */
import type { Grace, Policy } from '../../../src/client/pin/pin.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { DAY } from '../../simulator/clock.ts';
import { STRICT } from '../../simulator/guarded.ts';

/** Grace for one role, thirty days unless said otherwise. */
export function granting(role: string, grace: Partial<Grace> = {}, more: Partial<Policy> = {}): Policy {
  const whole: Grace = { period: 30 * DAY, until: undefined, reason: undefined, ...grace };
  return { ...STRICT, ...more, grace: new Map([...(more.grace ?? []), [roleName(role), whole]]) };
}
