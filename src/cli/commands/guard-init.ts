/**
 * `countersign guard init`: the one moment in which a guard believes something without a signature. Nothing is fetched:
 * what is believed comes from files, and is confirmed by a digest or by a person.
 */
import { resolve } from 'node:path';
import { readPin } from '../../client/pin/pin-file.ts';
import { writePin } from '../../client/pin/pin-write.ts';
import { Refusal } from '../../errors.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { sha256 } from '../../tuf/digest.ts';
import { defineCommand } from '../command.ts';
import { GuardEnrolments, MAX_PIN_BYTES, enrolmentName } from '../guard-enrolments.ts';
import { type PinGiven, pinFromOptions, pinOptions, pinOptionsIn } from '../guard-pin-options.ts';
import { pinDocument, pinStatements, statementLines } from '../guard-pin-words.ts';
import {
  type OfficerGiven,
  officerOption,
  readOfficerFile,
  readSignedPinFile,
  remarkUnchecked,
} from '../guard-signed-pin.ts';
import { nameOption } from '../guard-target.ts';
import { type TrustGiven, confirmPin, requireSensiblePin, trustOptions } from '../guard-trust.ts';
import type { Invocation } from '../invocation.ts';

interface Given extends PinGiven, TrustGiven, OfficerGiven {
  readonly pin?: string;
  readonly name?: string;
}

export const guardInitCommand = defineCommand<Given>({
  name: 'init',
  summary: 'enrol a guard with a pin: what it is willing to believe about one upstream',
  details:
    'Nothing is fetched, and there is no first-use trust. Obtain the SHA-256 of both roots over another channel and give ' +
    'them; without them they are shown and must be confirmed at a terminal. A pin file has everything in it; without ' +
    'one, the options say it. With --officer the pin file must be signed (PIN.sig beside it), and so must every pin that ' +
    'replaces it: whoever can write the pin, and not sign it, changes nothing.',
  arguments: [['[pin]', 'a pin file, from whoever answers for it']],
  options: [
    ...pinOptions(),
    ...trustOptions(),
    officerOption('the public key of whoever must have signed this pin, and every later one'),
    nameOption(),
  ],
  examples: [
    'countersign guard init pin.json --pin-sha256 HEX',
    'countersign guard init pin.json --officer officer.pub --pin-sha256 HEX',
    'countersign guard init --mirror https://mirror.example --repository sigstore --root 1.root.json --upstream-root root.json',
    'countersign guard init --copy /media/courier/sigstore --repository sigstore --upstream-root root.json --grace timestamp=P30D',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const { file, path } = await pinBytes(invocation, given);
    const key = given.officer === undefined ? undefined : await readOfficerFile(invocation, given.officer);
    const signed = key && (await readSignedPinFile(pathOfSigned(path), file, key));
    const pin = signed ? signed.pin : readPin(file);
    const name = enrolmentName(given.name ?? pin.repository);
    const enrolments = await GuardEnrolments.of(invocation);
    const officer = key && signed && { key, signatures: [signed.signature], resets: [] };
    await enrolments.requireFree(name, officer);
    requireSensiblePin(pin);
    await confirmPin(invocation, { pin, file }, given);
    if (!key && path !== undefined) await remarkUnchecked(invocation, path);
    if (!invocation.isRehearsal) {
      await enrolments.create(name, file, officer);
      // Noted as carried out, so that the same pin has no marks fall later.
      if (officer && pin.marksReset) await enrolments.dropMarks(name, officer, { ...pin, sha256: sha256(file) });
    }
    const more = name === pin.repository ? '' : ` --name ${name}`;
    return {
      lines: [
        `${invocation.isRehearsal ? 'Would enrol' : 'Enrolled'} the guard ${name}. Nothing was fetched.`,
        ...statementLines(pinStatements(pin, new Map(), key)),
        `Next: countersign guard refresh${more}`,
      ],
      document: {
        name,
        file: enrolments.pinPath(name),
        ...pinDocument(pin, new Map(), key),
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

/** @returns the path of the pin file, undefined when the options are the pin */
async function pinBytes(
  invocation: Invocation,
  given: Given,
): Promise<{ readonly file: Uint8Array; readonly path: string | undefined }> {
  if (given.pin === undefined) {
    // Before anything is asked for: a pin that is made here is signed by nobody.
    if (given.officer !== undefined) pathOfSigned(undefined);
    return { file: writePin(await pinFromOptions(invocation, given)), path: undefined };
  }
  const [surplus] = pinOptionsIn(given);
  if (surplus !== undefined) {
    throw new Refusal('USAGE_OPTION', `${surplus} was given, and the pin file says that already.`, {
      next: 'Edit the pin file, or leave it out and give every option.',
    });
  }
  const path = resolve(invocation.surroundings.workingDirectory, given.pin);
  return { file: await readNamedFile(path, MAX_PIN_BYTES), path };
}

function pathOfSigned(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new Refusal('USAGE_OPTION', 'With --officer the pin comes as a file, which the officer signed.', {
    next: 'Name the pin file, with its signature beside it; `countersign guard pin sign` makes one.',
  });
}
