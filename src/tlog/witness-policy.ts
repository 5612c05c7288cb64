/**
 * Witness policies (C2SP tlog-policy): which logs, which witnesses, and how many of them must have seen a checkpoint.
 *
 * Read without any leniency: a line that is skipped or understood differently could ask for fewer witnesses than was
 * meant. One key is one witness, under whatever names (T-02).
 */
import { isRefusal, Refusal } from '../errors.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { baseUrl } from '../tuf/urls.ts';
import { verifyCosignature } from './cosignature.ts';
import { COSIGNATURE, ED25519, type Note, type NoteKey, parseNoteKey, refuseSignature, signaturesOf } from './note.ts';
import { parseDecimal } from './wire.ts';

export interface PolicyLog {
  /** Its name is the log’s origin. */
  readonly key: NoteKey;
  readonly url?: URL;
}

export interface PolicyWitness {
  /** Known in this policy only; on signature lines stands the name of the key. */
  readonly name: string;
  readonly key: NoteKey;
  /** Where it is asked, `add-checkpoint` below it; ends in a slash. */
  readonly url?: URL;
}

/** Has seen a checkpoint when at least `least` of its members have. */
export interface PolicyGroup {
  readonly name: string;
  readonly least: number;
  /** Witnesses, and groups that come before this one. */
  readonly members: readonly string[];
}

export interface WitnessPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** In an order in which members come first. */
  readonly groups: readonly PolicyGroup[];
  /** A witness, a group, or `none`. */
  readonly quorum: string;
}

const NONE = 'none';

/** No witness is known and none is asked for. */
export const NO_WITNESSES: WitnessPolicy = { logs: [], witnesses: [], groups: [], quorum: NONE };

/** Characters of a whole policy; with keys of 80, more than 500 witnesses. */
const LONGEST_POLICY = 100_000;

/** @throws CONFIG_WITNESSES with the number of the line that is not understood */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  const lines = text.split('\n');
  // Cut off in the middle of a word, the last line could name another quorum.
  if (lines.pop() !== '') refuseLine(lines.length + 1, 'does not end in a newline, so the file may be cut off');
  if (text.length > LONGEST_POLICY) refuseLine(lines.length, `lies beyond ${LONGEST_POLICY} characters`);
  const reader = new PolicyReader();
  for (const [index, line] of lines.entries()) reader.read(line, index + 1);
  return reader.finish(lines.length);
}

/** Reads line after line; a name can only be used by lines after the one that defines it, so there are no circles. */
class PolicyReader {
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  readonly #names = new Set<string>();
  /** Names that are members already: a witness contributes in one way only. */
  readonly #placed = new Set<string>();
  #quorum: string | undefined;
  #line = 0;

  read(line: string, number: number): void {
    this.#line = number;
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) this.#refuse('has control characters other than tab');
    const [word, ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
    if (word === undefined || word.startsWith('#')) return;
    if (word === 'log') this.#readLog(items);
    else if (word === 'witness') this.#readWitness(items);
    else if (word === 'group') this.#readGroup(items);
    else if (word === 'quorum') this.#readQuorum(items);
    else this.#refuse(`begins with “${printable(word, 40)}”; log, witness, group and quorum are known`);
  }

  finish(lines: number): WitnessPolicy {
    this.#line = Math.max(1, lines);
    const quorum = this.#quorum ?? this.#refuse('ends the file, and no line names the quorum');
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum };
  }

  #readLog(items: readonly string[]): void {
    const [vkey, address] = items;
    if (vkey === undefined || items.length > 2) return this.#refuse('is not “log VKEY [URL]”');
    this.#logs.push({ key: this.#key(vkey, ED25519), ...this.#url(address) });
  }

  #readWitness(items: readonly string[]): void {
    const [name, vkey, address] = items;
    if (name === undefined || vkey === undefined || items.length > 3) {
      return this.#refuse('is not “witness NAME VKEY [URL]”');
    }
    this.#define(name);
    this.#witnesses.push({ name, key: this.#key(vkey, COSIGNATURE), ...this.#url(address) });
  }

  #readGroup([name, least, ...members]: readonly string[]): void {
    if (name === undefined || least === undefined || members.length === 0) {
      return this.#refuse('is not “group NAME all|any|COUNT MEMBER…”');
    }
    for (const member of members) {
      if (!this.#names.has(member)) this.#refuse(`names “${printable(member, 80)}”, which no line before it defines`);
      if (this.#placed.has(member)) this.#refuse(`places “${printable(member, 80)}” a second time`);
      this.#placed.add(member);
    }
    const count = least === 'all' ? members.length : least === 'any' ? 1 : parseDecimal(least);
    if (count === undefined || count < 1 || count > members.length) {
      return this.#refuse(`asks for “${printable(least, 40)}” of ${members.length}`);
    }
    this.#define(name);
    this.#groups.push({ name, least: count, members });
  }

  #readQuorum(items: readonly string[]): void {
    const [name] = items;
    if (name === undefined || items.length > 1) return this.#refuse('is not “quorum NAME”');
    if (this.#quorum !== undefined) this.#refuse('names a second quorum');
    if (name !== NONE && !this.#names.has(name)) {
      this.#refuse(`names “${printable(name, 80)}”, which no line before it defines`);
    }
    this.#quorum = name;
  }

  #define(name: string): void {
    if (name === NONE) this.#refuse('defines “none”, which means that no witness is asked for');
    if (this.#names.has(name)) this.#refuse(`defines “${printable(name, 80)}” a second time`);
    this.#names.add(name);
  }

  /** A key that is new by its material: named anew it is no second witness, and a log is no witness of itself. */
  #key(vkey: string, type: number): NoteKey {
    const key = this.#parseKey(vkey, type);
    for (const { key: other } of [...this.#logs, ...this.#witnesses]) {
      if (materialOf(key) === materialOf(other))
        this.#refuse(`lists the key of ${printable(other.name, 80)} a second time`);
      // Its lines would be taken for the other’s, and fail.
      if (key.name === other.name && key.keyId === other.keyId) this.#refuse('has the name and id of another key');
    }
    return key;
  }

  #parseKey(vkey: string, type: number): NoteKey {
    try {
      return parseNoteKey(vkey, type);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#refuse(`has no usable key: ${error.what}`);
    }
  }

  #url(address: string | undefined): { readonly url?: URL } {
    if (address === undefined) return {};
    try {
      return { url: baseUrl(new URL(address)) };
    } catch {
      // Not repeated: whoever writes credentials into an address does not want them in a log.
      return this.#refuse('has an address that is not a plain http(s) one');
    }
  }

  #refuse(problem: string): never {
    return refuseLine(this.#line, problem);
  }
}

function materialOf({ publicKey }: NoteKey): string {
  return encodeHex(publicKey);
}

function refuseLine(line: number, problem: string): never {
  const what = `Line ${line} of the witness policy ${problem.replace(/\.$/, '')}.`;
  throw new Refusal('CONFIG_WITNESSES', what, { details: { line } });
}

/** One witness that cosigned; times are its own words, POSIX seconds, signed by it. */
export interface Cosigned {
  readonly witness: PolicyWitness;
  /** Of its cosignatures on this note, the first and the last. */
  readonly earliest: number;
  readonly latest: number;
}

export interface WitnessCount {
  /** Each witness once, however many lines it has. */
  readonly cosigned: readonly Cosigned[];
  readonly missing: readonly PolicyWitness[];
  /** When the first witness saw the checkpoint, by its own clock alone; undefined when none did. */
  readonly earliest?: number;
  /** The last moment for which a whole quorum vouches: fewer witnesses cannot move it ahead. Undefined without a quorum. */
  readonly quorumAt?: number;
  readonly isQuorum: boolean;
}

/**
 * Who of the policy’s witnesses cosigned. That the log signed is another question (`openCheckpoint`).
 * @throws TRUST_LOG_SIGNATURE when a line with the name and id of a known witness fails
 */
export function countWitnesses(policy: WitnessPolicy, note: Note): WitnessCount {
  const counted = new Set<string>();
  const cosigned: Cosigned[] = [];
  for (const witness of policy.witnesses) {
    const times = cosignedAt(witness.key, note);
    // A policy that was not parsed could list one key twice; it is one witness all the same (T-02).
    if (times.length === 0 || counted.has(materialOf(witness.key))) continue;
    counted.add(materialOf(witness.key));
    cosigned.push({ witness, earliest: Math.min(...times), latest: Math.max(...times) });
  }
  const missing = policy.witnesses.filter((one) => !cosigned.some(({ witness }) => witness === one));
  const count = { cosigned, missing, ...quorumOf(policy, cosigned) };
  return cosigned.length === 0 ? count : { ...count, earliest: Math.min(...cosigned.map(({ earliest }) => earliest)) };
}

function cosignedAt(key: NoteKey, note: Note): number[] {
  return signaturesOf(note, key).map(
    (signature) => verifyCosignature(signature, note.body, key) ?? refuseSignature(key, 'does not verify'),
  );
}

/** For a group, the last moment for which enough members vouch; a group without enough of them has none. */
function quorumOf(
  { groups, quorum }: WitnessPolicy,
  cosigned: readonly Cosigned[],
): { isQuorum: boolean; quorumAt?: number } {
  if (quorum === NONE) return { isQuorum: true };
  const vouched = new Map(cosigned.map(({ witness, latest }) => [witness.name, latest]));
  for (const { name, least, members } of groups) {
    const times = members.flatMap((member) => vouched.get(member) ?? []).toSorted((one, other) => other - one);
    const time = times[least - 1];
    if (time !== undefined) vouched.set(name, time);
  }
  const quorumAt = vouched.get(quorum);
  return quorumAt === undefined ? { isQuorum: false } : { isQuorum: true, quorumAt };
}
