/** The people and files of the ceremonies in these tests: fixed seeds, so that every run signs the same bytes. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { isRefusal, type Code } from '../../src/errors.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../../src/tuf/json.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { deriveSeed } from '../../src/sign/derive.ts';
import { parseDrafts } from '../../src/sign/bundles.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { type DraftRequest, draftRoot } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import { type Signer, signerFromSeed } from '../../src/sign/signer.ts';

export const NOW = new Date('2026-11-23T03:00:00Z');
export const SIGSTORE = repositoryId('sigstore');
export const SERVER_SECRET = new Uint8Array(32).fill(0x55);

const upstreamSigners = ['upstream root', 'upstream targets'].map((name) => signerNamed(name));
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });

export const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(
  (name) => new RootHolder(name, seedNamed(name)),
) as [RootHolder, RootHolder, RootHolder, RootHolder];

export function seedNamed(name: string): Uint8Array {
  return Buffer.alloc(32, name);
}

export function signerNamed(name: string): Signer {
  return signerFromSeed(seedNamed(name));
}

/** The server’s key of one epoch, as the keyring would give it. */
export function onlineKey(role: 'snapshot' | 'timestamp', epoch = 1): JsonObject {
  return signerFromSeed(deriveSeed(SERVER_SECRET, SIGSTORE, role, epoch)).keyObject;
}

/** Upstream’s targets keys as real ones look: an owner in an extra member, an id that is no digest, a PEM key. */
export const upstreamTargetsKeys: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['opaque-id-1', new Map([...keyOf(1), ['x-tuf-on-ci-keyowner', '@erin']])],
  [
    'opaque-id-2',
    jsonObject({ keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: jsonObject({ public: String(ecdsa) }) }),
  ],
]);

export function upstreamRoot(
  version: number,
  changes: { keys?: ReadonlyMap<string, Json>; threshold?: number; expires?: string } = {},
): Uint8Array {
  const targetsKeys = changes.keys ?? upstreamTargetsKeys;
  const own = upstreamSigners[0] as Signer;
  const role = jsonObject({ keyids: [own.keyId], threshold: 1 });
  return signedFile(
    jsonObject({
      _type: 'root',
      spec_version: '1.0',
      version,
      expires: changes.expires ?? '2027-05-01T00:00:00Z',
      consistent_snapshot: true,
      keys: new Map<string, Json>([[own.keyId, own.keyObject], ...targetsKeys]),
      roles: jsonObject({
        root: role,
        snapshot: role,
        timestamp: role,
        targets: jsonObject({ keyids: [...targetsKeys.keys()], threshold: changes.threshold ?? 2 }),
      }),
    }),
    [own],
  );
}

export function signedFile(signed: JsonObject, signers: readonly Signer[]): Uint8Array {
  const message = canonicalize(signed);
  const signatures = signers.map((signer) => jsonObject({ keyid: signer.keyId, sig: encodeHex(signer.sign(message)) }));
  return Buffer.from(stringifyJson(jsonObject({ signatures, signed })), 'utf8');
}

/** A draft of two out of Alice, Bob and Carol, unless `changes` says otherwise. */
export function draft(changes: Partial<DraftRequest> = {}) {
  return draftRoot({
    repository: SIGSTORE,
    rootKeys: [alice, bob, carol].map((holder) => holder.publicOf(SIGSTORE)),
    threshold: 2,
    onlineKeys: { snapshot: onlineKey('snapshot'), timestamp: onlineKey('timestamp') },
    upstreamRoot: upstreamRoot(15),
    now: NOW,
    ...changes,
  });
}

/** The one draft of a file. */
export function parseDraft(bytes: Uint8Array, label: string): RootDraft {
  return parseDrafts(bytes, label)[0];
}

export async function temporaryDirectory(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-sign-'));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** For `assert.throws` and `assert.rejects`: this code, and a sentence that says this. */
export function refusal(code: Code, what: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (!isRefusal(error, code)) throw error;
    if (!what.test(error.what)) throw new Error(`said “${error.what}” instead of ${String(what)}`);
    return true;
  };
}

function keyOf(index: number): JsonObject {
  return (upstreamSigners[index] as Signer).keyObject;
}
