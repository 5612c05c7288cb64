/** What whoever has the mirror’s root key as well makes of its root. */
import { put } from '../../../simulator/places.ts';
import {} from '../evil-mirror.ts';
import { type Attack, otherTargets, PAST } from './attack.ts';

export const ROOT_KEY: readonly Attack[] = [
  {
    what: 'an expired root',
    section: '7.3',
    act: ({ thief }) => thief.signRoot((root) => root.set('expires', PAST)),
    stock: ['refuses', 'refuses'],
    import: 'POLICY_UPSTREAM_AGE',
    guard: ['TRUST_EXPIRED', 'TRUST_EXPIRED', 'TRUST_EXPIRED'],
  },
  {
    what: 'a root gives the targets role to another key, which names another image',
    section: '6.2',
    act: (mirror) => {
      const { keyId, keyObject } = mirror.guarded.collection.signer('thief');
      mirror.thief
        .signRoot((root) => {
          put(root, ['keys', keyId], keyObject);
          put(root, ['roles', 'targets', 'keyids'], [keyId]);
        })
        .list({ targets: otherTargets(mirror, 'thief') });
    },
    stock: [
      ['v1!', 'v1.1', 'v2', 'v2.1'],
      ['v1!', 'v1.1', 'v2', 'v2.1'],
    ],
    import: ['v1!', 'v1.1', 'v2', 'v2.1'],
    guard: ['TRUST_PIN_MISMATCH', 'TRUST_PIN_MISMATCH', 'TRUST_PIN_MISMATCH'],
  },
];
