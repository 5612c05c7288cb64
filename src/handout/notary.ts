/** Settings of the `notary` client. Source: the dialect’s description, 6.3 and 7.2. */
import type { HandedCollection } from './collections.ts';
import { type Handout, type Reached, seeded } from './handout.ts';

/**
 * The server’s address, pins by certificate without trust on first use, and roots that are there before the first question.
 * Either of the last two is enough for a new client; pins are not asked any more once a root is in the cache.
 */
export function forNotary(collections: readonly HandedCollection[], { server, authority }: Reached): Handout {
  const config = {
    remote_server: { url: server.href.replace(/\/$/, ''), ...(authority && { root_ca: 'mirror-ca.crt' }) },
    trust_pinning: {
      disable_tofu: true,
      certs: Object.fromEntries(collections.map(({ gun, certificates }) => [gun, certificates])),
    },
  };
  return {
    folder: '~/.notary',
    files: [
      { path: 'config.json', bytes: Buffer.from(`${JSON.stringify(config, null, 2)}\n`) },
      ...(authority ? [{ path: 'mirror-ca.crt', bytes: authority }] : []),
      ...seeded(collections, 'tuf'),
    ],
    environment: {},
    remarks: [
      'A client that has a root of the same name from elsewhere keeps it, and refuses the mirror: delete its tuf/NAME folder first.',
      'Pins count at the first contact only. When the root’s certificate is replaced, hand out these files again.',
    ],
  };
}
