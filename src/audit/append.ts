/** How what an auditor takes out, or has erased, becomes an event: the caller is the only one here who can write. */
import type { LeafRef } from '../ledger/events/statements.ts';
import type { EventBody } from '../ledger/events/types.ts';

type Appended = {
  [Type in 'export' | 'redaction']: { readonly type: Type; readonly actor: string; readonly body: EventBody<Type> };
}['export' | 'redaction'];

/** @returns the event’s leaf, durably appended. @throws every refusal of a writer: then nothing may be handed out */
export type AppendEvent = (event: Appended) => Promise<LeafRef>;
