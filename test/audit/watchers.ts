/** Witnesses that are asked within this process: they see every checkpoint, by clocks of their own. */
import type { Cosigned, Witnesses } from '../../src/ledger/release.ts';
import { signCosignature } from '../../src/tlog/cosignature.ts';
import { COSIGNATURE, noteKey, openNote } from '../../src/tlog/note.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';
import { sha256 } from '../../src/tuf/digest.ts';

export interface Watchers {
  /** C2SP tlog-policy; all of them are asked for. */
  readonly policy: string;
  readonly witnesses: Witnesses;
  /** Seconds after the mirror’s clock; a name that is not there does not answer. */
  readonly late: Map<string, number>;
}

/** @param now the mirror’s clock */
export function watchers(now: () => Date, ...names: readonly string[]): Watchers {
  const late = new Map(names.map((name, place) => [name, 5 + place]));
  const seedOf = (name: string): Uint8Array => Buffer.from(sha256(Buffer.from(`witness ${name}`)), 'hex');
  const lines = names.map(
    (name) => `witness ${name} ${noteKey(`${name}.example`, COSIGNATURE, publicKeyOf(seedOf(name))).text}\n`,
  );
  const cosign = (note: string, name: string): string => {
    const time = Math.floor(now().getTime() / 1000) + (late.get(name) ?? 0);
    const seed = seedOf(name);
    return signCosignature(
      openNote(note).body,
      time,
      `${name}.example`,
      (bytes) => signEd25519(seed, bytes),
      publicKeyOf(seed),
    );
  };
  return {
    policy: `${lines.join('')}group everybody all ${names.join(' ')}\nquorum everybody\n`,
    late,
    witnesses: {
      haveAnswered: () => true,
      cosign({ note }): Promise<Cosigned> {
        const there = names.filter((name) => late.has(name));
        const missing = names.filter((name) => !late.has(name)).map((name) => ({ name, why: 'asleep' }));
        return Promise.resolve({
          lines: there.map((name) => cosign(note, name)),
          isQuorum: missing.length === 0,
          missing,
        });
      },
    },
  };
}
