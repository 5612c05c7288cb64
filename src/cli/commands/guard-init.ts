/**
 * `countersign guard init`: the one moment in which a guard believes something without a signature. Nothing is fetched:
 * what is believed comes from files, and is confirmed by a digest or by a person.
 */
import { resolve } from 'node:path';
import { readPin } from '../../client/pin/pin-file.ts';
import { writePin } from '../../client/pin/pin-write.ts';
import { Refusal } from '../../errors.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import { GuardEnrolments, MAX_PIN_BYTES, alreadyEnrolled, enrolmentName } from '../guard-enrolments.ts';
import { type PinGiven, pinFromOptions, pinOptions, pinOptionsIn } from '../guard-pin-options.ts';
import { pinDocument, pinStatements, statementLines } from '../guard-pin-words.ts';
import { nameOption } from '../guard-target.ts';
import { type TrustGiven, confirmPin, requireSensiblePin, trustOptions } from '../guard-trust.ts';
import type { Invocation } from '../invocation.ts';

interface Given extends PinGiven, TrustGiven {
  readonly pin?: string;
  readonly name?: string;
}

export const guardInitCommand = defineCommand<Given>({
  name: 'init',
  summary: 'enrol a guard with a pin: what it is willing to believe about one upstream',
  details:
    'Nothing is fetched, and there is no first-use trust. Obtain the SHA-256 of both roots over another channel and give ' +
    'them; without them they are shown and must be confirmed at a terminal. A pin file has everything in it; without ' +
    'one, the options say it.',
  arguments: [['[pin]', 'a pin file, from whoever answers for it']],
  options: [...pinOptions(), ...trustOptions(), nameOption()],
  examples: [
    'countersign guard init pin.json --pin-sha256 HEX',
    'countersign guard init --mirror https://mirror.example --repository sigstore --root 1.root.json --upstream-root root.json',
    'countersign guard init --copy /media/courier/sigstore --repository sigstore --upstream-root root.json --grace timestamp=P30D',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const file = await pinBytes(invocation, given);
    const pin = readPin(file);
    const name = enrolmentName(given.name ?? pin.repository);
    const enrolments = await GuardEnrolments.of(invocation);
    if (await enrolments.has(name)) throw alreadyEnrolled(name);
    requireSensiblePin(pin);
    await confirmPin(invocation, { pin, file }, given);
    if (!invocation.isRehearsal) await enrolments.create(name, file);
    const more = name === pin.repository ? '' : ` --name ${name}`;
    return {
      lines: [
        `${invocation.isRehearsal ? 'Would enrol' : 'Enrolled'} the guard ${name}. Nothing was fetched.`,
        ...statementLines(pinStatements(pin, new Map())),
        `Next: countersign guard refresh${more}`,
      ],
      document: {
        name,
        file: enrolments.pinPath(name),
        ...pinDocument(pin, new Map()),
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

async function pinBytes(invocation: Invocation, given: Given): Promise<Uint8Array> {
  if (given.pin === undefined) return writePin(await pinFromOptions(invocation, given));
  const [surplus] = pinOptionsIn(given);
  if (surplus !== undefined) {
    throw new Refusal('USAGE_OPTION', `${surplus} was given, and the pin file says that already.`, {
      next: 'Edit the pin file, or leave it out and give every option.',
    });
  }
  return readNamedFile(resolve(invocation.surroundings.workingDirectory, given.pin), MAX_PIN_BYTES);
}
