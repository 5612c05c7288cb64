/** M-01, M-02: content that upstream never signed; with nothing stolen, with the online keys, with the mirror’s root key. */
import type { Scenario } from '../play.ts';
import type { LabRepository, Scene } from '../scene.ts';
import type { ServedTree } from '../served-tree.ts';
import { signedOf } from '../served-tree.ts';
import { signFile } from '../../sample/signing.ts';
import { sha256 } from '../../tuf/digest.ts';
import { targetFileNames, targetPath } from '../../tuf/names.ts';
import { forge, grant, list } from '../thief.ts';
import { FORGED, NEW, TOOL, forgery } from './story.ts';

async function oneRelease(scene: Scene): Promise<{ repository: LabRepository; honest: ServedTree }> {
  const repository = scene.repository();
  repository.upstream.put(TOOL, NEW);
  return { repository, honest: await repository.release(0) };
}

const alteredFile: Scenario = {
  id: 'M-01',
  name: 'altered-file',
  attack: 'alters a target file',
  expected: {
    stock: { says: 'Expected hash', code: 'TRUST_TARGET' },
    pins: 'TRUST_TARGET',
    chain: 'TRUST_TARGET',
  },
  async stage(scene) {
    const { repository, honest } = await oneRelease(scene);
    const { prefixedFile } = targetFileNames(targetPath(TOOL), sha256(Buffer.from(NEW)));
    // Of the same length, so that the hash has to tell.
    const altered = 'tool 1.1, MARRED';
    const attack = honest.with([`targets/${prefixedFile}`, Buffer.from(altered)]);
    return forgery(repository, honest, attack, { gain: [altered] });
  },
};

const alteredMetadata: Scenario = {
  id: 'M-01',
  name: 'altered-metadata',
  attack: 'with the online keys: alters targets metadata and lists it',
  expected: {
    stock: { says: 'targets was signed by 0/1 keys', code: 'TRUST_SIGNATURES' },
    pins: 'TRUST_SIGNATURES',
    chain: 'TRUST_MIX_AND_MATCH',
  },
  async stage(scene) {
    const { repository, honest } = await oneRelease(scene);
    const thief = await scene.thief('online');
    const forged = forge(honest, 'targets', [TOOL, FORGED], thief.own);
    return forgery(
      repository,
      honest,
      thief.stamp(forged.tree, (snapshot) => list(snapshot, 'targets', forged.file)),
    );
  },
};

const targetsToThief: Scenario = {
  id: 'M-02',
  name: 'targets-to-thief',
  attack: 'with the mirror’s root key: hands the targets role to a key of the thief’s, and forges',
  expected: { stock: 'ACCEPTED', pins: 'TRUST_PIN_MISMATCH', chain: 'TRUST_PIN_MISMATCH' },
  async stage(scene) {
    const { repository, honest } = await oneRelease(scene);
    const thief = await scene.thief('root');
    const forged = forge(honest, 'targets', [TOOL, FORGED], thief.own);
    const usurped = thief.usurp(forged.tree, (root) => grant(root, 'targets', [thief.own]));
    return forgery(
      repository,
      honest,
      thief.stamp(usurped, (snapshot) => list(snapshot, 'targets', forged.file)),
    );
  },
};

const loweredThreshold: Scenario = {
  id: 'M-02',
  name: 'lowered-threshold',
  attack: 'the same with one of upstream’s two targets keys: lowers the threshold to that one',
  expected: { stock: 'ACCEPTED', pins: 'TRUST_PIN_MISMATCH', chain: 'TRUST_PIN_MISMATCH' },
  async stage(scene) {
    const repository = scene.repository();
    const { upstream } = repository;
    const both = [upstream.key('targets'), upstream.key('second targets')];
    upstream.author.keyholders.set('targets', { signers: both, threshold: 2 });
    upstream.put(TOOL, NEW);
    const honest = await repository.release(0);
    const thief = await scene.thief('root');
    const forged = forge(honest, 'targets', [TOOL, FORGED], upstream.key('targets'));
    const usurped = thief.usurp(forged.tree, (root) => grant(root, 'targets', both, 1));
    return forgery(
      repository,
      honest,
      thief.stamp(usurped, (snapshot) => list(snapshot, 'targets', forged.file)),
    );
  },
};

const forgedChain: Scenario = {
  id: 'M-02',
  name: 'forged-chain',
  attack: 'the same, and continues upstream’s root chain with a forged root',
  expected: { stock: 'ACCEPTED', pins: 'TRUST_PIN_MISMATCH', chain: 'TRUST_SIGNATURES' },
  async stage(scene) {
    const { repository, honest } = await oneRelease(scene);
    const thief = await scene.thief('root');
    const forged = forge(honest, 'targets', [TOOL, FORGED], thief.own);
    const usurped = thief.usurp(forged.tree, (root) => grant(root, 'targets', [thief.own]));
    const root = signedOf(honest.file('upstream/metadata/1.root.json'));
    grant(root, 'root', [thief.own]);
    grant(root, 'targets', [thief.own]);
    root.set('version', 2);
    const evidence = usurped.with(['upstream/metadata/2.root.json', signFile('root', root, [thief.own])]);
    return forgery(
      repository,
      honest,
      thief.stamp(evidence, (snapshot) => list(snapshot, 'targets', forged.file)),
    );
  },
};

export const FORGING = [alteredFile, alteredMetadata, targetsToThief, loweredThreshold, forgedChain];
