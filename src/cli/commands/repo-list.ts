/** `countersign repo list`: what is mirrored, one line each. */
import { collectionWords } from '../collections.ts';
import { formatDate } from '../../tuf/dates.ts';
import { defineCommand } from '../command.ts';
import { tableLines } from '../words.ts';

export const repoListCommand = defineCommand<object>({
  name: 'list',
  summary: 'list the repositories',
  examples: ['countersign repo list'],
  changesSomething: false,
  perform: (invocation) =>
    invocation.withMirror(({ reader }) => {
      const repositories = reader.enrolments().map(({ id, upstream, enrolledAt, collection }) => ({
        id,
        upstream,
        collection: collectionWords(collection),
        enrolledAt: formatDate(enrolledAt),
        generation: reader.current(id)?.generation,
      }));
      const rows = repositories.map((one) => [one.id, String(one.generation ?? '-'), one.enrolledAt, one.upstream]);
      return {
        lines:
          rows.length === 0
            ? ['Nothing is enrolled yet: countersign repo add ID --upstream URL --root FILE']
            : tableLines(['REPOSITORY', 'GENERATION', 'ENROLLED', 'UPSTREAM'], rows),
        document: { repositories },
      };
    }),
});
