/** Where a repository is, as it was typed: an address, or a directory. */
import { resolve } from 'node:path';
import { openUpstream } from '../acquire/open.ts';
import { upstreamOptions } from '../config/settings.ts';
import type { Collection } from '../ledger/records.ts';
import type { Invocation } from './invocation.ts';

/** An address as it stands, or an absolute path: the record must make sense elsewhere than where this was typed. */
export function locationOf({ surroundings }: Invocation, text: string): string {
  return isAddress(text) ? text : resolve(surroundings.workingDirectory, text);
}

/** Refuses what could never be asked, and asks nothing yet; a directory may still be on its way. @throws USAGE_OPTION */
export async function judgeAddress(invocation: Invocation, location: string, collection?: Collection): Promise<void> {
  if (!isAddress(location)) return;
  const options = await upstreamOptions(await invocation.settings());
  const source = await openUpstream(location, collection, { clock: invocation.clock, ...options });
  await source.close();
}

function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}
