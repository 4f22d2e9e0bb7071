import type { Emitter, FilterImplOptions, Operators, TopLevelToken } from 'liquidjs';
import {
  AssertionError,
  Context,
  Liquid,
  LiquidError,
  ParseError,
  Parser,
  Tag,
  toValue,
  toValueSync,
} from 'liquidjs';
import { complain } from './complain.ts';
import type { Comparison } from './template-operators.ts';
import { COMPARISONS, isTrue, joinTexts, useDefault } from './template-operators.ts';
import type { TemplateView } from './template-view.ts';
import { EncodedValue, makeScope, writeOut } from './template-view.ts';
import type { Checked, Complaint, Location, Template } from './types.ts';

/** Characters of a template; ours have about 1,000. */
const SOURCE_LIMIT = 64 * 1024;
/** Blocks inside blocks. */
const DEPTH_LIMIT = 16;
/**
 * Work is counted in characters of source, again in every round of a loop, and `STEP` for each node and each round;
 * one unit takes at most 0.5 µs. Our own templates need less than 200 for a line.
 */
const WORK_LIMIT = 1_000_000;
const WORK_FOR_LINE = 500;
const STEP = 20;
/** Characters of comments and blank lines beside the variables. */
const COMMENT_LIMIT = 256 * 1024;

/**
 * Fills in a template: its text, or TEMPLATE_INVALID at the line and column of the template.
 *
 * It can neither run code nor read files, and it always ends: what it may do is counted in characters of source and
 * of output and not in seconds, so that a template is refused on every host or on none. What it wrote is not trusted:
 * `checkGrammar` comes next.
 */
export function fillTemplate(template: Template, view: TemplateView): Checked<string> {
  return guard(template, () => {
    const parsed = parse(template);
    const context = new MeteredContext(view);
    const output = new MeteredOutput(outputLimit(view));
    toValueSync(ENGINE.renderer.renderTemplates(parsed, context, output));
    return output.buffer;
  });
}

/** What can be said of a template without values: its syntax, tags and filters. */
export function checkTemplate(template: Template): readonly Complaint[] {
  return guard(template, () => parse(template)).complaints;
}

function parse(template: Template): ReturnType<Parser['parse']> {
  if (template.text.length > SOURCE_LIMIT) {
    throw new AssertionError(`the template is longer than ${SOURCE_LIMIT} characters`);
  }
  return new MeteredParser(ENGINE).parse(template.text, template.path);
}

/** Every section may write every variable once; the rest is comments. */
function outputLimit({ variables, pools }: TemplateView): number {
  const lines = variables.map(({ name, value }) => name.length + value.write().length + 32);
  const section = lines.reduce((sum, length) => sum + length, 0);
  return COMMENT_LIMIT + section * Math.max(pools.length, 1);
}

/** Turns whatever the engine throws into one complaint at its place in the template. */
function guard<T>(template: Template, fill: () => T): Checked<T> {
  try {
    return { value: fill(), complaints: [] };
  } catch (error) {
    if (LiquidError.is(error)) {
      const [line = 1, column = 1] = error.token.getPosition();
      return refuse({ file: template.path, line, column }, error);
    }
    if (error instanceof AssertionError || error instanceof RangeError) {
      return refuse({ file: template.path, line: 1, column: 1 }, error);
    }
    throw error;
  }
}

/** The engine repeats the place in its message, and says of too deep nesting that the stack is full. */
function refuse(
  at: Location,
  error: Error,
): { readonly value: null; readonly complaints: readonly Complaint[] } {
  const message = error.message.replace(/(?:, file:[^\n]*)?, line:\d+, col:\d+$/, '');
  const said = message.includes('call stack') ? 'the expression is nested too deeply' : message;
  return { value: null, complaints: [complain('TEMPLATE_INVALID', at, said)] };
}

// --------------------------------------------------------------------------------------------------- how it is metered

/** Counts what one filling does, and throws when that is more than any honest template needs. */
class MeteredContext extends Context {
  /** A loop may copy its list before its first round. */
  readonly loopCost: number;
  #workLeft: number;

  constructor(view: TemplateView) {
    super(makeScope(view), ENGINE.options, { sync: true }, { liquid: ENGINE });
    this.loopCost = Math.max(view.variables.length, view.pools.length, view.host.groups.length) / 64;
    this.#workLeft = WORK_LIMIT + WORK_FOR_LINE * view.variables.length * Math.max(view.pools.length, 1);
    this.memoryLimit.use = refuseRange;
    this.renderLimit.check = () => this.charge(STEP); // the engine asks at every node and in every round
  }

  charge(work: number): void {
    this.#workLeft -= work;
    if (this.#workLeft < 0) {
      throw new Error('the template does too much: loops inside loops, or very long expressions');
    }
  }
}

/** With our own filters, only `(1..n)` asks for memory. */
function refuseRange(): never {
  throw new Error('ranges like (1..9) are not offered; loop over variables, pools or host.groups');
}

class MeteredOutput implements Emitter {
  buffer = '';
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(text: string): void {
    this.buffer += text;
    if (this.buffer.length > this.#limit) {
      throw new Error(
        'the template writes too much: more than every variable once in each section, and comments',
      );
    }
  }
}

/** Charges every node with its source, up to the end of its block, each time that it is carried out. */
class MeteredParser extends Parser {
  #depth = 0;

  override parseToken(token: TopLevelToken, rest: TopLevelToken[]): ReturnType<Parser['parseToken']> {
    if (this.#depth === DEPTH_LIMIT) {
      throw new ParseError(new Error(`more than ${DEPTH_LIMIT} blocks inside each other`), token);
    }
    this.#depth += 1;
    const node = super.parseToken(token, rest);
    this.#depth -= 1;
    const source = (rest[0]?.begin ?? token.input.length) - token.begin;
    const isLoop = node instanceof Tag && node.name === 'for';
    const render = node.render.bind(node) as (context: Context, emitter: Emitter) => unknown;
    return Object.assign(node, {
      render(context: MeteredContext, emitter: Emitter): unknown {
        context.charge(source);
        context.charge(isLoop ? context.loopCost : 0);
        return render(context, emitter);
      },
    });
  }
}

// ---------------------------------------------------------------------------------------------------- what it may use

const TAGS = ['assign', 'for', 'if', 'unless', 'comment', 'break', 'continue'];

/** `{% # text %}`. The engine's own takes a time that grows with the square of its line ends. */
class InlineComment extends Tag {
  override render(): void {}
}

/** Templates exist in memory only, and nothing but the tags, filters and operators of this file exists in them. */
function makeEngine(): Liquid {
  const engine = new Liquid({
    templates: {},
    dynamicPartials: false,
    relativeReference: false,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    operators: OPERATORS,
    outputEscape: writeOut,
  });
  for (const name of Object.keys(engine.tags).filter((tag) => !TAGS.includes(tag))) {
    delete engine.tags[name];
  }
  for (const name of Object.keys(engine.filters)) {
    delete engine.filters[name];
  }
  engine.registerTag('#', InlineComment);
  engine.registerFilter('default', meterFilter(useDefault));
  engine.registerFilter('join', meterFilter(joinTexts));
  return engine;
}

/** Operators see plain texts, numbers and lists, and cost what they look at. */
const OPERATORS: Operators = {
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([sign, compare]) => [sign, meter(compare)])),
  not: (value: unknown, context: Context) => meter((plain) => !isTrue(plain))(value, null, context),
};

function meter(compare: Comparison): (left: unknown, right: unknown, context: Context) => boolean {
  return (left, right, context) => {
    const [one, other] = [toPlain(left), toPlain(right)];
    charge(context, STEP + (lengthOf(one) + lengthOf(other)) / 16);
    return compare(one, other);
  };
}

function meterFilter(filter: (...texts: readonly unknown[]) => unknown): FilterImplOptions {
  return function (...texts: readonly unknown[]) {
    charge(this.context, STEP);
    return filter(...texts);
  };
}

function charge(context: Context, work: number): void {
  if (context instanceof MeteredContext) {
    context.charge(work);
  }
}

/** `nil`, `empty` and `blank` are objects of the engine. */
function toPlain(value: unknown): unknown {
  const plain: unknown = toValue(value);
  return plain instanceof EncodedValue ? plain.compare() : plain;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

const ENGINE = makeEngine();
