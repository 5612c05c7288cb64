/**
 * From the enrolled root to the newest one, without a gap (W-01). What was accepted before is verified again from the
 * enrolled root on, then the source is asked for what follows; every version is kept.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Source } from '../acquire/source.ts';
import { sha256 } from '../tuf/digest.ts';
import type { Limits } from '../tuf/limits.ts';
import { ROOT } from '../tuf/names.ts';
import { parseRoot, type Parsed, type Root } from '../tuf/metadata.ts';
import { TrustedRoot } from '../tuf/trusted-set.ts';
import type { UpstreamFile } from './candidate.ts';
import type { Evidence } from './evidence.ts';

export interface RootChain {
  readonly trusted: TrustedRoot;
  /** The newest root of earlier imports: by comparison, upstream’s key rotations show. */
  readonly acceptedRoot: TrustedRoot;
  readonly roots: readonly UpstreamFile[];
  /** Verified other bytes that the source has for the newest version; undefined when they are the same. */
  readonly offered: UpstreamFile | undefined;
}

/**
 * @param enrolled the root file whose digest the operator confirmed
 * @param accepted later roots of earlier imports, in order; they are verified again, not believed
 */
export async function followRootChain(
  source: Pick<Source, 'metadata'>,
  enrolled: Uint8Array,
  accepted: readonly Uint8Array[],
  limits: Limits,
  evidence?: Evidence,
): Promise<RootChain> {
  let trusted = TrustedRoot.enrol(enrolled, limits);
  const roots = [asRootFile(trusted.root)];
  for (const bytes of accepted) {
    trusted = trusted.rotate(bytes);
    roots.push(asRootFile(trusted.root));
  }
  const acceptedRoot = trusted;
  for (let steps = 0; ; steps++) {
    const bytes = await nextRoot(source, trusted, limits);
    if (!bytes) return { trusted, acceptedRoot, roots, offered: await currentRoot(source, trusted, limits) };
    if (steps >= limits.rootRotations) {
      throw new Refusal('TRUST_LIMIT', `Upstream offers more than ${limits.rootRotations} new root versions at once.`, {
        details: { role: ROOT, limit: 'rootRotations' },
      });
    }
    evidence?.received(ROOT, bytes);
    trusted = trusted.rotate(bytes);
    roots.push(asRootFile(trusted.root));
    evidence?.verified(asRootFile(trusted.root));
  }
}

/**
 * What the source offers as the version that is already trusted: upstream may have re-signed it, or said something else
 * under the same version (W-07). It must verify all the same: an altered root in the source is no trifle.
 */
async function currentRoot(
  source: Pick<Source, 'metadata'>,
  trusted: TrustedRoot,
  limits: Limits,
): Promise<UpstreamFile | undefined> {
  const { version, envelope } = trusted.root;
  const bytes = await absentAsUndefined(source.metadata({ role: ROOT, version }, limits.rootBytes));
  if (!bytes || sha256(bytes) === envelope.fileSha256) return undefined;
  return asRootFile(trusted.otherCopy(bytes));
}

/** `N+1.root.json`; or, from a courier who copied no versioned names, a `root.json` that is exactly that version. */
async function nextRoot(
  source: Pick<Source, 'metadata'>,
  trusted: TrustedRoot,
  limits: Limits,
): Promise<Uint8Array | undefined> {
  const version = trusted.root.version + 1;
  const versioned = await absentAsUndefined(source.metadata({ role: ROOT, version }, limits.rootBytes));
  if (versioned) return versioned;
  const unversioned = await absentAsUndefined(source.metadata({ role: ROOT }, limits.rootBytes));
  const newest = unversioned && readQuietly(unversioned, limits)?.version;
  if (newest === version) return unversioned;
  // A source that shows a newer root but not the steps to it would freeze us on an old one.
  if (newest !== undefined && newest > version) {
    throw new Refusal(
      'TRUST_ROOT_CHAIN',
      `The source holds root version ${newest}, but not version ${version} that leads to it.`,
      {
        details: { role: ROOT, version: newest },
      },
    );
  }
  return undefined;
}

/** The unversioned root is a convenience that many sources lack or leave stale; only a readable newer one says anything. */
function readQuietly(bytes: Uint8Array, limits: Limits): Parsed<Root> | undefined {
  try {
    return parseRoot(bytes, ROOT, limits);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** “Not found” is an answer here; every other failure is not (H-01). */
export async function absentAsUndefined(reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isRefusal(error, 'SOURCE_NOT_FOUND')) return undefined;
    throw error;
  }
}

function asRootFile({ version, expires, envelope }: Parsed<Root>): UpstreamFile {
  const { bytes, fileSha256, signedSha256 } = envelope;
  return { role: ROOT, version, bytes, fileSha256, signedSha256, expires };
}
