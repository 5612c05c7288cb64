/**
 * May this draft become the next root? Asked by the drafter, by each holder before signing, and again on acceptance:
 * a file that passes through several hands is judged anew in each of them, always by all the rules.
 *
 *  1. It has exactly the shape that mirrors issue, and no key in two roles (root-shape.ts, collection-shape.ts).
 *  2. It follows from the root it replaces: same repository, next version, no older upstream root.
 *  3. Its targets role is that of the embedded upstream root (root-pin.ts; Y-03).
 *  4. It has not expired and does not outlive two years.
 *  5. Every signature on it is by a root key of the current or the next root, over exactly this content.
 *  6. Of a collection: clients take every root key’s certificate for the served name, and for long (certificate-rules.ts).
 * Whether there are enough signatures is another question, asked on acceptance only.
 */
import { Refusal } from '../errors.ts';
import { formatDate } from '../tuf/dates.ts';
import { type KeyId, printable } from '../tuf/names.ts';
import { requireLongCertificates } from './certificate-rules.ts';
import { type RootDraft, formatRoot } from './draft-document.ts';
import { type CeremonyRoot, dialectOf, type RootKey } from './root-dialect.ts';
import { refuseUnlessPinned } from './root-pin.ts';

/** A draft that keeps all the rules; made only by `judgeDraft`. */
export interface JudgedDraft {
  readonly draft: RootDraft;
  readonly next: CeremonyRoot;
  /** The root that it replaces; undefined for a first root. */
  readonly previous: CeremonyRoot | undefined;
  readonly upstream: CeremonyRoot;
}

/** So far may a holder’s clock be behind the drafter’s before two full years count as too long, milliseconds. */
const CLOCK_LEEWAY = 86_400_000;

/**
 * @param now this machine’s time, for the expiry
 * @throws STATE_ROOT_DRAFT for rules 1, 2 and 5 and for an expiry in the past; POLICY_PIN for rule 3; STATE_LIFETIME
 *   for an expiry too far ahead
 */
export function judgeDraft(draft: RootDraft, now: Date): JudgedDraft {
  const { previous: bytes, collection } = draft;
  const dialect = dialectOf(collection);
  const next = readAs('The drafted root', () => dialect.drafted(formatRoot(draft)));
  const upstream = readAs('The embedded upstream root', () => dialect.upstream(draft.upstreamRoot));
  const previous = bytes && readAs('The embedded current root', () => dialect.own(bytes));
  const judged = { draft, next, previous, upstream };
  requireClaim(judged);
  if (previous) requireSuccession(judged, previous);
  else if (next.version !== 1) refuse(`The draft embeds no current root, and its version is ${next.version}, not 1.`);
  refuseUnlessPinned('The drafted root', next, upstream);
  requireLifetime(next.expires, now, CLOCK_LEEWAY);
  if (collection) requireLongCertificates(next, previous, collection.servedAs, now);
  requireFittingSignatures(judged);
  return judged;
}

/** Two calendar years after `now`. */
function latestExpiry(now: Date): Date {
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + 2);
  return latest;
}

/**
 * @param leeway milliseconds beyond two years that are still accepted
 * @throws STATE_ROOT_DRAFT when the time is past, STATE_LIFETIME when it is too far ahead
 */
export function requireLifetime(expires: Date, now: Date, leeway: number): void {
  if (expires.getTime() <= now.getTime()) refuse(`The drafted root’s expiry, ${formatDate(expires)}, is past.`);
  if (expires.getTime() > latestExpiry(now).getTime() + leeway) {
    throw new Refusal('STATE_LIFETIME', `The drafted root would expire on ${formatDate(expires)}, in over two years.`);
  }
}

function requireClaim({ draft, next, upstream }: JudgedDraft): void {
  const claim = dialectOf(draft.collection).statement(next.envelope.signed);
  if (!claim) return refuse('The drafted root does not name its repository and upstream root in “x-countersign”.');
  // A root signed for one repository must never pass as another’s (Y-05).
  if (claim.repository !== draft.repository) {
    refuse(`The draft is for ${draft.repository}, and its signed part names ${printable(claim.repository, 64)}.`);
  }
  if (claim.servedAs !== draft.collection?.servedAs) {
    const [outside, inside] = [draft.collection?.servedAs ?? '', claim.servedAs ?? ''].map((name) =>
      printable(name, 100),
    );
    refuse(`The draft is for a collection served as ${outside}, and its signed part names ${inside}.`);
  }
  if (claim.upstreamRootVersion !== upstream.version) {
    refuse(`The draft names upstream root ${claim.upstreamRootVersion} and embeds version ${upstream.version}.`);
  }
}

function requireSuccession({ draft, next, upstream }: JudgedDraft, previous: CeremonyRoot): void {
  // No version is skipped: a client that cannot find the next one stays where it is (TUF 1.0.34, “Update the root role”).
  if (next.version !== previous.version + 1) {
    refuse(`The drafted root has version ${next.version}, and version ${previous.version + 1} must follow.`);
  }
  const before = dialectOf(draft.collection).statement(previous.envelope.signed);
  if (before?.repository !== draft.repository || before.servedAs !== draft.collection?.servedAs)
    return refuse(`The embedded current root is not ${draft.repository}’s.`);
  // An older upstream root would bring back keys that upstream has revoked since (Y-04).
  if (upstream.version < before.upstreamRootVersion) {
    refuse(
      `Upstream root ${upstream.version} is embedded; the current root already names ${before.upstreamRootVersion}.`,
    );
  }
  // The same version with other keys is two stories told under one number: equivocation, or a forged file.
  if (upstream.version === before.upstreamRootVersion) refuseUnlessPinned('The current root', previous, upstream);
}

/** A signature that does not fit means that the draft was changed after somebody signed it. */
function requireFittingSignatures({ draft, next, previous }: JudgedDraft): void {
  const keys = new Map<KeyId, RootKey>();
  for (const root of previous ? [previous, next] : [next]) {
    for (const key of root.rootRole.keys) keys.set(key.id, key);
  }
  for (const [id, bytes] of draft.signatures) {
    const key = keys.get(id);
    const who = draft.holders.get(id) ?? `the key ${printable(id, 16)}`;
    if (!key) return refuse(`The draft is signed by ${who}, which is a root key neither now nor next.`);
    if (!key.verify(next.envelope.message, bytes)) {
      refuse(`The signature of ${who} does not fit the draft: one of the two was changed.`);
    }
  }
}

/** Whatever is wrong with one of the three roots is wrong with the draft. */
function readAs<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code === 'STATE_ROOT_DRAFT') throw cause;
    throw new Refusal('STATE_ROOT_DRAFT', `${what} is not acceptable: ${cause.what}`, { cause });
  }
}

function refuse(what: string): never {
  throw new Refusal('STATE_ROOT_DRAFT', what);
}
