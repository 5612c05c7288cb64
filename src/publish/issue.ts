/**
 * The snapshot and timestamp that the mirror issues, in the form that every known client reads (docs/clients/compatibility.md):
 * three-number spec_version, whole seconds, lower-case hex, ASCII, no nulls, no empty objects, one signature per key.
 * Each carries the signed member `x-countersign`: what this is a copy of, as of when, and by which decisions.
 */
import type { GenerationRole } from '../ledger/records.ts';
import type { SignedFile } from '../ledger/record-publication.ts';
import type { Signer } from '../sign/signer.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';
import { type RepositoryId, SPEC_VERSION } from '../tuf/names.ts';
import type { AsOf } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';

/** Above this many roles, entries carry the version only: with digests, snapshot would outgrow clients’ caps (1.6). */
const MOST_LISTED_WITH_DIGEST = 10_000;

/** What one generation says about itself. */
export interface Statement {
  readonly repository: RepositoryId;
  readonly generation: number;
  readonly import: number;
  readonly asOf: AsOf;
  readonly decisions: readonly Decision[];
}

export function issueSnapshot(
  version: number,
  expires: Date,
  roles: readonly GenerationRole[],
  statement: Statement,
  signer: Signer,
): SignedFile {
  const withDigest = roles.length <= MOST_LISTED_WITH_DIGEST;
  const entries = roles.map(({ role, version: listed, length, fileSha256 }): [string, Json] => [
    `${role}.json`,
    jsonObject(
      withDigest ? { hashes: jsonObject({ sha256: fileSha256 }), length, version: listed } : { version: listed },
    ),
  ]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return sign('snapshot', version, expires, new Map(entries), statement, signer);
}

export function issueTimestamp(
  version: number,
  expires: Date,
  snapshot: SignedFile,
  statement: Statement,
  signer: Signer,
): SignedFile {
  const entry = jsonObject({
    hashes: jsonObject({ sha256: sha256(snapshot.bytes) }),
    length: snapshot.bytes.length,
    version: snapshot.version,
  });
  // Without the decisions: clients read at most 16,384 bytes of a timestamp, and the snapshot that it names has them.
  const facts = { ...statement, decisions: [] };
  return sign('timestamp', version, expires, jsonObject({ 'snapshot.json': entry }), facts, signer);
}

function sign(
  role: 'snapshot' | 'timestamp',
  version: number,
  expires: Date,
  meta: JsonObject,
  statement: Statement,
  signer: Signer,
): SignedFile {
  const signed = jsonObject({
    _type: role,
    expires: formatDate(expires),
    meta,
    spec_version: SPEC_VERSION,
    version,
    'x-countersign': countersignMember(statement),
  });
  const signature = jsonObject({ keyid: signer.keyId, sig: encodeHex(signer.sign(canonicalize(signed))) });
  const bytes = Buffer.from(stringifyJson(jsonObject({ signatures: [signature], signed })));
  return { role, version, bytes, expires };
}

/** Decisions are signed into what clients see: an exclusion that clients cannot see would be a withheld role. */
export function countersignMember({ repository, generation, import: number, asOf, decisions }: Statement): JsonObject {
  const excluded = decisions.filter((made) => made.kind === 'exclude-role');
  const accepted = decisions.filter((made) => made.kind !== 'exclude-role');
  return jsonObject({
    as_of: jsonObject({
      root_version: asOf.rootVersion,
      snapshot_sha256: asOf.snapshotSha256,
      snapshot_version: asOf.snapshotVersion,
      timestamp_expires: formatDate(asOf.timestampExpires),
      timestamp_sha256: asOf.timestampSha256,
      timestamp_version: asOf.timestampVersion,
    }),
    decisions:
      accepted.length === 0
        ? undefined
        : accepted.map(({ kind, role, version, reason }) => jsonObject({ kind, reason: ascii(reason), role, version })),
    excluded:
      excluded.length === 0
        ? undefined
        : excluded.map(({ role, reason }) => jsonObject({ reason: ascii(reason), role })),
    generation,
    import: number,
    repository,
  });
}

/** Canonical forms of non-ASCII text differ between clients (J-02); a person’s words must not break a signature. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
