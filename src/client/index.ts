/**
 * `countersign/client`: what an embedder sees of the guard. Everything else in this folder may change.
 *
 * @example
 * const guard = new Guard({ pin: readPin(await readFile('pin.json')), store: folderStore('/var/lib/guard/sigstore') });
 * const { bytes, verdict } = await guard.get('trusted_root.json');
 */
export { Refusal, isRefusal, type Code, type Family, type Details } from '../errors.ts';
export type { Clock } from './clock.ts';
export { CollectionGuard, type TagFinding } from './collection-guard.ts';
export { Consensus, type ConsensusOptions, type SharedFinding } from './consensus.ts';
export type { Round, Voice } from './answer/shared-verdict.ts';
export { systemClock } from './doors/system-clock.ts';
export { folderPlace } from './doors/folder-place.ts';
export { folderStore } from './doors/folder-store.ts';
export { httpPlace } from './doors/http-place.ts';
export { memoryStore } from './doors/memory-store.ts';
export type { GraceUse } from './trust/expiry.ts';
export type { KeyDifference } from './notary/authority.ts';
export { type CachedRoot, checkCachedRoot } from './notary/cached-root.ts';
export type { TagOutcome, TagSearch, TagStep } from './notary/tag-search.ts';
export { explainTag } from './notary/tag-words.ts';
export { explain } from './resolve/explain.ts';
export { rootFingerprint } from './pin/fingerprint.ts';
export { Guard, type Asked, type Finding, type GuardOptions } from './guard.ts';
export type { MappedRepository, Mapping, RepositoryMap } from './pin/map.ts';
export { readMap } from './pin/map-file.ts';
export { readSignedPin, type SignedPin, type SshPublicKey, type SshSigner } from './pin/officer.ts';
export type {
  CollectionPin,
  Floor,
  Grace,
  Location,
  MarksReset,
  Period,
  Pin,
  Policy,
  Retired,
  StaticPins,
} from './pin/pin.ts';
export { readPin } from './pin/pin-file.ts';
export { writePin } from './pin/pin-write.ts';

export type { Arrival, Place, Reading } from './fetch/place.ts';
export type { Look, Outcome, Search, Visit } from './resolve/search.ts';
export type { Store, StoredState } from './remember/store.ts';
export type { Remark } from './answer/remarks.ts';
export type { Mode, Standing, Verdict } from './answer/verdict.ts';
export type { Warning } from './answer/warnings.ts';
