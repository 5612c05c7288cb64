/** Files that are not as somebody signed them, and roots that nobody signed. By the mirror’s online keys. */
import { signNotary } from '../../../../src/notary/documents.ts';
import { jsonObject } from '../../../../src/tuf/json.ts';
import { signedOf } from '../../../client/collections/stolen-keys.ts';
import { SERVED } from '../../../simulator/collection-mirror.ts';
import { put } from '../../../simulator/places.ts';
import { HONEST } from '../evil-mirror.ts';
import { type Attack, altered, otherTargets, padded, RELEASES } from './attack.ts';

export const FORGED: readonly Attack[] = [
  {
    what: 'white space is added to targets',
    section: '7.3',
    act: (mirror) => mirror.thief.list({ targets: padded(mirror.file('targets.json'), 1) }),
    stock: [HONEST, HONEST],
    import: HONEST,
    guard: ['TRUST_EQUIVOCATION', HONEST, HONEST],
  },
  {
    what: 'a byte of targets is changed',
    section: '7.3',
    act: (mirror) => mirror.thief.list({ targets: altered(mirror.file('targets.json')) }),
    stock: ['refuses', 'refuses'],
    import: 'TRUST_SIGNATURES',
    guard: ['TRUST_SIGNATURES', 'TRUST_SIGNATURES', 'TRUST_SIGNATURES'],
  },
  {
    what: 'targets that another key signed',
    section: '7.3',
    act: (mirror) => mirror.thief.list({ targets: otherTargets(mirror, 'thief') }),
    stock: ['refuses', 'refuses'],
    import: 'TRUST_SIGNATURES',
    guard: ['TRUST_SIGNATURES', 'TRUST_SIGNATURES', 'TRUST_SIGNATURES'],
  },
  {
    what: 'a byte of a delegation is changed',
    section: '7.3',
    act: (mirror) => mirror.thief.list({ [RELEASES]: altered(mirror.file(`${RELEASES}.json`)) }),
    stock: [
      ['v1', 'v1.1'],
      ['v1', 'v1.1'],
    ],
    import: 'TRUST_SIGNATURES',
    guard: ['TRUST_SIGNATURES', 'TRUST_SIGNATURES', 'TRUST_SIGNATURES'],
  },
  {
    what: 'the snapshot lists upstream’s root',
    section: '7.3',
    act: (mirror) => mirror.thief.list({ root: mirror.file('root.json') }),
    stock: ['refuses', 'refuses'],
    import: 'TRUST_TORN',
    guard: ['TRUST_TORN', 'TRUST_TORN', 'TRUST_TORN'],
  },
  {
    what: 'a root that the one before has not signed',
    section: '6.2',
    act: ({ guarded, thief }) => {
      const own = guarded.collection.rootSigner('thief', SERVED);
      const signed = signedOf(guarded.mirrorRoot);
      signed.set('version', 2);
      put(signed, ['keys', own.keyId], own.keyObject);
      put(signed, ['roles', 'root'], jsonObject({ keyids: [own.keyId], threshold: 1 }));
      const root = signNotary(signed, [own]);
      guarded.answer('root.json', root).answer('2.root.json', root);
      thief.list({ root });
    },
    stock: ['refuses', HONEST],
    import: 'TRUST_SIGNATURES',
    guard: ['TRUST_SIGNATURES', 'TRUST_SIGNATURES', 'TRUST_SIGNATURES'],
  },
];
