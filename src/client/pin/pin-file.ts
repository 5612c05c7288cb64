/**
 * The pin as a file: read once, strictly, and either understood as a whole or refused. It is the one document that a
 * guard believes without a signature, so whatever could make it mean more than its author meant is an error here:
 * misspelt and repeated members, keys that cannot count, grace beyond the cap, floors that nobody can check.
 * Source: docs/clients/guard.md; the member `targets` is the block of TAP 13.
 */
import { Refusal } from '../../errors.ts';
import { repositoryId } from '../../tuf/names.ts';
import { readAddress } from './addresses.ts';
import { type DocumentKind, Member } from './own-document.ts';
import type { Location, MarksReset, Pin } from './pin.ts';
import { readCollection } from './pin-collection.ts';
import { readLedger } from './pin-ledger.ts';
import { readPolicy } from './pin-policy.ts';
import { readFloor, readRoot, readStaticPins } from './pin-trust.ts';

/** What the member `countersign` of a pin says. */
export const PIN_FORMAT = 'pin/v1';

/** Two roots of the largest size in base64, and room for many keys. */
const PIN: DocumentKind = { name: 'The pin', code: 'CONFIG_PIN', maxBytes: 2_000_000 };

/**
 * Reads a `pin/v1` document. Nothing is asked of a clock: whether the pin or a root in it has expired is judged on use.
 * @param bytes the file, whole; more than two megabytes are refused unread
 * @returns the pin with every default filled in; roots are the exact bytes that were embedded
 * @throws CONFIG_PIN, whose sentence names the member; what a root or a key was refused for is its cause
 */
export function readPin(bytes: Uint8Array): Pin {
  const pin = readAnyPin(bytes);
  // Whoever may write a pin could otherwise have what was seen forgotten, and older content replayed (F-02).
  if (pin.marksReset) {
    throw new Refusal('CONFIG_PIN', 'The pin: marks_reset counts only in a pin that this guard’s officer signed.', {
      details: { member: 'marks_reset' },
      next: 'Remove it, or have the pin signed by the officer with whom the guard was enrolled (guard init --officer).',
    });
  }
  return pin;
}

/** As `readPin`; what only an officer may say is read as well, so the officer’s signature must be looked at elsewhere. */
export function readAnyPin(bytes: Uint8Array): Pin {
  const document = Member.document(bytes, PIN);
  const member = document.closed([
    'countersign',
    'repository',
    'location',
    'mirror_root',
    'upstream_root',
    'targets',
    'collection',
    'floor',
    'policy',
    'ledger',
    'expires',
    'marks_reset',
  ]);
  if (member('countersign').text() !== PIN_FORMAT) member('countersign').refuse(`must be “${PIN_FORMAT}”`);
  const repository = member('repository');
  const collection = member('collection').optional((present) => readCollection(present, member));
  const mirrorRoot = collection?.mirrorRoot ?? member('mirror_root').optional(readRoot);
  const upstreamRoot = member('upstream_root').optional(readRoot);
  const targets = collection ? undefined : member('targets').optional(readStaticPins);
  if (!upstreamRoot && !targets && !collection)
    document.refuse('has neither upstream_root nor targets, so it would believe nobody');
  // Without a mirror’s keys only upstream’s own say what is current; static pins alone would take any old state (M-04).
  if (!upstreamRoot && !mirrorRoot)
    document.refuse('has neither mirror_root nor upstream_root: nobody says what is current');
  return {
    repository: repository.attempt(() => repositoryId(repository.text())),
    location: readLocation(member('location')),
    mirrorRoot,
    upstreamRoot,
    targets,
    ...(collection && { collection: collection.pin }),
    floor: readFloor(member('floor'), upstreamRoot !== undefined),
    policy: readPolicy(member('policy'), mirrorRoot === undefined),
    ledger: member('ledger').optional((ledger) => {
      // At the carried level there is no mirror, and so nobody’s log.
      if (!mirrorRoot) ledger.refuse('is only possible with a mirror_root: the log is the mirror’s');
      const read = readLedger(ledger);
      // Approvals are tied to what is served by upstream’s own snapshot.
      if (read.approvals && !upstreamRoot)
        ledger.refuse('asks for approvals, which is only possible with upstream_root');
      return read;
    }),
    expires: member('expires').optional((expires) => expires.instant()),
    marksReset: member('marks_reset').optional(readMarksReset),
  };
}

function readMarksReset(reset: Member): MarksReset {
  const member = reset.closed(['reason', 'at']);
  const reason = member('reason');
  // Whoever reads the log years later has nothing else to go by.
  if (reason.text().trim() === '') reason.refuse('must say why');
  return { reason: reason.text(), at: member('at').instant() };
}

function readLocation(location: Member): Location {
  const member = location.closed(['base', 'metadata', 'targets']);
  return {
    base: readAddress(member('base')),
    metadata: member('metadata').optional(readAddress),
    targets: member('targets').optional(readAddress),
  };
}
