/** Root ceremonies of a test’s mirror: one holder, who signs whatever the mirror drafts. */
import { withWriter } from '../../src/mirror.ts';
import { acceptRoot, type DraftOptions, draftNextRoot } from '../../src/publish/ceremony.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import { seedNamed } from '../simulator/keys.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';

/** Names the holder for the first root. */
export async function holdFirstCeremony(mirrored: MirroredRepository): Promise<void> {
  const alice = new RootHolder('alice', seedNamed('alice'));
  await hold(mirrored, { rootKeys: [alice.publicOf(mirrored.id)], threshold: 1 });
}

/** The holders of the current root sign the next one. */
export async function holdCeremony(mirrored: MirroredRepository): Promise<void> {
  await hold(mirrored, {});
}

async function hold(mirrored: MirroredRepository, options: Omit<DraftOptions, 'repository'>): Promise<void> {
  const { mirror, id, clock } = mirrored;
  const alice = new RootHolder('alice', seedNamed('alice'));
  const draft = await draftNextRoot(mirror, { repository: id, ...options });
  const signed = signDraft(draft, alice.signerFor(id), clock.now());
  await withWriter(mirror, (writer) => acceptRoot(mirror, writer, id, [signed]));
  await mirrored.checkPublished();
}
