/** Files that are not listed, not there, or over. By the mirror’s online keys. */
import { sha256 } from '../../../../src/tuf/digest.ts';
import { DAY } from '../../../simulator/clock.ts';
import { put } from '../../../simulator/places.ts';
import { type EvilMirror, HONEST } from '../evil-mirror.ts';
import { type Attack, asItIs, padded, PAST, RELEASES } from './attack.ts';

function expire(mirror: EvilMirror, role: string): void {
  const { collection } = mirror.guarded;
  collection.role(role).expires = new Date(mirror.guarded.clock.now().getTime() - DAY);
  collection.publish(role);
  mirror.thief.list({ [role]: mirror.file(`${role}.json`) });
}

export const MISSING: readonly Attack[] = [
  {
    what: 'a delegation is left out of the snapshot',
    section: '7.3',
    act: ({ thief }) => thief.sign((snapshot) => put(snapshot, ['meta', RELEASES], undefined)),
    stock: [
      ['v1', 'v1.1'],
      ['v1', 'v1.1'],
    ],
    import: 'TRUST_ROLE_REMOVED',
    guard: ['TRUST_ROLE_REMOVED', ['v1', 'v1.1'], 'TRUST_FLOOR'],
  },
  {
    what: 'targets are left out of the snapshot',
    section: '7.3',
    act: ({ thief }) => thief.sign((snapshot) => put(snapshot, ['meta', 'targets'], undefined)),
    stock: ['refuses', 'refuses'],
    import: 'TRUST_MALFORMED',
    guard: ['TRUST_MALFORMED', 'TRUST_MALFORMED', 'TRUST_MALFORMED'],
  },
  {
    what: 'a delegation is listed and not there',
    section: '7.3',
    act: (mirror) => {
      const bytes = padded(mirror.file(`${RELEASES}.json`), 1);
      mirror.thief.list({ [RELEASES]: bytes });
      mirror.guarded.answer(`${RELEASES}.${sha256(bytes)}.json`, 404);
    },
    stock: ['refuses', 'refuses'],
    import: 'SOURCE_NOT_FOUND',
    guard: ['SOURCE_NOT_FOUND', 'SOURCE_NOT_FOUND', 'SOURCE_NOT_FOUND'],
  },
  {
    what: 'a delegation that upstream has let expire',
    section: '7.3',
    act: (mirror) => {
      expire(mirror, RELEASES);
    },
    stock: [
      ['v1', 'v1.1'],
      ['v1', 'v1.1'],
    ],
    import: HONEST,
    guard: ['TRUST_EXPIRED', 'TRUST_EXPIRED', 'TRUST_EXPIRED'],
  },
  {
    what: 'targets that upstream has let expire',
    section: '7.3',
    act: (mirror) => {
      expire(mirror, 'targets');
    },
    stock: ['refuses', 'refuses'],
    import: HONEST,
    guard: ['TRUST_EXPIRED', 'TRUST_EXPIRED', 'TRUST_EXPIRED'],
  },
  {
    what: 'an expired timestamp',
    section: '7.3',
    act: ({ thief }) => thief.sign(asItIs, (timestamp) => timestamp.set('expires', PAST)),
    stock: ['refuses', 'refuses'],
    import: 'POLICY_UPSTREAM_AGE',
    guard: ['TRUST_EXPIRED', 'TRUST_EXPIRED', 'TRUST_EXPIRED'],
  },
  {
    what: 'an expired snapshot',
    section: '7.3',
    act: ({ thief }) => thief.sign((snapshot) => snapshot.set('expires', PAST)),
    stock: ['refuses', 'refuses'],
    import: 'POLICY_UPSTREAM_AGE',
    guard: ['TRUST_EXPIRED', 'TRUST_EXPIRED', 'TRUST_EXPIRED'],
  },
];
