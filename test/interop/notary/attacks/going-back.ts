/** What upstream once signed, under newer files of the mirror’s: rollbacks, 7.4, and a freeze. By the mirror’s online keys. */
import { put } from '../../../simulator/places.ts';
import { HONEST } from '../evil-mirror.ts';
import { type Attack, asItIs, padded, RELEASES, version } from './attack.ts';

export const GOING_BACK: readonly Attack[] = [
  {
    what: 'freeze: what was there is signed anew, and what upstream has published since is kept back',
    section: '10',
    act: (mirror) => mirror.author('v3').thief.sign(),
    stock: [HONEST, HONEST],
    import: HONEST,
    guard: [HONEST, HONEST, HONEST],
  },
  {
    what: 'targets go back to a shorter version: the hole',
    section: '7.4',
    act: (mirror) => mirror.thief.list({ targets: mirror.file('1.targets.json') }),
    stock: [
      ['v1', 'v2', 'v2.1'],
      ['v1', 'v2', 'v2.1'],
    ],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', ['v1', 'v2', 'v2.1'], 'TRUST_FLOOR'],
  },
  {
    what: 'a delegation goes back to a shorter version: the hole',
    section: '7.4',
    act: (mirror) => mirror.thief.list({ [RELEASES]: mirror.file(`1.${RELEASES}.json`) }),
    stock: [
      ['v1', 'v1.1', 'v2'],
      ['v1', 'v1.1', 'v2'],
    ],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', ['v1', 'v1.1', 'v2'], 'TRUST_FLOOR'],
  },
  {
    what: 'a snapshot goes back to a shorter version: the hole',
    section: '7.4',
    before: (mirror) => mirror.thief.sign(version(100)),
    act: (mirror) => mirror.thief.sign(version(1)),
    stock: [HONEST, HONEST],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', HONEST, HONEST],
  },
  {
    what: 'a snapshot goes back, and is as long as before',
    section: '7.3',
    before: (mirror) => mirror.thief.sign(version(9)),
    act: (mirror) => mirror.thief.sign(version(8)),
    stock: ['refuses', HONEST],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', HONEST, HONEST],
  },
  {
    what: 'a timestamp goes back',
    section: '7.3',
    before: (mirror) => mirror.thief.sign(asItIs, version(3)),
    act: (mirror) => mirror.thief.sign(asItIs, version(1)),
    stock: ['refuses', HONEST],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', HONEST, HONEST],
  },
  {
    what: 'a timestamp of the version that was seen, with a snapshot that hides a delegation',
    section: '7.3',
    before: (mirror) => mirror.thief.sign(asItIs, version(5)),
    act: (mirror) => mirror.thief.sign((snapshot) => put(snapshot, ['meta', RELEASES], undefined), version(5)),
    stock: [
      ['v1', 'v1.1'],
      ['v1', 'v1.1'],
    ],
    import: 'TRUST_EQUIVOCATION',
    guard: [HONEST, ['v1', 'v1.1'], 'TRUST_FLOOR'],
  },
  {
    what: 'the root goes back',
    section: '7.3',
    // By its own key, as an honest mirror makes a new one.
    before: (mirror) => mirror.thief.signRoot(asItIs),
    act: ({ guarded, thief }) => {
      const first = guarded.mirrorRoot;
      guarded.answer('root.json', first).answer('2.root.json', 404);
      thief.list({ root: first });
    },
    stock: ['refuses', HONEST],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_TORN', HONEST, HONEST],
  },
  {
    what: 'the older targets, padded to be longer than the newer',
    section: '7.4',
    act: (mirror) => mirror.thief.list({ targets: padded(mirror.file('1.targets.json'), 5000) }),
    stock: ['refuses', ['v1', 'v2', 'v2.1']],
    import: 'TRUST_ROLLBACK',
    guard: ['TRUST_ROLLBACK', ['v1', 'v2', 'v2.1'], 'TRUST_FLOOR'],
  },
];
