/** A target’s bytes against what upstream signed: never more than its length, and every known hash (C-07, W-10). */
import { createHash } from 'node:crypto';
import { Refusal } from '../../errors.ts';
import { KNOWN_ALGORITHMS } from '../../tuf/digest.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type TargetPath, printable } from '../../tuf/names.ts';

/**
 * The same bytes, passed on as they come. Whoever reads them may use them only after the last one: a mismatch shows at the
 * end.
 * @throws TRUST_TARGET
 */
export async function* checked(
  content: AsyncIterable<Uint8Array>,
  path: TargetPath,
  { length, hashes }: TargetEntry,
): AsyncGenerator<Uint8Array> {
  const digests = KNOWN_ALGORITHMS.filter((name) => hashes.has(name)).map((name) => [name, createHash(name)] as const);
  let seen = 0;
  for await (const chunk of content) {
    seen += chunk.length;
    if (seen > length) refuse(path, `is longer than the ${length} bytes that are signed`);
    for (const [, digest] of digests) digest.update(chunk);
    yield chunk;
  }
  if (seen < length) refuse(path, `has ${seen} bytes, and ${length} are signed`);
  const wrong = digests.find(([name, digest]) => digest.digest('hex') !== hashes.get(name));
  if (wrong) refuse(path, `does not have the ${wrong[0]} that is signed`);
}

/** Reads to the end, for the sake of what is checked on the way. @throws as the content does */
export async function drained(content: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

function refuse(path: TargetPath, problem: string): never {
  throw new Refusal('TRUST_TARGET', `The file of ${printable(path)} ${problem}.`, {
    details: { target: printable(path) },
    next: 'Do not use it. Tell the mirror’s operator: what is stored or carried there is damaged, or was replaced.',
  });
}
