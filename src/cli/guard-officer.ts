/**
 * The officer of an enrolment, as `officer.json` beside the pin keeps it: whose signature every pin of this guard needs.
 *
 *   key          the officer’s public key; given once, and never replaced
 *   signatures   over the pin in force; while it is being replaced, over the next one too, so that neither a crash nor a
 *                power cut leaves a pin without its signature
 *   resets       pins whose reset of the marks was carried out, and the state of the memory that it followed: each is
 *                carried out once, and whoever has an old signed pin cannot have the marks fall again
 */
import { readOfficerKey, readSignedPin, type SignedPin, type SshPublicKey } from '../client/pin/officer.ts';
import { type DocumentKind, Member } from '../client/pin/own-document.ts';
import { isRefusal, Refusal } from '../errors.ts';
import { type Json, jsonObject, stringifyJson } from '../tuf/json.ts';
import { isSha256, type Sha256 } from '../tuf/names.ts';

export interface OfficerRecord {
  readonly key: SshPublicKey;
  /** Armoured; the newest first. */
  readonly signatures: readonly string[];
  readonly resets: readonly MarksFell[];
}

export interface MarksFell {
  /** Of the pin’s exact bytes. */
  readonly pin: Sha256;
  /** The number of the state that was there before; 0 where nothing was remembered yet. */
  readonly state: number;
}

const FORMAT = 'officer/v1';
const OFFICER: DocumentKind = { name: 'The officer’s record', code: 'CONFIG_PIN', maxBytes: 1_000_000 };
export const MAX_OFFICER_BYTES = OFFICER.maxBytes;

/** @throws CONFIG_PIN: without knowing whose signature is needed, none would be */
export function readOfficer(bytes: Uint8Array): OfficerRecord {
  const document = Member.document(bytes, OFFICER);
  const member = document.closed(['countersign', 'key', 'signatures', 'resets']);
  if (member('countersign').text() !== FORMAT) member('countersign').refuse(`must be “${FORMAT}”`);
  return {
    key: member('key').attempt(() => readOfficerKey(member('key').text())),
    signatures: member('signatures')
      .items()
      .map((signature) => signature.text()),
    resets: member('resets').items().map(readReset),
  };
}

function readReset(reset: Member): MarksFell {
  const member = reset.closed(['pin', 'state']);
  const pin = member('pin').text();
  if (!isSha256(pin)) return member('pin').refuse('must be a SHA-256');
  return { pin, state: member('state').whole(0, Number.MAX_SAFE_INTEGER) };
}

export function writeOfficer({ key, signatures, resets }: OfficerRecord): Uint8Array {
  const document = jsonObject({
    countersign: FORMAT,
    key: key.line,
    signatures: [...signatures],
    resets: resets.map(({ pin, state }): Json => jsonObject({ pin, state })),
  });
  return Buffer.from(`${stringifyJson(document)}\n`, 'utf8');
}

/** The pin in force. @throws TRUST_SSH_SIGNATURE when none of the signatures is the officer’s over these bytes */
export function readOfficersPin(bytes: Uint8Array, { key, signatures }: OfficerRecord): SignedPin {
  for (const signature of signatures) {
    try {
      return readSignedPin(bytes, signature, key.line);
    } catch (error) {
      if (!isRefusal(error, 'TRUST_SSH_SIGNATURE')) throw error;
    }
  }
  throw new Refusal('TRUST_SSH_SIGNATURE', 'The pin in force is not one that this guard’s officer signed.', {
    details: { officer: key.fingerprint },
    next: 'ALARM: find out who changed it. Then put a signed pin back: countersign guard pin set FILE, with FILE.sig beside it.',
  });
}
