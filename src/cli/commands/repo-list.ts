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
      const enrolments = reader.enrolments();
      const repositories = enrolments.map(({ id, upstream, enrolledAt, collection, retired }) => ({
        id,
        upstream,
        collection: collectionWords(collection),
        enrolledAt: formatDate(enrolledAt),
        generation: reader.current(id)?.generation,
        retiredAt: retired && formatDate(retired.at),
      }));
      const hasCollections = enrolments.some(({ collection }) => collection);
      // A hundred collections of one server would look alike without their names.
      const served = (index: number): string[] =>
        hasCollections ? [enrolments[index]?.collection?.servedAs ?? '-'] : [];
      const rows = repositories.map(({ id, generation, enrolledAt, retiredAt, upstream }, index) => {
        const from = retiredAt === undefined ? upstream : `${upstream} (retired)`;
        return [id, ...served(index), String(generation ?? '-'), enrolledAt, from];
      });
      return {
        lines:
          rows.length === 0
            ? ['Nothing is enrolled yet: countersign repo add ID --upstream URL --root FILE']
            : tableLines(
                ['REPOSITORY', ...(hasCollections ? ['SERVED AS'] : []), 'GENERATION', 'ENROLLED', 'UPSTREAM'],
                rows,
              ),
        document: { repositories },
      };
    }),
});
