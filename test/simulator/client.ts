/** A strict client of a simulated upstream, without any mirror: what the language alone accepts. */
import { DEFAULT_LIMITS, type Limits } from '../../src/tuf/limits.ts';
import { type ClientResult, refreshAsClient } from '../../src/verify/as-client.ts';
import { NOW } from './clock.ts';
import type { SimulatedUpstream } from './upstream.ts';

/** Refreshes from the first root through every delegation. */
export function refresh(upstream: SimulatedUpstream, limits: Partial<Limits> = {}): Promise<ClientResult> {
  const view = { metadata: upstream.metadata.bind(upstream) };
  const rules = { now: NOW, limits: { ...DEFAULT_LIMITS, ...limits }, depth: 'all' } as const;
  return refreshAsClient(view, { root: upstream.firstRoot }, rules);
}
