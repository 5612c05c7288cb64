/**
 * What a change would do, as the statement that people sign: one constructor per kind, so that everybody who agrees signs
 * the same bytes, and whoever applies it knows which event it stands for.
 */
import { sha256 as digestOf } from '../tuf/digest.ts';
import { statementDigest } from '../ledger/events/leaf.ts';
import type { ChangeSubject } from '../ledger/events/statements.ts';
import { PURPOSES, type Purpose } from '../sshsig/namespaces.ts';
import { EVERYWHERE } from './policies.ts';

const NOTHING = {
  ...{ actor: null, name: null, key: null, roles: [], scope: null, document_sha256: null },
  ...{ import_id: null, reason: null },
};

/** With the person’s first key, so that nobody agrees to a person without knowing by what they will sign. */
export function addOperator(actor: string, name: string, roles: readonly string[], key: string | null): ChangeSubject {
  return { ...NOTHING, kind: 'operator.add', actor, name, roles: [...roles], key };
}

export function retireOperator(actor: string, reason: string): ChangeSubject {
  return { ...NOTHING, kind: 'operator.retire', actor, reason };
}

export function addKey(actor: string, key: string): ChangeSubject {
  return { ...NOTHING, kind: 'key.add', actor, key };
}

export function revokeKey(actor: string, key: string, reason: string): ChangeSubject {
  return { ...NOTHING, kind: 'key.revoke', actor, key, reason };
}

/** @param sha256 of the policy’s canonical form */
export function setPolicy(scope: string, sha256: string): ChangeSubject {
  return { ...NOTHING, kind: 'policy.set', scope, document_sha256: sha256 };
}

/** Whether publications wait is signed with the list: it is the half that makes the list matter. */
export function setWitnesses(text: string, withoutQuorum: 'wait' | 'publish'): ChangeSubject {
  const document_sha256 = statementDigest({ text, without_quorum: withoutQuorum });
  return { ...NOTHING, kind: 'witnesses.set', scope: EVERYWHERE, document_sha256 };
}

/** @param observation hash of the leaf of what was seen: a number alone binds nothing */
export function withdrawTo(repository: string, toImport: number, observation: string, reason: string): ChangeSubject {
  return {
    ...NOTHING,
    ...{ kind: 'generation.withdraw', scope: repository, import_id: toImport, document_sha256: observation, reason },
  };
}

/** @param observation hash of the leaf of what was seen: a number alone binds nothing */
export function openEmergency(repository: string, number: number, observation: string, reason: string): ChangeSubject {
  return {
    ...NOTHING,
    ...{ kind: 'breakglass.open', scope: repository, import_id: number, document_sha256: observation, reason },
  };
}

/** @param opened hash of the leaf that opened it */
export function reviewEmergency(repository: string, number: number, opened: string, reason: string): ChangeSubject {
  return {
    ...NOTHING,
    ...{ kind: 'breakglass.review', scope: repository, import_id: number, document_sha256: opened, reason },
  };
}

/** @param observation hash of the leaf of what was seen: it binds the final version and digest of every role */
export function retireUpstream(repository: string, number: number, observation: string, reason: string): ChangeSubject {
  return {
    ...NOTHING,
    ...{ kind: 'upstream.retire', scope: repository, import_id: number, document_sha256: observation, reason },
  };
}

/** The emergency has a purpose of its own: nobody opens one while believing to sign something else (Y-05). */
export function purposeOf({ kind }: ChangeSubject): Purpose {
  return kind.startsWith('breakglass.') ? PURPOSES.breakGlass : PURPOSES.policyChange;
}

/** Digest of a witnesses’ list, as its event carries it. */
export function witnessesDigest(text: string): string {
  return digestOf(Buffer.from(text, 'utf8'));
}
