/** `countersign root accept`: enough signatures become the mirror’s next root, with whatever waited for it. */
import { withWriter } from '../../mirror.ts';
import { acceptRoot } from '../../publish/ceremony.ts';
import { explainDraft } from '../../sign/explain.ts';
import { mergeDrafts } from '../../sign/root-draft.ts';
import { Refusal } from '../../errors.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import type { RootDraft } from '../../sign/draft-document.ts';
import { defineCommand } from '../command.ts';
import { readDraft } from '../root-files.ts';
import { importOption } from './root-draft.ts';

interface Given {
  readonly id: string;
  readonly drafts: readonly string[];
  readonly import?: number;
}

export const rootAcceptCommand = defineCommand<Given>({
  name: 'accept',
  summary: 'publish a root that enough holders signed',
  details: 'Copies of one draft that were signed apart are joined. Everything in them is judged again.',
  arguments: [
    ['<id>', 'the repository'],
    ['<drafts...>', 'the signed draft, or all its signed copies'],
  ],
  options: [importOption()],
  examples: ['countersign root accept sigstore from-alice.json from-bob.json'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const { id } = mirror.reader.enrolment(repositoryId(given.id));
      const drafts = await Promise.all(given.drafts.map(readDraft));
      requireRepository(drafts, id);
      const { facts, lines } = explainDraft(mergeDrafts(drafts, mirror.clock.now()), mirror.clock.now());
      if (invocation.isRehearsal) {
        const document = {
          repository: id,
          rootVersion: facts.version,
          generation: undefined,
          signatures: facts.signatures,
        };
        const isEnough = facts.signatures.progress.every(({ signed, threshold }) => signed >= threshold);
        const verdict = isEnough ? 'Would accept it.' : 'Would not accept it yet.';
        return { lines: [...lines, verdict], document: { ...document, dryRun: true }, isNo: !isEnough };
      }
      const current = await withWriter(mirror, (writer) => acceptRoot(mirror, writer, id, drafts, given.import));
      return {
        lines: [
          `${id}: root version ${String(current.rootVersion)} is published with generation ${String(current.generation)}.`,
        ],
        document: {
          repository: id,
          rootVersion: current.rootVersion,
          generation: current.generation,
          signatures: facts.signatures,
          dryRun: false,
        },
      };
    }),
});

function requireRepository(drafts: readonly RootDraft[], id: RepositoryId): void {
  const other = drafts.find(({ repository }) => repository !== id);
  if (other) throw new Refusal('STATE_ROOT_DRAFT', `The draft is for ${other.repository}, not for ${id}.`);
}
