/** `countersign keys list`: which keys lie here, and which key ids the published roots name for the online roles. */
import { keysDirectory } from '../../open.ts';
import { issuingOf } from '../../publish/issuing.ts';
import { onlineRootKeyId } from '../../publish/root.ts';
import { listRootHolders } from '../../sign/root-holder.ts';
import { defineCommand } from '../command.ts';

export const keysListCommand = defineCommand<object>({
  name: 'list',
  summary: 'list the keys on this machine; never secrets',
  examples: ['countersign keys list --json'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror(async ({ reader, keyring, disk }, { paths }) => {
      const directory = keysDirectory(paths);
      const holders = await listRootHolders(disk, directory);
      const repositories = reader.enrolments().map((enrolment) => {
        const { id } = enrolment;
        const epoch = reader.current(id)?.onlineEpoch ?? 1;
        const { snapshot, timestamp } = issuingOf(keyring, enrolment, epoch).keys;
        const root = keyring.hasRootOnline ? onlineRootKeyId(keyring, enrolment) : undefined;
        return { id, epoch, snapshot: snapshot.keyId, timestamp: timestamp.keyId, root };
      });
      return {
        lines: [
          `${directory}: ${keyring.hasRootOnline ? 'ROOT KEY ONLINE: trial mode' : 'root keys are not here'}`,
          ...holders.map((holder) => `  ${holder}.root.age: a holder’s file, which belongs on the holder’s own medium`),
          ...repositories.flatMap(({ id, epoch, snapshot, timestamp, root }) => [
            `${id}, online keys of epoch ${String(epoch)}`,
            `  snapshot   ${snapshot}`,
            `  timestamp  ${timestamp}`,
            ...(root === undefined ? [] : [`  root       ${root}`]),
          ]),
        ],
        document: { directory, rootKeyOnline: keyring.hasRootOnline, holders, repositories },
      };
    }),
});
