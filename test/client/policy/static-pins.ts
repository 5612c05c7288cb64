/** Static pins of tests: the targets keys of a root, or whichever signers a test names. */
import type { Pin, StaticPins } from '../../../src/client/pin/pin.ts';
import { keysOf } from '../../../src/sample/signing.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { parseRoot } from '../../../src/tuf/metadata.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { readKeys } from '../../../src/tuf/role-keys.ts';

export function staticPins(signers: readonly Signer[], threshold = 1, rolename = 'targets'): StaticPins {
  const keys = readKeys(keysOf([{ signers, threshold }]), 'static pins', DEFAULT_LIMITS);
  return { rolename: roleName(rolename), threshold, keys };
}

/** Static pins in place of the chain. */
export function pinnedTo(root: Uint8Array): Pick<Pin, 'upstreamRoot' | 'targets'> {
  const { keys, threshold } = parseRoot(root, 'root', DEFAULT_LIMITS).payload.roles.get(roleName('targets')) ?? {
    keys: [],
    threshold: 0,
  };
  const targets = { rolename: roleName('targets'), threshold, keys: new Map(keys.map((key) => [key.id, key])) };
  return { upstreamRoot: undefined, targets };
}
