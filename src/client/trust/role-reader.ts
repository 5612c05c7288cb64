/**
 * Authored roles, one delegator edge at a time. A role’s file is read once per operation and judged anew for every edge
 * that reaches it: being good for one delegator says nothing about another (D-01), and a server that answered each edge
 * differently would have its best answer believed. What is held is tried first; it spares a download and nothing else.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import type { Listing } from '../../tuf/metadata.ts';
import { type RoleName, printable } from '../../tuf/names.ts';
import type { RoleKeys } from '../../tuf/signatures.ts';
import type { AuthoredRole } from '../../tuf/trusted-set.ts';

/** What a role must be, under the pin and the snapshots of this operation. */
export interface RoleJudge {
  /** Where every search starts. */
  readonly start: { readonly role: RoleName; readonly keys: RoleKeys };
  /** @throws TRUST_ROLE_WITHHELD, POLICY_ROLE_EXCLUDED, TRUST_MIX_AND_MATCH, TRUST_ROLE_UNLISTED */
  listing(role: RoleName, delegator: RoleName | undefined): Listing;
  /** @throws TRUST_* when the bytes are not that role’s, for this delegator */
  verify(role: RoleName, keys: RoleKeys, bytes: Uint8Array, delegator: RoleName | undefined): AuthoredRole;
  /** Told of each role that is good, whatever its file came from. @throws TRUST_EQUIVOCATION */
  accept?(role: AuthoredRole): void;
}

export interface RoleFiles {
  held(role: RoleName): Promise<Uint8Array | undefined>;
  /** Absent when nothing may be asked of the network. */
  readonly fetch: ((role: RoleName, listing: Listing) => Promise<Uint8Array>) | undefined;
  /** Told of each file that came from elsewhere, once it is good. */
  accepted?(role: RoleName, bytes: Uint8Array): void | Promise<void>;
}

/** One delegation: who delegates, to whom, under which keys. */
export interface Edge {
  readonly delegator: RoleName | undefined;
  readonly name: RoleName;
  readonly keys: RoleKeys;
}

export class RoleReader {
  readonly #judge: RoleJudge;
  readonly #files: RoleFiles;
  readonly #fetched = new Map<RoleName, Uint8Array>();
  readonly #read = new Map<RoleName, AuthoredRole>();

  constructor(judge: RoleJudge, files: RoleFiles) {
    this.#judge = judge;
    this.#files = files;
  }

  /** The role that every search starts from. */
  start(): Promise<AuthoredRole> {
    return this.read({ delegator: undefined, name: this.#judge.start.role, keys: this.#judge.start.keys });
  }

  /** Every role that was read in this operation. */
  get roles(): ReadonlyMap<RoleName, AuthoredRole> {
    return this.#read;
  }

  /** @throws whatever makes this role unusable for this edge; the search ends with that (D-03) */
  async read(edge: Edge): Promise<AuthoredRole> {
    const listing = this.#judge.listing(edge.name, edge.delegator);
    const role = await this.#good(edge, listing);
    this.#judge.accept?.(role);
    this.#read.set(edge.name, role);
    return role;
  }

  async #good(edge: Edge, listing: Listing): Promise<AuthoredRole> {
    const fetched = this.#fetched.get(edge.name);
    if (fetched) return this.#verify(edge, fetched);
    const held = await this.#files.held(edge.name);
    const known = held && this.#attempt(edge, held);
    if (known && !(known instanceof Refusal)) return known;
    if (!this.#files.fetch) throw known ?? notAtHand(edge.name);
    const bytes = await this.#files.fetch(edge.name, listing);
    this.#fetched.set(edge.name, bytes);
    const role = this.#verify(edge, bytes);
    await this.#files.accepted?.(edge.name, bytes);
    return role;
  }

  #verify({ name, keys, delegator }: Edge, bytes: Uint8Array): AuthoredRole {
    return this.#judge.verify(name, keys, bytes, delegator);
  }

  #attempt(edge: Edge, bytes: Uint8Array): AuthoredRole | Refusal {
    try {
      return this.#verify(edge, bytes);
    } catch (error) {
      if (isRefusal(error)) return error;
      throw error;
    }
  }
}

function notAtHand(role: RoleName): Refusal {
  return new Refusal('SOURCE_OFFLINE', `The file of ${printable(role)} is not at hand.`, { details: { role } });
}
