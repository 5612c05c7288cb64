/**
 * A root chain, link by link, from the root that was pinned (TUF 1.0.34, “Update the root role”). What was held from
 * earlier is verified again from the anchor on every use, because a cache is not a trust anchor (W-01, CVE-2020-15163):
 * a link that does not follow is passed over, as those are that a newer pin has made superfluous.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT, type RoleName, type Sha256 } from '../../tuf/names.ts';
import { TrustedRoot } from '../../tuf/trusted-set.ts';

/** One root that is trusted, of either dialect, and the way to the next. */
interface Link<Root> {
  readonly root: {
    readonly version: number;
    readonly envelope: { readonly bytes: Uint8Array; readonly fileSha256: Sha256 };
  };
  rotate(bytes: Uint8Array, version: number): Root;
}

/** From the anchor to the newest; never empty. */
export type Chain<Root> = readonly [Root, ...Root[]];
export type RootChain = Chain<TrustedRoot>;

/** Links that this process has verified already, by the digests of both their ends: the same bytes, the same verdict. */
export class RootMemory<Root extends Link<Root> = TrustedRoot> {
  readonly #enrol: (anchor: Uint8Array, limits: Limits) => Root;
  readonly #verified = new Map<string, Root>();

  constructor(enrol: (anchor: Uint8Array, limits: Limits) => Root) {
    this.#enrol = enrol;
  }

  static ofTuf(): RootMemory {
    return new RootMemory((anchor, limits) => TrustedRoot.enrol(anchor, limits));
  }

  enrol(anchor: Uint8Array, limits: Limits): Root {
    return this.#recall(sha256(anchor), () => this.#enrol(anchor, limits));
  }

  rotate(trusted: Root, bytes: Uint8Array): Root {
    const { version, envelope } = trusted.root;
    return this.#recall(`${envelope.fileSha256} ${sha256(bytes)}`, () => trusted.rotate(bytes, version + 1));
  }

  #recall(name: string, verify: () => Root): Root {
    const known = this.#verified.get(name) ?? verify();
    // A process that lives for years meets many links; those of one chain are soon there again.
    if (this.#verified.size > LONGEST_CHAIN) this.#verified.clear();
    this.#verified.set(name, known);
    return known;
  }
}

export interface ChainRules<Root extends Link<Root> = TrustedRoot> {
  readonly limits: Limits;
  readonly memory: RootMemory<Root>;
  /** Told of each file that came from elsewhere, the moment it is verified. */
  readonly accepted?: (role: RoleName, bytes: Uint8Array) => void | Promise<void>;
}

/**
 * @param held later roots that were accepted before, in order
 * @param next the root of that version; undefined when there is certainly none
 * @throws TRUST_ROOT_CHAIN, TRUST_SIGNATURES, … for a root that does not follow; SOURCE_* from `next`
 */
export async function followRoots<Root extends Link<Root>>(
  anchor: Uint8Array,
  held: Iterable<Uint8Array>,
  next: (version: number) => Promise<Uint8Array | undefined>,
  { limits, memory, accepted }: ChainRules<Root>,
): Promise<Chain<Root>> {
  let trusted = memory.enrol(anchor, limits);
  const chain: [Root, ...Root[]] = [trusted];
  for (const bytes of held) {
    const link = followsOrNot(trusted, bytes, memory);
    if (link) chain.push((trusted = link));
  }
  for (let steps = 0; ; steps++) {
    const bytes = await next(trusted.root.version + 1);
    if (!bytes) return chain;
    if (steps >= limits.rootRotations) {
      throw new Refusal('TRUST_LIMIT', `There are more than ${limits.rootRotations} new root versions at once.`, {
        details: { role: ROOT, limit: 'rootRotations' },
      });
    }
    chain.push((trusted = memory.rotate(trusted, bytes)));
    refuseEndless(chain);
    await accepted?.(ROOT, bytes);
  }
}

/** Longest chain and most bytes that are followed from one pin: whoever holds a root key could add to it for ever. */
const LONGEST_CHAIN = 4096;
const MOST_CHAIN_BYTES = 64_000_000;

function refuseEndless<Root extends Link<Root>>(chain: readonly Root[]): void {
  const bytes = chain.reduce((sum, { root }) => sum + root.envelope.bytes.length, 0);
  if (chain.length <= LONGEST_CHAIN && bytes <= MOST_CHAIN_BYTES) return;
  throw new Refusal('TRUST_LIMIT', `The root chain has ${chain.length} versions and ${bytes} bytes.`, {
    details: { role: ROOT, limit: 'rootRotations' },
    next: 'A chain does not grow so long by itself: tell security; a pin with a newer root begins a new one.',
  });
}

function followsOrNot<Root extends Link<Root>>(
  trusted: Root,
  bytes: Uint8Array,
  memory: RootMemory<Root>,
): Root | undefined {
  try {
    return memory.rotate(trusted, bytes);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

export function newestOf<Root>(chain: Chain<Root>): Root {
  return chain.at(-1) ?? chain[0];
}
