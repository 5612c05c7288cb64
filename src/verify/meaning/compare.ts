/**
 * What a target file says now and did not say before. Files are recognised by content; a name makes only a promise, and
 * where a file does not keep it, or cannot be read, that is said. Whatever the bytes are, this ends and throws nothing.
 */
import { isRefusal } from '../../errors.ts';
import { type Json, parseJson } from '../../tuf/json.ts';
import { type ContentReader, type Fact, type Meaning, type Saying, VALID_UNTIL } from './fact.ts';
import { keyListReader } from './key-list.ts';
import { pemReader } from './pem.ts';
import { signingConfigReader } from './signing-config.ts';
import { trustedRootReader } from './trusted-root.ts';

/** Further kinds of files are added here. */
const READERS: readonly ContentReader[] = [trustedRootReader, signingConfigReader, keyListReader, pemReader];

/** A target file on one side. */
export interface Held {
  readonly isListed: boolean;
  /** Undefined when it is not held, or too large to look into. */
  readonly bytes: Uint8Array | undefined;
}

/** Lines about one file whose bytes differ, without its name; none for a file of no known kind. */
export function compareMeaning(name: string, before: Held, after: Held): string[] {
  const [old, now] = [readMeaning(before.bytes), readMeaning(after.bytes)];
  if (!now) return [...lost(name, old, after), ...(old && !after.isListed ? compareFacts(old.facts, []) : [])];
  if (old?.kind === now.kind) {
    const about = compareSayings('the file', old.about, now.about);
    const lines = [...about, ...compareFacts(old.facts, now.facts)];
    return lines.length > 0 ? lines : [`is ${now.kind} that says the same as before in other words`];
  }
  const earlier = !before.isListed
    ? ''
    : old
      ? ` (before it was ${old.kind})`
      : before.bytes
        ? ' (before it was something else)'
        : ' (what it said before is not held here)';
  return [`is ${now.kind}${earlier}${sayings(now.about)}`, ...compareFacts([], now.facts)];
}

/** The file is not, or no longer, of the kind that is expected. */
function lost(name: string, old: Meaning | undefined, { isListed, bytes }: Held): string[] {
  if (!isListed) return old ? [`was ${old.kind}`] : [];
  const expected = old?.kind ?? READERS.find((reader) => reader.isNamedLike(name))?.kind;
  if (expected === undefined) return [];
  if (!bytes)
    return [
      `${old ? 'was' : 'named like'} ${expected}, and its content is not looked into: it is not held here, or too large`,
    ];
  const problem = readJson(bytes) === undefined ? ': it is not JSON that all readers understand alike' : '';
  return [`${old ? `was ${expected} and is none now` : `named like ${expected} and is none`}${problem}`];
}

export function readMeaning(bytes: Uint8Array | undefined): Meaning | undefined {
  if (!bytes) return undefined;
  const json = readJson(bytes);
  for (const reader of READERS) {
    const reading = reader.read({ bytes, json });
    if (reading) return { kind: reader.kind, about: reading.about, facts: distinguished(reading.facts) };
  }
  return undefined;
}

/** Strict, like metadata: a file that two readers understand differently has no one meaning. */
function readJson(bytes: Uint8Array): Json | undefined {
  // Most targets are no JSON at all, and need no reader to say so.
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  if (first !== 0x7b) return undefined;
  try {
    return parseJson(bytes, 'target', 32);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Things that a file names twice are told apart by their order. */
function distinguished(facts: readonly Fact[]): Fact[] {
  const seen = new Map<string, number>();
  return facts.map((fact) => {
    const count = (seen.get(fact.identity) ?? 0) + 1;
    seen.set(fact.identity, count);
    return { ...fact, identity: `${fact.identity} #${count}` };
  });
}

function compareFacts(before: readonly Fact[], after: readonly Fact[]): string[] {
  const [old, now] = [byIdentity(before), byIdentity(after)];
  const lines = after.flatMap((fact) => {
    const earlier = old.get(fact.identity);
    return earlier
      ? compareSayings(fact.subject, earlier.says, fact.says)
      : [`${fact.subject} comes${sayings(fact.says)}`];
  });
  const gone = before
    .filter(({ identity }) => !now.has(identity))
    .map((fact) => `${fact.subject} goes${sayings(fact.says)}`);
  const [kept, keptNow] = [
    before.filter(({ identity }) => now.has(identity)),
    after.filter(({ identity }) => old.has(identity)),
  ];
  const isReordered = kept.some(({ identity }, at) => identity !== keptNow[at]?.identity);
  return [...lines, ...gone, ...(isReordered ? ['it lists the same things in another order'] : [])];
}

function compareSayings(subject: string, before: readonly Saying[], after: readonly Saying[]): string[] {
  const [old, now] = [new Map(before), new Map(after)];
  return [...new Set([...now.keys(), ...old.keys()])]
    .filter((what) => old.get(what) !== now.get(what))
    .map((what) => {
      const change = `${what} ${old.get(what) ?? 'none'} -> ${now.get(what) ?? 'none'}`;
      // The one change that ends trust in a thing without its going away.
      if (what === VALID_UNTIL && !old.has(what)) return `${subject} ends: ${change}`;
      return `${subject}: ${change}`;
    });
}

function sayings(says: readonly Saying[]): string {
  return says.length === 0 ? '' : `: ${says.map((saying) => saying.join(' ')).join(', ')}`;
}

function byIdentity(facts: readonly Fact[]): Map<string, Fact> {
  return new Map(facts.map((fact) => [fact.identity, fact]));
}
