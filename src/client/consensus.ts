/**
 * Several repositories that must agree (TAP 4): the first mapping that matches a target’s path says which are asked, in
 * which order, and how many must name the same length and hashes. Each answers through a guard of its own, under its own
 * pin: strict repositories stand beside lenient ones.
 *
 * A mapping that finds too little leaves a target to the next, unless it is terminating. One whose repository could not
 * be asked, or was refused, does not: whoever can silence the first repository would otherwise choose the second (D-03).
 */
import { Refusal, isRefusal } from '../errors.ts';
import { matchesPattern } from '../tuf/glob.ts';
import { printable } from '../tuf/names.ts';
import { type Asked, type Finding, type Guard, judgedContent } from './guard.ts';
import type { RepositoryMap } from './pin/map.ts';
import { type Round, type Voice, agreementIn, sharedVerdict } from './answer/shared-verdict.ts';
import { checked, drained } from './resolve/target-check.ts';
import type { Verdict } from './answer/verdict.ts';

export interface SharedFinding {
  /** Of the first repository that agreed, with the agreement among what is established. */
  readonly verdict: Verdict;
  readonly rounds: readonly Round[];
}

export interface ConsensusOptions {
  readonly map: RepositoryMap;
  /** By the name of the enrolment. */
  readonly guards: ReadonlyMap<string, Guard>;
}

interface Settled extends SharedFinding {
  /** Those that agreed, in their order; empty when they were too few. */
  readonly agreeing: readonly { readonly guard: Guard; readonly finding: Finding }[];
}

export class Consensus {
  readonly #map: RepositoryMap;
  readonly #guards: ReadonlyMap<string, Guard>;

  /** @throws CONFIG_MAP for a repository without an enrolment, or one that is enrolled at another address */
  constructor({ map, guards }: ConsensusOptions) {
    this.#map = map;
    this.#guards = new Map([...map.repositories.keys()].map((name) => [name, enrolled(name, map, guards)]));
  }

  /**
   * Who answers, as far as the map asks them.
   * @throws Refusal when no repository could say anything at all
   */
  async find(name: string, asked: Asked = {}): Promise<SharedFinding> {
    const { verdict, rounds } = await this.#settle(name, asked);
    return { verdict, rounds };
  }

  /** As `Guard.get`; the bytes may come from any repository that agreed. */
  async get(
    name: string,
    asked: Asked & { readonly maxBytes?: number } = {},
  ): Promise<{ verdict: Verdict; bytes: Uint8Array }> {
    const { maxBytes } = asked;
    return this.#fromAgreeing(name, asked, async (guard, agreeing, verdict) => {
      const { bytes } = await guard.get(name, maxBytes === undefined ? asked : { ...asked, maxBytes });
      await drained(everySigned(bytes, agreeing));
      return { verdict, bytes };
    });
  }

  /** As `Guard.open`. */
  async open(name: string, asked: Asked = {}): Promise<{ verdict: Verdict; content: AsyncIterable<Uint8Array> }> {
    return this.#fromAgreeing(name, asked, async (guard, agreeing, verdict) => {
      const { content } = await guard.open(name, asked);
      return { verdict, content: everySigned(content, agreeing) };
    });
  }

  /** As `Guard.verify`. */
  async verify(name: string, content: Uint8Array | AsyncIterable<Uint8Array>, asked: Asked = {}): Promise<Verdict> {
    const { verdict, agreeing } = await this.#settle(name, asked);
    const [first] = agreeing;
    // What all of them signed is checked in one reading: two that agree in one hash may each list another.
    return first ? judgedContent({ ...first.finding, verdict }, everySigned(content, agreeing)) : verdict;
  }

  async #fromAgreeing<Result>(
    name: string,
    asked: Asked,
    deliver: (guard: Guard, agreeing: Settled['agreeing'], verdict: Verdict) => Promise<Result>,
  ): Promise<Result> {
    const { verdict, agreeing, rounds } = await this.#settle(name, asked);
    if (agreeing.length === 0) throw refusalOf(verdict, rounds);
    let first: unknown;
    for (const { guard } of agreeing) {
      try {
        return await deliver(guard, agreeing, verdict);
      } catch (error) {
        // One of them has lost or altered the file; the others vouched for the same bytes.
        if (!isRefusal(error)) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  async #settle(name: string, asked: Asked): Promise<Settled> {
    const rounds: Round[] = [];
    for (const mapping of this.#map.mapping) {
      if (!mapping.paths.some((pattern) => matchesPattern(pattern, name))) continue;
      const round = await this.#ask(mapping, name, asked);
      rounds.push(round);
      if (round.agreed.length > 0 || mapping.terminating || round.voices.some(isSilenced)) break;
    }
    return this.#verdictOn(name, rounds);
  }

  /** In the map’s order, until enough agree. */
  async #ask(mapping: Round['mapping'], name: string, asked: Asked): Promise<Round> {
    const voices: Voice[] = [];
    for (const repository of mapping.repositories) {
      voices.push(await this.#hear(repository, name, asked));
      const agreed = agreementIn(voices, mapping.threshold);
      if (agreed.length > 0) return { mapping, voices, agreed };
    }
    return { mapping, voices, agreed: [] };
  }

  async #hear(repository: string, name: string, asked: Asked): Promise<Voice> {
    try {
      return { repository, finding: await this.#guard(repository).find(name, asked), refusal: undefined };
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      return { repository, finding: undefined, refusal };
    }
  }

  #guard(repository: string): Guard {
    const guard = this.#guards.get(repository);
    if (!guard) throw new TypeError(`the map was read with the repository ${repository}`);
    return guard;
  }

  #verdictOn(name: string, rounds: readonly Round[]): Settled {
    const last = rounds.at(-1);
    const voices = last?.voices ?? [];
    const agreeing = voices.flatMap(({ repository, finding }) =>
      finding && last?.agreed.includes(repository) === true ? [{ guard: this.#guard(repository), finding }] : [],
    );
    if (agreeing.length > 0 && last) return { verdict: sharedVerdict(last), rounds, agreeing };
    const heard = rounds.flatMap((round) => round.voices).findLast(({ finding }) => finding)?.finding?.verdict;
    if (!heard) throw voices.find(({ refusal }) => refusal)?.refusal ?? unmapped(name);
    const unfound = { sha256: undefined, length: undefined, authoredBy: undefined, established: [] };
    return { verdict: { ...heard, ...unfound, ok: false, code: codeOf(voices) }, rounds, agreeing: [] };
  }
}

/** Said nothing, or was refused on the way: not the same as “not found”. */
function isSilenced({ finding, refusal }: Voice): boolean {
  return refusal !== undefined || (finding !== undefined && 'refusal' in finding.search.outcome);
}

function codeOf(voices: readonly Voice[]): Verdict['code'] {
  const silenced = voices.find(isSilenced);
  if (silenced) return silenced.refusal?.code ?? silenced.finding?.verdict.code ?? 'TRUST_DISAGREEMENT';
  const isFound = voices.some(({ finding }) => finding?.verdict.ok === true);
  return isFound ? 'TRUST_DISAGREEMENT' : 'TRUST_UNLISTED_TARGET';
}

function refusalOf({ code, target }: Verdict, rounds: readonly Round[]): Refusal {
  const voices = rounds.at(-1)?.voices ?? [];
  const said = voices.map(({ repository, finding, refusal }) => {
    const word = refusal?.code ?? (finding?.verdict.ok === true ? 'found' : finding?.verdict.code);
    return `${printable(repository, 60)}: ${String(word)}`;
  });
  const silenced = voices.find(isSilenced);
  const cause = silenced?.refusal;
  return new Refusal(
    code === 'OK' ? 'TRUST_DISAGREEMENT' : code,
    `The repositories do not answer for ${printable(target)} together (${said.join('; ')}).`,
    { details: { target: printable(target), said }, cause },
  );
}

/**
 * The bytes as they come, held against the entry of every repository that agreed: between the search and the download one
 * of them may have gone on to another version. @throws TRUST_TARGET
 */
function everySigned(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  agreeing: Settled['agreeing'],
): AsyncIterable<Uint8Array> {
  let held = content instanceof Uint8Array ? once(content) : content;
  for (const { finding } of agreeing) {
    const { name, outcome } = finding.search;
    if (outcome.kind === 'found') held = checked(held, name, outcome.target);
  }
  return held;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function enrolled(name: string, { repositories }: RepositoryMap, guards: ReadonlyMap<string, Guard>): Guard {
  const mapped = repositories.get(name);
  const guard = mapped && guards.get(mapped.enrolment);
  if (!guard) {
    throw new Refusal(
      'CONFIG_MAP',
      `The map names ${printable(name)}, and no guard is enrolled as ${printable(mapped?.enrolment ?? name)}.`,
    );
  }
  const { base } = guard.pin.location;
  if (mapped.addresses?.some(({ href }) => href === base.href) === false) {
    throw new Refusal('CONFIG_MAP', `The map has other addresses for ${printable(name)} than its pin.`);
  }
  return guard;
}

function unmapped(name: string): Refusal {
  return new Refusal('TRUST_UNLISTED_TARGET', `No mapping has a pattern for ${printable(name)}.`, {
    next: 'Add a mapping for it, or ask one repository by name.',
  });
}
