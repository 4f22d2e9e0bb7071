/** A node of the syntax tree (ESTree with TypeScript's additions); offsets count UTF-16 units. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Every node below the root with its parent, in the order of the text. */
export function* walk(parent: Syntax): Generator<{ node: Syntax; parent: Syntax }> {
  for (const child of Object.values(parent).flat()) {
    if (isSyntax(child)) {
      yield { node: child, parent };
      yield* walk(child);
    }
  }
}

/** True for functions with a body: declared, expressed, arrows, and the value of a method. */
export function isFunction(node: Syntax | null | undefined): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node?.type ?? '');
}

/** The name of an identifier, or the one that a declaration or a member gives to what it holds; else null. */
export function nameOf(node: Syntax): string | null {
  if (typeof node.name === 'string') {
    return node.name;
  }
  const holder = /^(FunctionDeclaration|VariableDeclarator|MethodDefinition|PropertyDefinition|Property)$/;
  const named = holder.test(node.type) ? ((node.id ?? node.key) as Syntax | null) : null;
  return typeof named?.name === 'string' ? named.name : null;
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
