/** `countersign policy …`: how many people must agree before something is published. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { settingPolicy, unmetBy } from '../../decide/policies.ts';
import { pendingChanges } from '../../decide/pending-words.ts';
import { readPolicy } from '../../gate/policy-file.ts';
import type { PolicyInForce } from '../../gate/records.ts';
import { rulesOf } from '../../mirror.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { policyWords } from '../policy-words.ts';
import { signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { pendingDocument, pendingLines } from './operator.ts';

interface Given extends SigningGiven {
  readonly file: string;
  readonly repository?: string;
}

const ONE = 'only of this repository, which may have a policy of its own';

const showCommand = defineCommand<{ readonly repository?: string }>({
  name: 'show',
  summary: 'show which policies are in force, and those that wait for signatures',
  options: [new Option('--repository <id>', ONE)],
  examples: ['countersign policy show', 'countersign policy show --repository sigstore --json'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror((mirror) => {
      const rules = rulesOf(mirror);
      const id =
        given.repository === undefined ? undefined : mirror.reader.enrolment(repositoryId(given.repository)).id;
      const policies = id === undefined ? rules.policies.governing() : [rules.policies.inForce(id)];
      const changes = pendingChanges(mirror, rules).filter(({ kind }) => kind === 'policy.set');
      return {
        lines: [...policies.flatMap(policyLines), ...pendingLines(mirror, changes)],
        document: {
          policies: policies.map(policyDocument),
          changes: changes.map((change) => pendingDocument(mirror, change)),
        },
      };
    }),
});

const setCommand = defineCommand<Given>({
  name: 'set',
  summary: 'put a policy into force',
  details:
    'Signed by as many people as the policy that it replaces asks for. Approvals that were given before count on where ' +
    'the new one is not stricter. docs/operate/approvals.md describes every member of the file.',
  arguments: [['<file>', 'the policy, JSON']],
  options: [
    new Option('--repository <id>', 'only for this repository; otherwise for all that have none of their own'),
    ...signingOptions(),
  ],
  examples: [
    'countersign policy set policy.json',
    'countersign policy set strict.json --repository sigstore --as alice',
  ],
  changesSomething: true,
  async perform(invocation, given) {
    const file = readPolicy(await readNamedFile(given.file, 1_000_000));
    return invocation.withMirror(async (mirror) => {
      const { repository } = given;
      const id = repository === undefined ? undefined : mirror.reader.enrolment(repositoryId(repository)).id;
      const signing = signingOf(invocation, given);
      const changed = await settleChange(mirror, settingPolicy(id, file), signing, invocation.isRehearsal);
      const unmet = unmetBy(rulesOf(mirror), file);
      const words = `The policy of ${id ?? 'every repository'} is: ${policyWords(file.policy)}.`;
      return {
        lines: [
          ...changedLines(mirror, changed, words),
          ...unmet.map((text) => `${text} Nothing can be published under it until there are more.`),
        ],
        document: {
          ...changedDocument(mirror, changed),
          scope: id ?? '*',
          sha256: file.sha256,
          policy: file.policy,
          unmet,
        },
      };
    });
  },
});

function policyLines({ scope, sha256, policy, set }: PolicyInForce): string[] {
  const where = scope === '*' ? 'every repository without a policy of its own' : scope;
  const since = set ? `since ${formatDate(set.at)}` : 'since nobody has set another (solo mode)';
  return [`${where}, ${since}`, `  ${policyWords(policy)}`, `  SHA-256 ${sha256}`];
}

function policyDocument({ scope, sha256, policy, set }: PolicyInForce): object {
  return { scope, sha256, setAt: set && formatDate(set.at), policy };
}

export const policyCommands: CommandGroup = {
  name: 'policy',
  summary: 'how many people must agree before something is published',
  examples: ['countersign policy show'],
  commands: [showCommand, setCommand],
};
