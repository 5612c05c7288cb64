/** What needs no key of the mirror’s: a network or a cache between, a mirror that fails, and upstream’s own server. */
import { sha256 } from '../../../../src/tuf/digest.ts';
import { APP } from '../../../simulator/collection-mirror.ts';
import { type EvilMirror, HONEST } from '../evil-mirror.ts';
import { type Attack, altered, padded } from './attack.ts';

/** The name of the snapshot that the mirror published last. */
function snapshotName({ guarded }: EvilMirror): string {
  const { reader } = guarded.site.mirror;
  const { snapshotVersion = 0, onlineEpoch = 0 } = reader.current(APP) ?? {};
  return `snapshot.${reader.issuedVersion(APP, 'snapshot', snapshotVersion, onlineEpoch).fileSha256}.json`;
}

export const ON_THE_WAY: readonly Attack[] = [
  {
    what: 'a byte of targets is changed on the way',
    section: '7.3',
    act: async (mirror) => {
      await mirror.publish('v3');
      const targets = mirror.file('targets.json');
      mirror.guarded.answer(`targets.${sha256(targets)}.json`, altered(targets));
    },
    stock: ['refuses', 'refuses'],
    import: 'TRUST_TORN',
    guard: ['TRUST_TORN', 'TRUST_TORN', 'TRUST_TORN'],
  },
  {
    what: 'the timestamp is there before its snapshot',
    section: '7.3',
    act: async (mirror) => {
      await mirror.publish('v3');
      mirror.guarded.answer(snapshotName(mirror), 404);
    },
    stock: ['refuses', 'refuses'],
    import: 'SOURCE_NOT_FOUND',
    guard: ['SOURCE_NOT_FOUND', 'SOURCE_NOT_FOUND', 'SOURCE_NOT_FOUND'],
  },
  {
    what: 'the timestamp key is rotated, and `root.json` comes stale from a cache',
    section: '7.3',
    act: async ({ guarded }) => {
      guarded.answer('root.json', guarded.mirrorRoot);
      await guarded.rotateOnline();
    },
    stock: ['refuses', 'refuses'],
    import: 'TRUST_SIGNATURES',
    guard: [HONEST, HONEST, HONEST],
  },
  {
    what: 'the mirror fails: its timestamp is answered with 500',
    section: '7.2',
    act: ({ guarded }) => guarded.answer('timestamp.json', 500),
    stock: [HONEST, 'refuses'],
    import: 'SOURCE_STATUS',
    guard: ['SOURCE_STATUS', 'SOURCE_STATUS', 'SOURCE_STATUS'],
  },
  {
    what: 'upstream’s own server adds white space to targets, and the mirror honestly brings it in',
    section: '7.3',
    act: async ({ guarded }) => {
      const bytes = padded(guarded.collection.file('targets.json'), 1);
      guarded.collection.files.set('targets.json', bytes).set(`targets.${sha256(bytes)}.json`, bytes);
      guarded.collection.publishSnapshot();
      await guarded.importNow();
    },
    stock: [HONEST, HONEST],
    import: HONEST,
    guard: ['TRUST_EQUIVOCATION', HONEST, HONEST],
  },
];
