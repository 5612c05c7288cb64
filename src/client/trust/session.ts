/**
 * One operation of a guard, from the pin to the role where searches start: steps 2 to 7 of “What the guard checks”
 * (docs/design/trust-rules.md). Nothing is written; what comes out was verified in this order, at one reference time:
 *
 *   2. the mirror’s root chain, timestamp, snapshot: the ordinary workflow, strict expiry
 *   3. upstream’s root chain or static keys; the mirror’s root must give the targets role to nobody else
 *   4. upstream’s timestamp and snapshot: keys, marks, floor, age
 *   5. for each role that is reached: the mirror’s entry equals upstream’s
 *   6. the role itself, under upstream’s keys, for this delegator
 *   7. where the pin asks for it: the timestamp in the mirror’s log, witnessed, and the log continued
 *
 * At the carried level there is no mirror: steps 2 and 5 fall away, and 4 reads the originals.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT, SNAPSHOT, type Sha256, TARGETS, TIMESTAMP } from '../../tuf/names.ts';
import { sha256 } from '../../tuf/digest.ts';
import { type ExpiryRule, refuseUnlisted, type TrustedSnapshot } from '../../tuf/trusted-set.ts';
import { agreedListing, requireTrueStatement } from './agreement.ts';
import { type Authority, authorityOf, requireAlso, requireSameAuthority } from './authority.ts';
import { Contents } from './contents.ts';
import { type Evidence, type EvidenceView, followEvidence } from './evidence.ts';
import { Expiries } from './expiry.ts';
import { requireApprovals } from './approvals.ts';
import { type Logged, requireLogged } from './ledger.ts';
import { type Held, heldRole, heldView } from '../remember/held.ts';
import { type Marks, NO_MARKS, raised, requireMarks, requireRoleFloor } from './marks.ts';
import type { Shelf } from '../fetch/layout.ts';
import type { Network } from '../fetch/network.ts';
import type { Pin } from '../pin/pin.ts';
import { readWhole } from '../fetch/place.ts';
import { requireRetired } from './retired.ts';
import { type RoleFiles, type RoleJudge, RoleReader } from './role-reader.ts';
import { readAhead } from '../fetch/read-ahead.ts';
import { type RootChain, type RootMemory, followRoots, newestOf } from './roots.ts';
import { type Statement, readStatement, requireRepository } from './statement.ts';
import { sayingWhose } from './whose.ts';
import { type Top, followTop } from './workflow.ts';

export interface SessionOptions {
  readonly pin: Pin;
  readonly held: Held;
  /** Absent offline. */
  readonly network: Network | undefined;
  /** Whether roots, timestamps and snapshots come from what is held although the network may be asked. */
  readonly fromHeld: boolean;
  readonly now: Date;
  /** For the mirror’s own roles. */
  readonly mirrorExpiry: ExpiryRule;
  /** For upstream’s. */
  readonly expiries: Expiries;
  readonly limits: Limits;
  readonly memory: RootMemory;
}

export interface Mirror {
  readonly top: Top;
  readonly statement: Statement;
}

export interface Session {
  readonly now: Date;
  readonly mirror: Mirror | undefined;
  /** Absent with static pins alone: then nothing of upstream’s vouches for the state. */
  readonly evidence: Evidence | undefined;
  readonly authority: Authority;
  readonly reader: RoleReader;
  readonly expiries: Expiries;
  /** What will be remembered of what was seen so far. */
  readonly marks: () => Marks;
  /** What upstream signed under the versions that were seen. */
  readonly contents: Contents;
  /** What the mirror’s log shows; undefined where the pin does not ask. */
  readonly ledger: Logged | undefined;
}

/** @throws the first thing that is wrong, in the order above */
export async function establish(options: SessionOptions): Promise<Session> {
  const { pin, expiries, now } = options;
  const { mirrorRoot, upstreamRoot } = pin;
  const mirror = mirrorRoot && (await sayingWhose('The mirror', () => followMirror(mirrorRoot, options)));
  const chain =
    upstreamRoot && (await sayingWhose('Upstream', () => followUpstreamRoots(upstreamRoot, options, mirror)));
  const authority = authorityOf(pin, chain?.at(-1));
  if (mirror && authority.role === TARGETS) {
    requireSameAuthority(newestOf(mirror.top.chain), authority.keys, chain ? 'upstream’s root' : 'the pin');
  }
  const contents = new Contents(options.held.state?.contents, mirror?.statement.decisions ?? []);
  const evidence = chain && (await sayingWhose('Upstream', () => gatherEvidence(chain, options, mirror, contents)));
  if (mirror && evidence) requireTrueStatement(mirror.statement.asOf, evidence);
  if (mirror && !evidence) requireListedMarks(options, mirror.top.snapshot);
  const judging = evidence?.snapshot ?? mirror?.top.snapshot;
  if (!judging) throw new TypeError('a session has a mirror, evidence, or both');
  requireRetired(pin.policy.retired, judging.snapshot.payload.roles);
  const reader = new RoleReader(
    judgeFor({ mirror, evidence, judging, authority, contents }),
    filesFor(options, mirror, evidence),
  );
  await reader.start();
  const marks = (): Marks => raisedMarks(options, evidence, reader);
  const ledger = mirror && (await sayingWhose('The mirror', () => lookIntoLog(options, mirror, evidence)));
  return { now, mirror, evidence, authority, reader, expiries, marks, contents, ledger };
}

// ── step 2 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

async function followMirror(anchor: Uint8Array, options: SessionOptions): Promise<Mirror> {
  const { pin, held, network, fromHeld, limits, memory, expiries, mirrorExpiry } = options;
  const view = network && !fromHeld ? network.metadata : heldView(held.mirror);
  // The mirror’s snapshot judges authored roles, too, where static keys stand alone; expiry is told apart by role.
  const isMirrorRole = (role: string): boolean => [ROOT, TIMESTAMP, SNAPSHOT].some((name) => name === role);
  const expiry: ExpiryRule = (role, expires) => (isMirrorRole(role) ? mirrorExpiry : expiries.upstream)(role, expires);
  const top = await followTop(anchor, held.mirror, view, { limits, expiry, memory });
  const { snapshot } = top;
  const { timestamp } = snapshot.timestamp;
  requireRepository(newestOf(top.chain).root.envelope, 'The mirror’s root', pin.repository);
  requireRepository(timestamp.envelope, 'The mirror’s timestamp', pin.repository);
  requireRepository(snapshot.snapshot.envelope, 'The mirror’s snapshot', pin.repository);
  return { top, statement: readStatement(snapshot.snapshot.envelope, 'the mirror’s snapshot') };
}

// ── steps 3 and 4 ────────────────────────────────────────────────────────────────────────────────────────────────────

function followUpstreamRoots(
  anchor: Uint8Array,
  { held, network, fromHeld, limits, memory }: SessionOptions,
  mirror: Mirror | undefined,
): Promise<RootChain> {
  const shelf = mirror ? network?.upstream : network?.metadata;
  const view = shelf && !fromHeld ? shelf : heldView(held.upstream);
  const read = (version: number): Promise<Uint8Array | undefined> => view.root(version);
  // The mirror says how long the chain was; asked for at once, its links cost one wait and not one each.
  const next = mirror && !fromHeld ? readAhead(read, mirror.statement.asOf.rootVersion) : read;
  return followRoots(anchor, held.upstream.roots, next, { limits, memory });
}

function gatherEvidence(
  chain: RootChain,
  options: SessionOptions,
  mirror: Mirror | undefined,
  contents: Contents,
): Promise<Evidence> {
  const { pin, held, expiries } = options;
  return followEvidence(chain, evidenceView(options, mirror), {
    expiry: expiries.upstream,
    marks: held.state?.marks ?? NO_MARKS,
    floor: pin.floor,
    contents,
  });
}

/** At the pinned level by digest: what the mirror’s snapshot was made from, whatever it publishes meanwhile. */
function evidenceView({ held, network, fromHeld, limits }: SessionOptions, mirror: Mirror | undefined): EvidenceView {
  if (!network || fromHeld) return heldView(held.upstream);
  if (!mirror) return network.metadata;
  const { asOf } = mirror.statement;
  const read = async (digest: Sha256, known: Uint8Array | undefined, maxBytes: number): Promise<Uint8Array> => {
    if (known && sha256(known) === digest) return known;
    const { place, below } = network.evidence;
    const bytes = await orWithheld(readWhole(place, [...below, digest], { maxBytes }), digest);
    if (sha256(bytes) === digest) return bytes;
    throw new Refusal('TRUST_EVIDENCE', `The file of evidence ${digest.slice(0, 12)} has another digest.`);
  };
  return {
    timestamp: () => read(asOf.timestampSha256, held.upstream.timestamp, limits.timestampBytes),
    snapshot: () => read(asOf.snapshotSha256, held.upstream.snapshot, limits.snapshotBytes),
  };
}

async function orWithheld(reading: Promise<Uint8Array>, digest: Sha256): Promise<Uint8Array> {
  try {
    return await reading;
  } catch (cause) {
    if (!isRefusal(cause, 'SOURCE_NOT_FOUND')) throw cause;
    throw new Refusal(
      'TRUST_EVIDENCE',
      `The mirror does not serve the evidence ${digest.slice(0, 12)} that it names.`,
      { cause },
    );
  }
}

/** With static pins alone the mirror’s listing is all there is to compare with what was seen. */
function requireListedMarks({ held, pin }: SessionOptions, { snapshot }: TrustedSnapshot): void {
  requireMarks(held.state?.marks ?? NO_MARKS, snapshot.payload.roles);
  requireRoleFloor(pin.floor, snapshot.payload.roles);
}

/**
 * With static pins alone only roles that were read and verified count: what the mirror merely lists is its own word, and
 * whoever has its keys for a day could drive the marks up for ever.
 */
function raisedMarks({ held }: SessionOptions, evidence: Evidence | undefined, { roles }: RoleReader): Marks {
  if (evidence) return raised(evidence.marks, evidence.versions, evidence.snapshot.snapshot.payload.roles);
  return raised(held.state?.marks ?? NO_MARKS, undefined, roles);
}

// ── steps 5 and 6 ────────────────────────────────────────────────────────────────────────────────────────────────────

interface Established {
  readonly mirror: Mirror | undefined;
  readonly evidence: Evidence | undefined;
  /** Upstream’s own where there is evidence, or else the mirror’s. */
  readonly judging: TrustedSnapshot;
  readonly authority: Authority;
  readonly contents: Contents;
}

function judgeFor({ mirror, evidence, judging, authority, contents }: Established): RoleJudge {
  const listing: RoleJudge['listing'] = (role, delegator) =>
    mirror
      ? agreedListing(role, delegator, mirror.top.snapshot, mirror.statement, evidence?.snapshot)
      : judging.listing(role, delegator);
  return {
    start: { role: authority.role, keys: authority.keys },
    listing,
    verify(name, keys, bytes, delegator) {
      const code = name === TARGETS ? 'TRUST_TORN' : 'TRUST_ROLE_MISMATCH';
      refuseUnlisted(name, SNAPSHOT, bytes, listing(name, delegator), code);
      const role = judging.authored(name, keys, bytes, delegator);
      if (delegator === undefined) requireAlso(authority, role.envelope);
      return role;
    },
    accept: (role) => contents.compare(role.name, role),
  };
}

function filesFor(
  { held, network }: SessionOptions,
  mirror: Mirror | undefined,
  evidence: Evidence | undefined,
): RoleFiles {
  const root = mirror ? newestOf(mirror.top.chain) : evidence && newestOf(evidence.chain);
  const isConsistent = root?.root.payload.consistentSnapshot ?? true;
  return {
    held: (role) => heldRole(held, role),
    fetch: network && ((role, listing) => network.metadata.role(role, listing, isConsistent)),
    accepted: (_role, bytes) => void held.cache.keep(bytes),
  };
}

// ── step 7 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A proof is a few kilobytes: its entry, some hashes, and a signature for each witness. */
const PROOF_BYTES = 262_144;
/** A few kilobytes for each approval. */
const APPROVALS_BYTES = 4_194_304;
/** A full tile. */
const TILE_BYTES = 8192;

async function lookIntoLog(
  { pin, held, network, fromHeld }: SessionOptions,
  { top, statement }: Mirror,
  evidence: Evidence | undefined,
): Promise<Logged | undefined> {
  if (!pin.ledger) return undefined;
  const { envelope } = top.snapshot.timestamp.timestamp;
  const state = {
    repository: pin.repository,
    generation: statement.generation,
    timestampSha256: envelope.fileSha256,
  };
  const remembered = held.state?.ledger;
  const shelves = fromHeld ? undefined : network;
  const proof = shelves
    ? await shown('TRUST_LOG_PROOF', shelves.proofs, 'timestamp.json.tlog-proof', PROOF_BYTES)
    : await held.cache.read(remembered?.proof, PROOF_BYTES);
  if (!proof) throw new Refusal('SOURCE_OFFLINE', 'No proof that this is in the mirror’s log is at hand.');
  const { log } = shelves ?? {};
  const read = log && ((path: string) => readWhole(log.place, path.split('/'), { maxBytes: TILE_BYTES }));
  const logged = await requireLogged(pin.ledger, state, proof, remembered?.checkpoint, read);
  const asked = pin.ledger.approvals;
  if (!asked || !evidence) return logged;
  const approved = shelves
    ? await shown('TRUST_APPROVALS', shelves.proofs, 'approvals.json', APPROVALS_BYTES)
    : await held.cache.read(remembered?.approvals, APPROVALS_BYTES);
  if (!approved) throw new Refusal('SOURCE_OFFLINE', 'No approvals of this import are at hand.');
  const upstreamSnapshotSha256 = evidence.snapshot.snapshot.envelope.fileSha256;
  // Under the very checkpoint that was accepted: any other one may have been signed for this guard alone.
  const accepted = { key: pin.ledger.log, checkpoint: logged.checkpoint };
  const people = requireApprovals(asked, accepted, { ...state, upstreamSnapshotSha256 }, approved);
  return { ...logged, approvals: people, approved };
}

/** What the pin asks to see and the mirror does not have is not shown: the pin’s matter, not a missing file. */
async function shown(
  code: 'TRUST_LOG_PROOF' | 'TRUST_APPROVALS',
  { place, below }: Shelf,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  try {
    return await readWhole(place, [...below, name], { maxBytes });
  } catch (cause) {
    if (!isRefusal(cause, 'SOURCE_NOT_FOUND')) throw cause;
    throw new Refusal(code, `The mirror serves no ${name}, and the pin asks for it.`, { cause });
  }
}
