/** What a session over a TUF repository leaves in the guard’s memory. */
import type { TrustedSnapshot } from '../../tuf/trusted-set.ts';
import type { Memorable, MemorableTop } from '../remember/memorable.ts';
import type { RootChain } from './roots.ts';
import type { Session } from './session.ts';

export function memorableOf({ now, mirror, evidence, reader, marks, contents, ledger }: Session): Memorable {
  const listed = (evidence?.snapshot ?? mirror?.top.snapshot)?.snapshot.payload.roles;
  return {
    now,
    mirror: mirror && topOf(mirror.top),
    upstream: evidence && topOf(evidence),
    roles: [...reader.roles].map(([role, { version, envelope }]) => [role, { version, file: envelope }] as const),
    isStillListed: (role, { version }) => listed?.get(role)?.version === version,
    marks: marks(),
    contents: contents.seen,
    ledger,
  };
}

function topOf({ chain, snapshot }: { readonly chain: RootChain; readonly snapshot: TrustedSnapshot }): MemorableTop {
  return {
    roots: chain.slice(1).map(({ root }) => root.envelope),
    timestamp: snapshot.timestamp.timestamp.envelope,
    snapshot: snapshot.snapshot.envelope,
  };
}
