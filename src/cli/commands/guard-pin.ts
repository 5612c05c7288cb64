/** `countersign guard pin`: the pin in words, and the way to another one that forgets nothing without its officer’s word. */
import { resolve } from 'node:path';
import { openMemory } from '../../client/memory.ts';
import type { SshPublicKey } from '../../client/pin/officer.ts';
import { readPin } from '../../client/pin/pin-file.ts';
import type { Pin } from '../../client/pin/pin.ts';
import { Refusal, isRefusal } from '../../errors.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { sha256 } from '../../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { type GuardEnrolment, GuardEnrolments, MAX_PIN_BYTES, type ReplaceableEnrolment } from '../guard-enrolments.ts';
import type { OfficerRecord } from '../guard-officer.ts';
import {
  type GraceEnds,
  differences,
  graceEnds,
  marksResetWords,
  pinDocument,
  pinStatements,
  statementLines,
} from '../guard-pin-words.ts';
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
import { guardPinSignCommand } from './guard-pin-sign.ts';

interface Given extends TrustGiven {
  readonly name?: string;
}

const showCommand = defineCommand<Given>({
  name: 'show',
  summary: 'say in words what a guard believes and what it permits',
  options: [nameOption()],
  examples: ['countersign guard pin show'],
  changesSomething: false,
  async perform(invocation, { name }) {
    const enrolment = await (await GuardEnrolments.of(invocation)).one(name);
    const ends = await endsOf(enrolment);
    return {
      lines: [
        `The guard ${enrolment.name}`,
        ...statementLines(pinStatements(enrolment.pin, ends, enrolment.officer?.key)),
      ],
      document: { name: enrolment.name, ...pinDocument(enrolment.pin, ends, enrolment.officer?.key) },
    };
  },
});

const setCommand = defineCommand<Given & OfficerGiven & { readonly pin: string }>({
  name: 'set',
  summary: 'replace the pin, and keep what the guard has seen',
  details:
    'The marks stay: a new pin makes nothing forgotten, but for marks_reset in a pin that the officer signed. Roots that ' +
    'the guard does not believe yet are confirmed as “guard init” does it. Where the guard has an officer, the officer ' +
    'must have signed the pin (PIN.sig beside it). Says what changes.',
  arguments: [['<pin>', 'the new pin file']],
  options: [
    ...trustOptions(),
    officerOption(
      'from now on, the public key of whoever must have signed the pins of this guard; only where there is none',
    ),
    nameOption(),
  ],
  examples: ['countersign guard pin set pin.json --pin-sha256 HEX'],
  changesSomething: true,
  async perform(invocation, given) {
    const enrolments = await GuardEnrolments.of(invocation);
    const enrolment = await enrolments.toReplace(given.name);
    const { name, pin: before } = enrolment;
    const path = resolve(invocation.surroundings.workingDirectory, given.pin);
    const file = await readNamedFile(path, MAX_PIN_BYTES);
    const key = await officerOf(invocation, enrolment, given);
    const signed = key && (await readSignedPinFile(path, file, key));
    const pin = signed ? signed.pin : readPin(file);
    if (before) requireSameRepository(name, before, pin);
    // Whose guard it is says the memory then. @throws STATE_CACHE
    else await openMemory(enrolment.store, pin, DEFAULT_LIMITS);
    requireSensiblePin(pin);
    const ends = await endsOf({ ...enrolment, pin });
    const now = pinStatements(pin, ends, key);
    const was = before
      ? pinStatements(before, await endsOf({ ...enrolment, pin: before }), enrolment.officer?.key)
      : [];
    const changes = differences(was, now);
    if (!before) invocation.remark('The pin in force is not one that the officer signed: find out who put it there.');
    for (const { member, before: old = 'nothing', after = 'nothing' } of changes) {
      invocation.remark(`${member}:`);
      for (const line of old.split('\n')) invocation.remark(`  - ${line}`);
      for (const line of after.split('\n')) invocation.remark(`  + ${line}`);
    }
    await confirmPin(invocation, { pin, file, ...(before && { known: before }) }, given);
    if (!key) await remarkUnchecked(invocation, path);
    let haveFallen = false;
    if (!invocation.isRehearsal) {
      const next = key && signed && nextRecord(enrolment.officer, key, signed.signature);
      const officer = await enrolments.replacePin(name, file, next);
      if (officer && pin.marksReset) {
        haveFallen = await enrolments.dropMarks(name, officer, { ...pin, sha256: sha256(file) });
      }
    }
    const verb = invocation.isRehearsal ? 'Would replace' : 'Replaced';
    const same = changes.length === 0 ? ' It says the same as before.' : '';
    return {
      lines: [`${verb} the pin of ${name}.${same} ${marksLine(pin, haveFallen, invocation.isRehearsal)}`],
      document: {
        name,
        changes,
        ...pinDocument(pin, ends, key),
        marks_fell: haveFallen,
        dryRun: invocation.isRehearsal,
      },
    };
  },
});

export const guardPinCommands: CommandGroup = {
  name: 'pin',
  summary: 'show, replace and sign what a guard believes',
  examples: ['countersign guard pin show'],
  commands: [showCommand, setCommand, guardPinSignCommand],
};

/** Whose signature is needed: the officer’s of the enrolment, or of somebody who becomes it now. @throws USAGE_OPTION */
async function officerOf(
  invocation: Invocation,
  { name, officer }: ReplaceableEnrolment,
  given: OfficerGiven,
): Promise<SshPublicKey | undefined> {
  const key = given.officer === undefined ? undefined : await readOfficerFile(invocation, given.officer);
  if (!officer || !key || key.line === officer.key.line) return officer?.key ?? key;
  // Whoever can run this command would otherwise be the officer a moment later.
  throw new Refusal('USAGE_OPTION', `The officer of ${name} is ${officer.key.fingerprint}, and is not replaced.`, {
    details: { officer: officer.key.fingerprint, given: key.fingerprint },
    next: 'Enrol the guard anew under another name with the other officer (guard init --name), and a pin with a recent floor.',
  });
}

/** With the signatures of before, one of which the pin in force has: more than a few are left by no interruption. */
const MOST_SIGNATURES = 4;

function nextRecord(before: OfficerRecord | undefined, key: SshPublicKey, signature: string): OfficerRecord {
  const others = before?.signatures.filter((other) => other !== signature) ?? [];
  return { key, signatures: [signature, ...others].slice(0, MOST_SIGNATURES), resets: before?.resets ?? [] };
}

function marksLine({ marksReset }: Pin, haveFallen: boolean, isRehearsal: boolean): string {
  if (!marksReset) return 'The marks and everything held stay.';
  if (isRehearsal) return `Unless this pin had them fall before, the marks would fall ${marksResetWords(marksReset)}.`;
  return haveFallen
    ? `The marks have fallen ${marksResetWords(marksReset)}.`
    : 'The marks stay: this pin had them fall before.';
}

/** What is held belongs to a repository; another one’s pin would find a memory that is not its own. */
function requireSameRepository(name: string, before: Pin, pin: Pin): void {
  const [enrolled, pinned] = [before, pin].map(
    ({ repository, collection }) => `${collection ? 'the collection' : 'the TUF repository'} ${repository}`,
  );
  if (enrolled === pinned) return;
  throw new Refusal('TRUST_WRONG_REPOSITORY', `The guard ${name} is for ${enrolled}, and this pin is for ${pinned}.`, {
    details: { enrolled: before.repository, pinned: pin.repository },
    next: 'Enrol another guard for it: countersign guard init PIN --name NAME.',
  });
}

/** A memory that cannot be read is told by whoever uses it; a pin is shown, and replaced, all the same. */
async function endsOf({ pin, store }: Pick<GuardEnrolment, 'pin' | 'store'>): Promise<GraceEnds> {
  try {
    return await graceEnds(pin, await openMemory(store, pin, DEFAULT_LIMITS));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return new Map();
  }
}
