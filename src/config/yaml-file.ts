/**
 * countersign.yaml as a layer. YAML 1.2 without its surprises: no duplicate keys, no anchors, no tags, one document; every
 * problem has its line and column.
 */
import { dirname } from 'node:path';
import { type Document, LineCounter, isMap, isNode, isPair, isScalar, parseDocument, visit } from 'yaml';
import { Refusal } from '../errors.ts';
import { readNamedFile, readNamedFileIfAny } from '../platform/named-file.ts';
import { printable } from '../tuf/names.ts';
import type { KeyPath } from './keys.ts';
import type { Layer, Tree } from './layers.ts';
import type { Problem } from './problems.ts';

const MAX_BYTES = 1_000_000;

/**
 * @param path the file
 * @param mustExist whether somebody named it; without a file that nobody named, everything has its default
 * @returns undefined when there is none, or when it cannot be understood at all (then `problems` says why)
 */
export async function fileLayer(path: string, mustExist: boolean, problems: Problem[]): Promise<Layer | undefined> {
  const bytes = await (mustExist ? readNamedFile : readNamedFileIfAny)(path, MAX_BYTES).catch((cause: unknown) => {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Refusal('CONFIG_INVALID', cause.what, { next: 'Check --config and COUNTERSIGN_CONFIG.', cause });
  });
  if (!bytes) return undefined;
  const label = printable(path);
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${label}:${String(line)}:${String(col)}`;
  };
  const document = parseDocument(decode(bytes, label), { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    problems.push({ place: at(pos[0]), text: printable(message), kind: 'invalid' });
  }
  refuseShorthand(document, at, problems);
  if (problems.length > 0) return undefined;
  const tree: unknown = document.toJS() ?? {};
  if (!isTree(tree)) {
    problems.push({ place: at(0), text: 'is not a list of settings, each “name: value”', kind: 'invalid' });
    return undefined;
  }
  return { tree, place: (key) => at(offsetOf(document, key)), kind: 'invalid', base: dirname(path) };
}

/** Anchors, aliases and tags: a setting that is written elsewhere than where it stands is easily misread. */
function refuseShorthand(document: Document.Parsed, at: (offset: number) => string, problems: Problem[]): void {
  const refuse = (offset: number | undefined, what: string): void => {
    problems.push({ place: at(offset ?? 0), text: `${what} are not supported`, kind: 'invalid' });
  };
  visit(document, {
    Alias: (_, node) => refuse(node.range?.[0], 'aliases'),
    Node: (_, node) => {
      // Set only where the text has one, whatever the types say.
      const { anchor, tag }: { anchor?: string; tag?: string } = node;
      if (anchor !== undefined) refuse(node.range?.[0], 'anchors');
      if (tag !== undefined) refuse(node.range?.[0], 'tags');
    },
  });
}

/** Where the key of a setting begins; where its parent does when it is not there. */
function offsetOf(document: Document.Parsed, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === name);
    if (!pair) break;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function decode(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('CONFIG_INVALID', `${label} is not UTF-8 text.`, { cause });
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
