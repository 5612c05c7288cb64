/** How what an auditor takes out, or has erased, becomes events: the caller is the only one here who can write. */
import type { LeafRef } from '../ledger/events/statements.ts';
import type { EventBody } from '../ledger/events/types.ts';

export type Appended = {
  [Type in 'export' | 'redaction']: { readonly type: Type; readonly actor: string; readonly body: EventBody<Type> };
}['export' | 'redaction'];

/**
 * All of them in one transaction.
 * @returns a leaf for each, durably appended
 * @throws every refusal of a writer: then nothing may be handed out, or erased
 */
export type AppendEvents = (events: readonly Appended[]) => Promise<readonly LeafRef[]>;

/** The same for one. */
export async function appendOne(append: AppendEvents, event: Appended): Promise<LeafRef> {
  const [leaf] = await append([event]);
  if (!leaf) throw new TypeError('the event has no leaf');
  return leaf;
}
