/** `countersign guard pin`: the pin in words, and the way to another one that forgets nothing. */
import { resolve } from 'node:path';
import { openMemory } from '../../client/memory.ts';
import { readPin } from '../../client/pin/pin-file.ts';
import { Refusal, isRefusal } from '../../errors.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { type GuardEnrolment, GuardEnrolments, MAX_PIN_BYTES } from '../guard-enrolments.ts';
import {
  type GraceEnds,
  differences,
  graceEnds,
  pinDocument,
  pinStatements,
  statementLines,
} from '../guard-pin-words.ts';
import { nameOption } from '../guard-target.ts';
import { type TrustGiven, confirmPin, requireSensiblePin, trustOptions } from '../guard-trust.ts';

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
      lines: [`The guard ${enrolment.name}`, ...statementLines(pinStatements(enrolment.pin, ends))],
      document: { name: enrolment.name, ...pinDocument(enrolment.pin, ends) },
    };
  },
});

const setCommand = defineCommand<Given & { readonly pin: string }>({
  name: 'set',
  summary: 'replace the pin, and keep what the guard has seen',
  details:
    'The marks stay: a new pin makes nothing forgotten. Roots that the guard does not believe yet are confirmed as ' +
    '“guard init” does it. Says what changes.',
  arguments: [['<pin>', 'the new pin file']],
  options: [...trustOptions(), nameOption()],
  examples: ['countersign guard pin set pin.json --pin-sha256 HEX'],
  changesSomething: true,
  async perform(invocation, given) {
    const enrolments = await GuardEnrolments.of(invocation);
    const enrolment = await enrolments.one(given.name);
    const path = resolve(invocation.surroundings.workingDirectory, given.pin);
    const file = await readNamedFile(path, MAX_PIN_BYTES);
    const pin = readPin(file);
    requireSameRepository(enrolment, pin.repository);
    requireSensiblePin(pin);
    const ends = await endsOf({ ...enrolment, pin });
    const before = pinStatements(enrolment.pin, await endsOf(enrolment));
    const changes = differences(before, pinStatements(pin, ends));
    for (const { member, before: old = 'nothing', after: now = 'nothing' } of changes) {
      invocation.remark(`${member}:`);
      for (const line of old.split('\n')) invocation.remark(`  - ${line}`);
      for (const line of now.split('\n')) invocation.remark(`  + ${line}`);
    }
    await confirmPin(invocation, { pin, file, known: enrolment.pin }, given);
    if (!invocation.isRehearsal) await enrolments.replacePin(enrolment.name, file);
    const verb = invocation.isRehearsal ? 'Would replace' : 'Replaced';
    const what = changes.length === 0 ? 'It says the same as before.' : 'The marks and everything held stay.';
    return {
      lines: [`${verb} the pin of ${enrolment.name}. ${what}`],
      document: { name: enrolment.name, changes, ...pinDocument(pin, ends), dryRun: invocation.isRehearsal },
    };
  },
});

export const guardPinCommands: CommandGroup = {
  name: 'pin',
  summary: 'show and replace what a guard believes',
  examples: ['countersign guard pin show'],
  commands: [showCommand, setCommand],
};

/** What is held belongs to a repository; another one’s pin would find a memory that is not its own. */
function requireSameRepository({ name, pin: { repository } }: GuardEnrolment, other: string): void {
  if (repository === other) return;
  throw new Refusal('TRUST_WRONG_REPOSITORY', `The guard ${name} is for ${repository}, and this pin is for ${other}.`, {
    details: { enrolled: repository, pinned: other },
    next: 'Enrol another guard for it: countersign guard init PIN --name NAME.',
  });
}

/** A memory that cannot be read is told by whoever uses it; a pin is shown, and replaced, all the same. */
async function endsOf({ pin, store }: GuardEnrolment): Promise<GraceEnds> {
  try {
    return await graceEnds(pin, await openMemory(store, pin, DEFAULT_LIMITS));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return new Map();
  }
}
