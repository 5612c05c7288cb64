/** Settings of `docker` with content trust, which has no pins: only a root that is there before. Source: the description, 6.3 and 8. */
import { Refusal } from '../errors.ts';
import type { HandedCollection } from './collections.ts';
import { type Handout, type Reached, seeded } from './handout.ts';

/** @throws USAGE_OPTION for an address that docker does not take */
export function forDocker(collections: readonly HandedCollection[], { server, authority }: Reached): Handout {
  if (server.protocol !== 'https:') {
    throw new Refusal('USAGE_OPTION', 'Docker asks a trust server over https only.', {
      next: 'Give the address by which clients reach the mirror through TLS: --server https://HOST.',
    });
  }
  const elsewhere = collections.filter(({ gun }) => gun.split('/')[0] !== server.host);
  return {
    folder: '~/.docker',
    files: [
      ...(authority ? [{ path: `tls/${server.host}/ca.crt`, bytes: authority }] : []),
      ...seeded(collections, 'trust/tuf'),
    ],
    environment: {
      DOCKER_CONTENT_TRUST: '1',
      // Docker asks the host in an image’s name, unless it is told whom.
      ...(elsewhere.length > 0 && { DOCKER_CONTENT_TRUST_SERVER: server.href.replace(/\/$/, '') }),
    },
    remarks: [
      'Docker believes whatever root it sees first, and has no pins: without these files the first answer is taken on trust.',
      'A host that has a root of the same name from elsewhere keeps it, and refuses the mirror: delete its trust/tuf/NAME folder first.',
      'Docker does not notice when the mirror’s root names other targets keys: `countersign guard check-root` on that host does.',
    ],
  };
}
