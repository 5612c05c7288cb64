/** The pin’s location as shelves: where each kind of file is asked for. Nothing is asked by opening it. */
import type { Limits } from '../../tuf/limits.ts';
import { MetadataShelf, type Shelf } from './layout.ts';
import type { Location } from '../pin/pin.ts';
import type { Place } from './place.ts';

export interface Network {
  /** The mirror’s own roles and the authored ones; at the carried level, the originals. */
  readonly metadata: MetadataShelf;
  /** Upstream’s root chain, kept as evidence. */
  readonly upstream: MetadataShelf;
  /** Upstream’s files by digest. */
  readonly evidence: Shelf;
  readonly targets: Shelf;
  /** Proofs that the state is in the mirror’s log; they lie beside the timestamp. */
  readonly proofs: Shelf;
  /** The log itself, for its tiles. */
  readonly log: Shelf;
}

export function openNetwork(
  { base, metadata, targets }: Location,
  level: 'pinned' | 'carried',
  limits: Limits,
  openPlace: (url: URL) => Place,
  logAddress = new URL('../log/', base),
): Network {
  const place = openPlace(base);
  const at = (...below: string[]): Shelf => ({ place, below });
  const elsewhere = metadata && { place: openPlace(metadata), below: [] };
  const originals = elsewhere ? ([elsewhere] as const) : ([at('metadata'), at()] as const);
  return {
    metadata:
      level === 'carried'
        ? new MetadataShelf(originals, limits, true)
        : new MetadataShelf([elsewhere ?? at('metadata')], limits),
    upstream: new MetadataShelf([at('upstream', 'metadata')], limits),
    evidence: at('upstream', 'sha256'),
    targets: targets ? { place: openPlace(targets), below: [] } : at('targets'),
    proofs: at(),
    log: { place: openPlace(logAddress), below: [] },
  };
}
