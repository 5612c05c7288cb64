/** `countersign keys rotate`: new online keys for one repository, with the root that lists them. */
import { isRefusal, Refusal } from '../../errors.ts';
import { withWriter } from '../../mirror.ts';
import { rotateOnlineKeys } from '../../publish/ceremony.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';

export const rotateCommand = defineCommand<{ readonly id: string }>({
  name: 'rotate',
  summary: 'replace the snapshot and timestamp keys of a repository',
  details: 'In a trial at once. With root keys offline, hold a ceremony: countersign root draft ID --rotate-online.',
  arguments: [['<id>', 'the repository']],
  examples: ['countersign keys rotate sigstore'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const id = repositoryId(given.id);
      const before = mirror.reader.current(mirror.reader.enrolment(id).id);
      if (!before) throw new Refusal('STATE_NOTHING_PUBLISHED', `${id} has nothing published.`);
      try {
        // Asked for in a rehearsal as well: without it there is nothing to rotate with.
        mirror.keyring.rootSignerFor(id);
      } catch (cause) {
        if (!isRefusal(cause, 'STATE_NEEDS_ROOT')) throw cause;
        throw new Refusal('STATE_NEEDS_ROOT', cause.what, {
          next: `Hold the ceremony: countersign root draft ${id} --rotate-online.`,
          cause,
        });
      }
      const epoch = before.onlineEpoch + 1;
      const rootVersion = before.rootVersion + 1;
      if (!invocation.isRehearsal) await withWriter(mirror, (writer) => rotateOnlineKeys(mirror, writer, id));
      return {
        lines: [
          `${invocation.isRehearsal ? 'Would replace' : 'Replaced'} the online keys of ${id} by those of epoch ${String(epoch)}, with root version ${String(rootVersion)}.`,
        ],
        document: { repository: id, epoch, rootVersion, dryRun: invocation.isRehearsal },
      };
    }),
});
