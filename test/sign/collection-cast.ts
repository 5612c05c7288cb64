/** The people and files of a collection’s ceremonies: the holders of cast.ts, and a simulated collection. */
import { createPublicKey } from 'node:crypto';
import { privateKeyOf } from '../../src/notary/scalar.ts';
import { keyIdOf, keyObjectOf } from '../../src/notary/keys.ts';
import { notarySignerFromSeed } from '../../src/notary/signer.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { formatDraft } from '../../src/sign/draft-document.ts';
import { deriveRootScalar, deriveSeed } from '../../src/sign/derive.ts';
import { acceptDraft, type DraftRequest, draftRoot, signDraft } from '../../src/sign/root-draft.ts';
import type { RootHolder } from '../../src/sign/root-holder.ts';
import type { RootPublic } from '../../src/sign/root-public.ts';
import type { JsonObject } from '../../src/tuf/json.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { type Pair, pemFor, type Wanted } from '../notary/certificates.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { drawFrom } from '../simulator/keys.ts';
import { NOW, SERVER_SECRET, alice, bob, carol, seedNamed, parseDraft } from './cast.ts';

export const APP = repositoryId('app');
export const SERVED = 'mirror.example/team/app';
export const NAMES = { name: GUN, servedAs: SERVED };
export const upstream = new SimulatedCollection().publish();

const draws = drawFrom('serials of holders');

export function certified(holder: RootHolder, commonName = SERVED, now = NOW): RootPublic {
  return holder.certify(APP, commonName, { now, draw: draws });
}

/** Made once, as in life. */
export const PUBLICS: readonly RootPublic[] = [alice, bob, carol].map((holder) => certified(holder));

export function collectionOnlineKey(role: 'snapshot' | 'timestamp', epoch = 1): JsonObject {
  return notarySignerFromSeed(deriveSeed(SERVER_SECRET, APP, role, epoch)).keyObject;
}

/** A draft of two out of Alice, Bob and Carol, unless `changes` says otherwise. */
export function collectionDraft(changes: Partial<DraftRequest> = {}): RootDraft {
  return draftRoot({
    ...{ repository: APP, collection: NAMES, rootKeys: PUBLICS, threshold: 2, upstreamRoot: upstream.firstRoot },
    onlineKeys: { snapshot: collectionOnlineKey('snapshot'), timestamp: collectionOnlineKey('timestamp') },
    now: NOW,
    ...changes,
  });
}

/** Through a file each time, as in life. */
export function signedBy(unsigned: RootDraft, now: Date, ...holders: RootHolder[]): RootDraft {
  return holders.reduce((before, holder) => {
    const carried = parseDraft(Buffer.from(formatDraft(before)), 'draft.json');
    return signDraft(carried, holder.collectionSignerFor(APP), now);
  }, unsigned);
}

export function accepted(signed: RootDraft, previous?: Uint8Array, now = NOW): Uint8Array {
  return acceptDraft(signed, { collection: NAMES, previous, upstreamRoot: upstream.firstRoot, now });
}

/** A holder’s own key in whatever certificate is wanted. */
export function inCertificate(holder: 'alice' | 'dave', wanted: Wanted, pair = pairOf(holder)): RootPublic {
  const pem = Buffer.from(pemFor(pair, { commonNames: [SERVED], until: '2046-01-01T00:00:00Z', ...wanted }));
  return publicFor(holder, 'ecdsa-x509', pem);
}

export function publicFor(holder: string, keytype: string, publicBytes: Uint8Array): RootPublic {
  const [keyId, keyObject] = [keyIdOf(keytype, publicBytes), keyObjectOf(keytype, publicBytes)];
  return { holder, repository: APP, keyId, keyObject };
}

export function pairOf(holder: string): Pair {
  const privateKey = privateKeyOf(deriveRootScalar(seedNamed(holder), APP));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
