/** `countersign operator …`: the people who may decide here, and the keys by which they are known. */
import { Option } from 'commander';
import { calledBy, nameOf } from '../../decide/people.ts';
import { type Pending, pendingChanges } from '../../decide/pending-words.ts';
import { isActive } from '../../gate/people.ts';
import type { Person } from '../../gate/records.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { formatDate } from '../../tuf/dates.ts';
import { personDocument } from '../changed.ts';
import { type CommandGroup, defineCommand } from '../command.ts';
import { plural, tableLines } from '../words.ts';
import { operatorAddCommand } from './operator-add.ts';
import { operatorAddKeyCommand, operatorRevokeKeyCommand } from './operator-keys.ts';
import { operatorRetireCommand } from './operator-retire.ts';

const listCommand = defineCommand<{ readonly all?: boolean }>({
  name: 'list',
  summary: 'list the people, their roles and keys, and the changes that wait for signatures',
  details: 'Names lie in the sealed store, and may be erased; pseudonyms and fingerprints are in the ledger for good.',
  options: [new Option('--all', 'those who were retired as well')],
  examples: ['countersign operator list', 'countersign operator list --all --json'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror((mirror) => {
      const rules = rulesOf(mirror);
      const people = [...rules.people.all()].filter((person) => given.all === true || isActive(person));
      const changes = pendingChanges(mirror, rules);
      return {
        lines: [...peopleLines(mirror, people), ...pendingLines(mirror, changes)],
        document: {
          operators: people.map((person) => operatorDocument(mirror, person)),
          changes: changes.map((change) => pendingDocument(mirror, change)),
        },
      };
    }),
});

function peopleLines(mirror: Mirror, people: readonly Person[]): string[] {
  if (people.length === 0) return ['Nobody is recorded: the account of this machine decides alone (solo mode).'];
  const rows = people.flatMap((person) => {
    const first = [
      nameOf({ rules: rulesOf(mirror), sealed: mirror.sealed }, person.actor) ?? '(erased)',
      person.actor,
      person.retired ? `retired ${formatDate(person.retired.at)}` : person.roles.join(','),
    ];
    const keys = person.keys.map(({ fingerprint, isHardware, revoked }) =>
      [fingerprint, ...(isHardware ? ['(device)'] : []), ...(revoked ? ['REVOKED'] : [])].join(' '),
    );
    return (keys.length === 0 ? ['-'] : keys).map((key, index) => [...(index === 0 ? first : ['', '', '']), key]);
  });
  return tableLines(['NAME', 'PSEUDONYM', 'ROLES', 'KEYS'], rows);
}

/** Changes that wait, a sentence each with who has signed. */
export function pendingLines(mirror: Mirror, changes: readonly Pending[]): string[] {
  const known = { rules: rulesOf(mirror), sealed: mirror.sealed };
  return changes.map(({ text, reason, signedBy, missing, asked }) => {
    const why = reason === undefined ? '' : ` (“${reason}”)`;
    const names = signedBy.map((actor) => calledBy(known, actor)).join(', ');
    return `Waits for ${plural(missing, 'more signature')} of ${asked}: to ${text}${why}; signed by ${names}.`;
  });
}

export function pendingDocument(mirror: Mirror, change: Pending): object {
  const { kind, subjectSha256, text, reason, asked, signedBy, missing } = change;
  return {
    kind,
    subjectSha256,
    text,
    reason,
    asked,
    signedBy: signedBy.map((actor) => personDocument(mirror, actor)),
    missing,
  };
}

function operatorDocument(mirror: Mirror, { actor, roles, added, retired, keys }: Person): object {
  return {
    ...personDocument(mirror, actor),
    roles,
    addedAt: formatDate(added.at),
    retiredAt: retired && formatDate(retired.at),
    keys: keys.map((key) => ({
      fingerprint: key.fingerprint,
      type: key.type,
      isHardware: key.isHardware,
      addedAt: formatDate(key.added.at),
      revokedAt: key.revoked && formatDate(key.revoked.at),
    })),
  };
}

export const operatorCommands: CommandGroup = {
  name: 'operator',
  summary: 'who may bring in, approve and look, and by which keys',
  examples: ['countersign operator list'],
  commands: [operatorAddCommand, listCommand, operatorRetireCommand, operatorAddKeyCommand, operatorRevokeKeyCommand],
};
