/** Static pins, the block of TAP 13, from the keys of simulated upstreams. */
import type { StaticPins } from '../../../src/client/pin/pin.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { TARGETS, roleName } from '../../../src/tuf/names.ts';
import { readKeys } from '../../../src/tuf/role-keys.ts';

export function pinned(signers: readonly Signer[], threshold: number, rolename: string = TARGETS): StaticPins {
  const keys = new Map(signers.map((signer) => [signer.keyId as string, signer.keyObject]));
  return { rolename: roleName(rolename), threshold, keys: readKeys(keys, 'the pin', DEFAULT_LIMITS) };
}
