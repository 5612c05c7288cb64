/** That an upstream will never answer again, and what its end is: agreed to by people, for exactly what is public. */
import { Refusal } from '../errors.ts';
import { retireUpstream } from '../gate/subjects.ts';
import { requireNotRetired } from '../publish/authority.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { Proposal } from './change.ts';
import { requireReason } from './operators.ts';

export function retiring(repository: RepositoryId, reason: string | undefined): Proposal {
  return (rules) => {
    requireNotRetired(rules, repository);
    const current = rules.imports.current(repository);
    const record = current && rules.imports.get(current.statement.import_id);
    if (!record) {
      throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published that could be its end.`);
    }
    const { number, observed } = record;
    return {
      reason,
      isSame: (subject) =>
        subject.kind === 'upstream.retire' && subject.scope === repository && subject.document_sha256 === observed.hash,
      make: (seal) => retireUpstream(repository, number, observed.hash, seal('reason', requireReason(reason))),
      effects(subject, agreed, by) {
        const body = { repository, import: number, reason: String(subject.reason) };
        return [{ type: 'upstream.retire', actor: by, body: (appended) => ({ ...body, ...agreed(appended) }) }];
      },
    };
  };
}
