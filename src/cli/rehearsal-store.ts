/**
 * A guard’s memory for a rehearsal: read as it is and never written. What would be kept is read to its end, so that every
 * check on the way is made, and forgotten.
 */
import { createHash } from 'node:crypto';
import type { Store } from '../client/remember/store.ts';
import type { Sha256 } from '../tuf/names.ts';

export function untouchedStore(store: Store): Store {
  return {
    description: store.description,
    state: () => store.state(),
    commit: () => Promise.resolve(true),
    read: (digest) => store.read(digest),
    async write(content): Promise<Sha256> {
      const hash = createHash('sha256');
      for await (const chunk of content) hash.update(chunk);
      return hash.digest('hex') as Sha256;
    },
    keepOnly: () => Promise.resolve(),
  };
}
