/** By which rules people decide: a policy comes into force by the signatures that the one before it asks for. */
import { Refusal } from '../errors.ts';
import { EVERYWHERE } from '../gate/policies.ts';
import type { PolicyFile } from '../gate/policy-file.ts';
import type { Rules } from '../gate/rules.ts';
import { setPolicy } from '../gate/subjects.ts';
import { isApprover, keysOf } from '../gate/people.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { Proposal } from './change.ts';

/** @param repository undefined for every repository that has none of its own */
export function settingPolicy(repository: RepositoryId | undefined, { policy, sha256 }: PolicyFile): Proposal {
  const scope = repository ?? EVERYWHERE;
  return (rules) => {
    if (rules.policies.ofScope(scope)?.sha256 === sha256) {
      throw new Refusal('USAGE_OPTION', 'This policy is in force already.', { details: { scope, sha256 } });
    }
    return {
      isSame: (subject) =>
        subject.kind === 'policy.set' && subject.scope === scope && subject.document_sha256 === sha256,
      make: () => setPolicy(scope, sha256),
      effects: (_, agreed, by) => [
        { type: 'policy.set', actor: by, body: (appended) => ({ scope, sha256, policy, ...agreed(appended) }) },
      ],
    };
  };
}

/** What the people who are recorded now cannot meet, in sentences: nothing would be published until they can. */
export function unmetBy({ people }: Rules, { policy }: PolicyFile): string[] {
  const able = people
    .approvers()
    .filter((person) => !policy.hardware_keys || keysOf(person).some(({ isHardware }) => isHardware));
  const short = (what: string, there: number, asked: number): string[] =>
    there >= asked ? [] : [`It asks for ${asked} ${what}, and there ${there === 1 ? 'is' : 'are'} ${there}.`];
  return [
    ...short('people who approve', able.length, policy.min_approvers),
    ...Object.entries(policy.teams).flatMap(([team, least]) =>
      short(`of the team ${team}`, able.filter((person) => isApprover(person, team)).length, least),
    ),
  ];
}
