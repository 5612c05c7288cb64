/** Clock, randomness, timers, environment, disk and sockets are reached through the two rooms of doors and nowhere else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { DOOR_ROOMS, DOORS, EXCEPTIONS, FORBIDDEN_GLOBALS } from './rooms.ts';
import { importsOf, readSources, type SourceFile, visit } from './sources.ts';

const sources = readSources('src').filter(({ path }) => !DOOR_ROOMS.some((room) => path.startsWith(room)));

test('no module outside the doors imports a door', () => {
  const violations = sources.flatMap((source) =>
    importsOf(source)
      .filter(({ to, isTypeOnly }) => DOORS.includes(to) && !isTypeOnly)
      .filter(({ to }) => !(`${source.path} ${to}` in EXCEPTIONS))
      .map(({ to }) => `${source.path} imports ${to}`),
  );
  assert.deepEqual(violations, []);
});

test('no module outside the doors uses a global that touches the world', () => {
  const violations = sources.flatMap((source) =>
    globalsOf(source)
      .filter((name) => !(`${source.path} ${name}` in EXCEPTIONS))
      .map((name) => `${source.path} uses ${name}`),
  );
  assert.deepEqual(violations, []);
});

test('every exception is still needed', () => {
  const used = sources.flatMap((source) => [
    ...importsOf(source).map(({ to }) => `${source.path} ${to}`),
    ...globalsOf(source).map((name) => `${source.path} ${name}`),
  ]);
  assert.deepEqual(
    Object.keys(EXCEPTIONS).filter((key) => !used.includes(key)),
    [],
  );
});

test('the rules see what they forbid', () => {
  const text = `const a = Date.now(); const b = new Date(); const c = globalThis.process.env; setTimeout(f, 1);
    const fine = { now: new Date(0), process: 1, setTimeout }; fine.process; type T = typeof process;`;
  const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2023, true);
  assert.deepEqual(globalsOf({ path: 'x.ts', text, tree }).sort(), [
    'Date.now',
    'new Date()',
    'process',
    'setTimeout',
    'setTimeout',
  ]);
});

function globalsOf({ tree }: SourceFile): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
      found.push('new Date()');
    } else if (ts.isPropertyAccessExpression(node)) {
      const name = node.getText().replace(/^globalThis\./, '');
      if (FORBIDDEN_GLOBALS.includes(name)) found.push(name);
    } else if (ts.isIdentifier(node) && FORBIDDEN_GLOBALS.includes(node.text) && isReference(node)) {
      found.push(node.text);
    }
  });
  return found;
}

/** Whether the name stands for the global: not for a member, a declaration or a type. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  if (ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  const isNamed = 'name' in parent && parent.name === node;
  return ts.isShorthandPropertyAssignment(parent) || !(isNamed || ts.isImportSpecifier(parent));
}
