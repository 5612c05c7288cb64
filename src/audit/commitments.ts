/** Every commitment to a sealed value that an event holds: names, reasons, comments, places, accounts, refusals’ words. */
import type { AnyEvent } from '../ledger/events/leaf.ts';

export function commitmentsIn(event: AnyEvent): string[] {
  return listed(event).filter((digest) => digest !== null);
}

function listed(event: AnyEvent): (string | null)[] {
  switch (event.type) {
    case 'import.claimed': {
      const { source, reason, importer } = event.body.statement;
      return [source.place, reason.text, importer.account];
    }
    case 'import.verified':
    case 'import.rejected':
      return [event.body.statement.what_sealed];
    case 'approval':
      return [event.body.statement.comment];
    case 'change.signed': {
      const { name, reason } = event.body.statement.subject;
      return [name, reason];
    }
    case 'actor.add':
      return [event.body.name];
    case 'limits.set':
    case 'actor.retire':
    case 'key.revoke':
    case 'withdraw.generation':
    case 'breakglass.open':
    case 'breakglass.review':
    case 'upstream.retire':
    case 'clock.step':
    case 'recovery':
      return [event.body.reason];
    default:
      return [];
  }
}
