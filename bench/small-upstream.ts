/** The sample upstream in memory, as a source: a whole small repository without a disk. */
import { createHash } from 'node:crypto';
import type { Source, WantedTarget } from '../src/acquire/source.ts';
import { Refusal } from '../src/errors.ts';
import { Author } from '../src/sample/author.ts';
import { addSampleContent } from '../src/sample/content.ts';
import { signerFromSeed } from '../src/sign/signer.ts';
import { type MetadataFile, metadataFileName } from '../src/tuf/names.ts';

export interface SmallUpstream {
  readonly root: Uint8Array;
  open(): Source;
}

export function makeSmallUpstream(now: Date): SmallUpstream {
  const author = new Author({
    now,
    lifetimes: { root: 365, targets: 365, snapshot: 365, timestamp: 30 },
    signerFor: (role) => signerFromSeed(createHash('sha256').update(`bench ${role}`).digest()),
  });
  addSampleContent(author);
  author.publish();
  const targets = new Map([...author.roles.values()].flatMap((role) => [...role.targets]));
  const found = <Found>(name: string, value: Found | undefined): Promise<Found> =>
    value === undefined
      ? Promise.reject(new Refusal('SOURCE_NOT_FOUND', `${name} is not here.`))
      : Promise.resolve(value);
  return {
    root: author.files.get('1.root.json') ?? new Uint8Array(),
    open: () => ({
      description: 'small upstream',
      metadata: (file: MetadataFile) => found(metadataFileName(file), author.files.get(metadataFileName(file))),
      target: async ({ path }: WantedTarget) => chunks(await found(path, targets.get(path))),
      close: () => Promise.resolve(),
    }),
  };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
