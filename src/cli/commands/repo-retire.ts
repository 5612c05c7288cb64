/** `countersign repo retire`: an upstream will never answer again; what is public is its end, and goes on being renewed. */
import { Option } from 'commander';
import { settleChange } from '../../decide/change.ts';
import { retiring } from '../../decide/retire.ts';
import { type Mirror, rulesOf } from '../../mirror.ts';
import { requireAsPublished } from '../../publish/authority.ts';
import { formatDate } from '../../tuf/dates.ts';
import { printable, type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { changedDocument, changedLines } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { reasonOf, signingOf, signingOptions, type SigningGiven } from '../signing-options.ts';
import { tableLines } from '../words.ts';

interface Given extends SigningGiven {
  readonly id: string;
  readonly reason?: string;
}

export const retireCommand = defineCommand<Given>({
  name: 'retire',
  summary: 'declare that upstream will never answer again, and what it published last final',
  details:
    'Renewal stops when upstream has been silent for too long, so that a frozen upstream is noticed. Of one that is gone ' +
    'for good, people agree that what is public is its end: it is renewed from then on without upstream’s word, and nothing ' +
    'else is imported or published for it. That cannot be taken back. It ends all the same when upstream’s own targets ' +
    'expire: no mirror can move that. Guards count the silence until their pin says that upstream is retired, with these ' +
    'versions.',
  arguments: [['<id>', 'the repository']],
  options: [new Option('--reason <text>', 'why, for the record'), ...signingOptions()],
  examples: ['countersign repo retire app --reason "CHG-77: the registry’s Notary server was switched off" --as alice'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const id = repositoryId(given.id);
      const roles = finalRoles(mirror, id);
      const signing = signingOf(invocation, given);
      const changed = await settleChange(mirror, retiring(id, reasonOf(given)), signing, invocation.isRehearsal);
      const { import_id: number } = changed.subject;
      const rows = roles.map(({ role, version, sha256, expires }) => [role, String(version), expires, sha256]);
      return {
        lines: [
          ...changedLines(mirror, changed, `The upstream of ${id} is retired: import ${String(number)} is its end.`),
          ...tableLines(['FINAL ROLE', 'VERSION', 'EXPIRES', 'SHA-256'], rows),
        ],
        document: {
          repository: id,
          import: number,
          roles,
          decision: changedDocument(mirror, changed),
          dryRun: invocation.isRehearsal,
        },
      };
    }),
});

interface FinalRole {
  readonly role: string;
  readonly version: number;
  readonly sha256: string;
  readonly expires: string;
}

/**
 * What is public now, as people are to read it before they agree, and to carry into the pins of guards: asked of the ledger,
 * or whoever edits a table would have them believe other digests than those that they sign (S-10).
 * @throws USAGE_UNKNOWN_REPOSITORY, STATE_LEDGER
 */
function finalRoles(mirror: Mirror, id: RepositoryId): FinalRole[] {
  const { reader } = mirror;
  reader.enrolment(id);
  const current = reader.current(id);
  if (!current) return [];
  rulesOf(mirror);
  requireAsPublished(mirror, current, true);
  return reader.generationRoles(id, current.generation).map(({ role, version, fileSha256, expires }) => ({
    ...{ role: printable(role), version, sha256: fileSha256, expires: formatDate(expires) },
  }));
}
