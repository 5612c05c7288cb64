/** What came of publishing what was recorded before, in words and as a document. */
import type { Publishing } from '../decide/publish.ts';
import type { Refusal } from '../errors.ts';

/** A publication that was refused after something else was recorded. */
export interface Refused {
  readonly outcome: 'refused';
  readonly import: number;
  readonly refusal: Refusal;
}

export function publishingLines(repository: string, result: Publishing | Refused): string[] {
  const subject = `${repository}: import ${result.import}`;
  switch (result.outcome) {
    case 'published':
      return [`${subject} is published as generation ${result.current.generation}.`];
    case 'unchanged':
      return [`${subject} is public already, as generation ${result.generation}.`];
    case 'waits':
      return [`${subject} is not published: ${result.refusal.what}`, `Next: ${result.refusal.next}`];
    case 'refused':
      return [
        `${subject} IS NOT PUBLISHED. ${result.refusal.code}: ${result.refusal.what}`,
        `Next: ${result.refusal.next}`,
      ];
    case 'needs-root':
      return [`${subject} waits for a new mirror root: ${result.why}.`, ...ceremonyLines(repository, result.import)];
    case 'rehearsed':
      return [
        result.rootChange === undefined
          ? `${subject} would be published.`
          : `${subject} would be published, with a new mirror root: ${result.rootChange}.`,
      ];
  }
}

/** What to type where the root’s keys are with their holders. */
export function ceremonyLines(repository: string, number: number): string[] {
  return [
    `Next: countersign root draft ${repository} --import ${number}, then each holder: countersign root sign DRAFT --key FILE.age,`,
    `      then: countersign root accept ${repository} DRAFT --import ${number}`,
  ];
}

/** @param result undefined where nothing was tried */
export function publishingDocument(result: Publishing | Refused | undefined): object | undefined {
  if (!result) return undefined;
  const refusal = result.outcome === 'waits' || result.outcome === 'refused' ? result.refusal : undefined;
  return {
    outcome: result.outcome,
    generation:
      result.outcome === 'published'
        ? result.current.generation
        : result.outcome === 'unchanged'
          ? result.generation
          : undefined,
    rootChange:
      result.outcome === 'needs-root' ? result.why : result.outcome === 'rehearsed' ? result.rootChange : undefined,
    refusal: refusal && refusalDocument(refusal),
  };
}

export function refusalDocument({ code, what, next }: Refusal): object {
  return { code, what, next };
}
