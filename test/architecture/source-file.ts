import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vitest/node';
import type { Syntax } from './syntax.ts';
import { isFunction, nameOf, walk } from './syntax.ts';

/** What the rules may know about one file below src; all lines count from 1. */
export interface SourceFile {
  /** Relative to src, with slashes: `core/plan.ts`. */
  readonly path: string;
  readonly lines: number;
  readonly nonBlankLines: number;
  readonly commentLines: number;
  readonly imports: readonly Import[];
  readonly reexports: readonly number[]; // lines
  readonly functions: readonly FunctionSize[];
  readonly undocumented: readonly Named[]; // exported functions
  readonly anys: readonly number[]; // lines
  /** Every name that is read: `console`, and with its property: `process.env`. A `new Date()` is `new Date()`. */
  readonly reads: readonly Named[];
}

export interface Import {
  readonly line: number;
  /** As written: `./plan.ts`, `node:fs`, `@scope/package/sub`. */
  readonly specifier: string;
  /** The file below src that it means, else null. */
  readonly file: string | null;
  readonly typeOnly: boolean;
}

export interface Named {
  readonly name: string;
  readonly line: number;
}

/** `name` is null for a function that is only handed on, as a callback is. */
export interface FunctionSize {
  readonly name: string | null;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

/** Every TypeScript file below the directory, in the order of their paths; none when the directory is not there. */
export function readSourceFiles(root: string): SourceFile[] {
  const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  const sources = names.filter((name) => name.endsWith('.ts')).sort();
  return sources.map((name) => parseSourceFile(name, readFileSync(path.join(root, name), 'utf8')));
}

/** The facts about one file. Throws when it is not TypeScript. */
export function parseSourceFile(filePath: string, text: string): SourceFile {
  const program = parseAst(text, { lang: 'ts' }) as unknown as Syntax;
  const nodes = [...walk(program)];
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const lines = text.trimEnd().split('\n');
  const nonBlank = lines.filter((line) => line.trim() !== '');
  const linesOf = (type: string) =>
    nodes.filter(({ node }) => node.type === type).map(({ node }) => lineOf(node.start));
  return {
    path: filePath,
    lines: lines.length,
    nonBlankLines: nonBlank.length,
    commentLines: nonBlank.filter((line) => /^\s*(\/\/|\/\*|\*( |\/|$))/.test(line)).length,
    imports: nodes.flatMap(({ node }) => readImport(node, filePath, lineOf)),
    reexports: nodes.filter(({ node }) => isReexport(node)).map(({ node }) => lineOf(node.start)),
    functions: nodes.flatMap(({ node, parent }) => measureFunction(node, parent, lineOf)),
    undocumented: nodes.flatMap(({ node }) => readUndocumented(node, text, lineOf)),
    anys: linesOf('TSAnyKeyword'),
    reads: nodes.flatMap(({ node, parent }) => readName(node, parent, lineOf)),
  };
}

type LineOf = (offset: number) => number;

/** Static, dynamic and type imports (`import('x').Y`), and `export … from`. */
function readImport(node: Syntax, from: string, lineOf: LineOf): Import[] {
  const source = node.source as Syntax | null | undefined;
  const specifier = source?.value;
  if (typeof specifier !== 'string') {
    return [];
  }
  const file = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : null;
  return [{ line: lineOf(node.start), specifier, file, typeOnly: isTypeOnly(node) }];
}

function isTypeOnly(node: Syntax): boolean {
  return [node.importKind, node.exportKind].includes('type') || node.type === 'TSImportType';
}

function isReexport(node: Syntax): boolean {
  return /^Export(All|Named)Declaration$/.test(node.type) && node.source !== null;
}

function measureFunction(node: Syntax, parent: Syntax, lineOf: LineOf): FunctionSize[] {
  if (!isFunction(node)) {
    return [];
  }
  const line = lineOf(node.start);
  const parameters = (node.params as readonly unknown[]).length;
  return [{ name: nameOf(node) ?? nameOf(parent), line, lines: lineOf(node.end) - line + 1, parameters }];
}

/** Exported functions, also those that are a constant, before which no docstring ends. */
function readUndocumented(node: Syntax, text: string, lineOf: LineOf): Named[] {
  const declaration = node.declaration as Syntax | null | undefined;
  if (node.type !== 'ExportNamedDeclaration' || !declaration || hasDocstring(text.slice(0, node.start))) {
    return [];
  }
  const declarators = (declaration.declarations ?? [declaration]) as readonly Syntax[];
  const functions = declarators.filter((item) => isFunction(item) || isFunction(item.init as Syntax | null));
  return functions.map((item) => ({ name: nameOf(item) ?? 'default', line: lineOf(node.start) }));
}

/** Whether the text ends with a comment that begins with two stars. */
function hasDocstring(before: string): boolean {
  return /(^|\n)[ \t]*\/\*\*((?!\*\/)[\s\S])*\*\/\s*$/.test(before);
}

function readName(node: Syntax, parent: Syntax, lineOf: LineOf): Named[] {
  const line = lineOf(node.start);
  if (node.type !== 'Identifier' || isKey(node, parent)) {
    return [];
  }
  const name = nameOf(node) ?? '';
  const property = parent.object === node ? nameOf(parent.property as Syntax) : null;
  const isBareDate =
    parent.type === 'NewExpression' && name === 'Date' && (parent.arguments as unknown[]).length === 0;
  return [
    { name: isBareDate ? 'new Date()' : name, line },
    ...(property === null ? [] : [{ name: `${name}.${property}`, line }]),
  ];
}

/** The name of a property, a member or a label is not a name that is read. */
function isKey(node: Syntax, parent: Syntax): boolean {
  const isNamedBy = parent.property === node || parent.key === node || parent.label === node;
  return isNamedBy && parent.computed !== true && parent.shorthand !== true;
}
