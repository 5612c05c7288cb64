/** `countersign root accept`: enough signatures become the mirror’s next root, with whatever waited for it. */
import { Option } from 'commander';
import { type Mirror, withWriter } from '../../mirror.ts';
import { acceptRoot } from '../../publish/ceremony.ts';
import { acceptEach } from '../../publish/many-ceremonies.ts';
import { explainDrafts } from '../../sign/explain-many.ts';
import { mergeEach } from '../../sign/many-drafts.ts';
import { Refusal } from '../../errors.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import type { RootDraft } from '../../sign/draft-document.ts';
import { defineCommand } from '../command.ts';
import { refusedDocument, refusedLines } from '../drafts-document.ts';
import type { Report } from '../output.ts';
import { readDrafts } from '../root-files.ts';
import { importOption } from './root-draft.ts';

interface Given {
  readonly names: readonly string[];
  readonly all?: boolean;
  readonly import?: number;
}

export const rootAcceptCommand = defineCommand<Given>({
  name: 'accept',
  summary: 'publish roots that enough holders signed',
  details:
    'Copies of one draft that were signed apart are joined. Everything in them is judged again. With --all every repository ' +
    'of the files is accepted for which there are enough signatures, and the others are named.',
  arguments: [['<names...>', 'the repository, then the signed draft or all its signed copies; with --all only files']],
  options: [new Option('--all', 'accept the root of every repository that is drafted in the files'), importOption()],
  examples: [
    'countersign root accept sigstore from-alice.json from-bob.json',
    'countersign root accept --all from-alice.json from-bob.json',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      if (given.all === true) return acceptAll(mirror, given, invocation.isRehearsal);
      const [name = '', ...files] = given.names;
      const { id } = mirror.reader.enrolment(repositoryId(name));
      const drafts = draftsOf(await Promise.all(files.map(readDrafts)), id);
      const explained = explainDrafts(mergeEach(drafts, mirror.clock.now()), mirror.clock.now());
      const [facts] = explained.facts;
      if (!facts) throw new TypeError('drafts without facts');
      const { signatures } = facts;
      if (invocation.isRehearsal) {
        const document = { repository: id, rootVersion: facts.version, generation: undefined, signatures };
        const isEnough = signatures.progress.every(({ signed, threshold }) => signed >= threshold);
        const verdict = isEnough ? 'Would accept it.' : 'Would not accept it yet.';
        return { lines: [...explained.lines, verdict], document: { ...document, dryRun: true }, isNo: !isEnough };
      }
      const current = await withWriter(mirror, (writer) => acceptRoot(mirror, writer, id, drafts, given.import));
      const { rootVersion, generation } = current;
      return {
        lines: [`${id}: root version ${rootVersion} is published with generation ${generation}.`],
        document: { repository: id, rootVersion, generation, signatures, dryRun: false },
      };
    }),
});

/** One repository after the other: each publication is whole, or was not made. */
async function acceptAll(mirror: Mirror, given: Given, isRehearsal: boolean): Promise<Report> {
  if (given.import !== undefined) throw new Refusal('USAGE_OPTION', '--import is of one repository.');
  const drafts = (await Promise.all(given.names.map(readDrafts))).flat();
  if (isRehearsal) {
    const now = mirror.clock.now();
    const { lines, facts } = explainDrafts(mergeEach(drafts, now), now);
    const ready = facts.filter(({ signatures }) => signatures.progress.every((one) => one.signed >= one.threshold));
    const accepted = ready.map(({ repository, version }) => ({ repository, rootVersion: version, generation: null }));
    return {
      lines: [...lines, `Would accept ${ready.length} of ${facts.length}.`],
      document: { accepted, refused: [], dryRun: true },
      isNo: ready.length < facts.length,
    };
  }
  const { accepted, refused } = await withWriter(mirror, (writer) => acceptEach(mirror, writer, drafts));
  return {
    lines: [
      ...accepted.map(
        ({ repository, rootVersion, generation }) =>
          `${repository}: root version ${rootVersion} is published with generation ${generation}.`,
      ),
      ...refusedLines(refused),
      `${accepted.length} of ${accepted.length + refused.length} are published.`,
    ],
    document: {
      accepted: accepted.map(({ repository, rootVersion, generation }) => ({ repository, rootVersion, generation })),
      refused: refusedDocument(refused),
      dryRun: false,
    },
    firstRefusal: refused[0]?.refusal.code,
  };
}

/** Of each file the draft that is asked for. @throws USAGE_OPTION without a file, STATE_ROOT_DRAFT */
function draftsOf(files: readonly (readonly [RootDraft, ...RootDraft[]])[], id: RepositoryId): RootDraft[] {
  if (files.length === 0) {
    throw new Refusal('USAGE_OPTION', 'No draft is named.', {
      next: 'Name its file after the repository, or use --all.',
    });
  }
  return files.map((drafts) => {
    const own = drafts.find(({ repository }) => repository === id);
    if (own) return own;
    throw new Refusal('STATE_ROOT_DRAFT', `The draft is for ${drafts[0].repository}, not for ${id}.`);
  });
}
