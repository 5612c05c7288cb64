/** The project’s own TypeScript, read with TypeScript’s parser: what each file imports, and what it uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** `ledger/reader` for our own files, the specifier for everything else. */
  readonly to: string;
  readonly isOurs: boolean;
  readonly isTypeOnly: boolean;
}

export interface SourceFile {
  /** From the project’s root: `src/tuf/json.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Every TypeScript file below these folders; folders that do not exist have none. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders.flatMap(listTypeScript).map((path) => {
    const text = readFileSync(join(PROJECT, path), 'utf8');
    return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
  });
}

function listTypeScript(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(PROJECT, folder), { withFileTypes: true, recursive: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => join(folder, entry.parentPath.slice(join(PROJECT, folder).length), entry.name))
    .sort();
}

/** `ledger/reader` for `src/ledger/reader.ts`. */
export function nameOf(path: string): string {
  return path.replace(/^src\//, '').replace(/\.ts$/, '');
}

/** The folder of `src/`, or the file itself where it lies there. */
export function roomOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

export function importsOf({ path, tree }: SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const isOurs = specifier.text.startsWith('.');
    found.push({ to: isOurs ? nameOf(join(dirname(path), specifier.text)) : specifier.text, isOurs, isTypeOnly });
  };
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && (isDynamicImport(node) || node.expression.getText() === 'require'))
      add(node.arguments[0], false);
  });
  return found;
}

export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function isDynamicImport({ expression }: ts.CallExpression): boolean {
  return expression.kind === ts.SyntaxKind.ImportKeyword;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly);
}
