/** Who signs, as it is typed: `--as NAME`, and `--key FILE` where the agent does not hold the key. */
import { Option } from 'commander';
import type { Signing } from '../decide/signing.ts';
import { Refusal } from '../errors.ts';
import type { Invocation } from './invocation.ts';

export interface SigningGiven {
  readonly as?: string | undefined;
  readonly key?: string | undefined;
}

const KEY = 'the signer’s key file, private or public; without it the agent is asked for the recorded key';

export function signingOptions(who = 'who signs: an operator’s name'): Option[] {
  return [new Option('--as <name>', who), new Option('--key <file>', KEY)];
}

/** Where `--key` is the key that is recorded, and not the one that signs. */
export function signWithOption(): Option {
  return new Option('--sign-with <file>', KEY);
}

/** @returns undefined where nobody was named. @throws USAGE_OPTION for a key of nobody */
export function signingOf(invocation: Invocation, { as, key }: SigningGiven): Signing | undefined {
  const { environment } = invocation.surroundings;
  if (as !== undefined) return { as, keyFile: key, environment, tell: (line) => invocation.remark(line) };
  if (key === undefined) return undefined;
  throw new Refusal('USAGE_OPTION', 'A key was given, and not whose it is.', { next: 'Add --as NAME.' });
}

/** What a person typed as the reason; undefined for none. */
export function reasonOf({ reason }: { readonly reason?: string }): string | undefined {
  const trimmed = reason?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}
