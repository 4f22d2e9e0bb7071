import { complain, hasErrors } from './complain.ts';
import { checkGrammar } from './grammar.ts';
import { makeRevision, REVISION_MARK } from './revision.ts';
import { TARGETS } from './targets/index.ts';
import type { Encoding, Target } from './targets/target.ts';
import { describeRule } from './targets/target.ts';
import { fillTemplate } from './template.ts';
import { EncodedValue } from './template-view.ts';
import type { Checked, Complaint, RenderedFile, RenderRequest, TargetName, Variable } from './types.ts';

/**
 * One file of one host: its own variables, encoded, put into the template, and proven by reading the bytes back.
 *
 * Gives bytes only without errors, and every error of a stage at once: VALUE_IMPOSSIBLE where a value was written,
 * TEMPLATE_INVALID in the template, GRAMMAR in what it wrote. No complaint holds a byte of a value.
 */
export function renderFile(request: RenderRequest): Checked<RenderedFile> {
  const target = TARGETS[request.template.target];
  const own = request.variables.filter(({ targets }) => targets.includes(target.name));
  const { value: encoded, complaints } = encodeVariables(target, own);
  if (encoded === null) {
    return { value: null, complaints };
  }
  return fill(request, own, encoded);
}

/** The values that a target cannot carry, without rendering anything: VALUE_IMPOSSIBLE where each was written. */
export function checkValues(target: TargetName, variables: readonly Variable[]): readonly Complaint[] {
  const own = variables.filter(({ targets }) => targets.includes(target));
  return encodeVariables(TARGETS[target], own).complaints;
}

/** `NAME=value` and its NUL must fit into MAX_ARG_STRLEN of Linux, or PHP and the shell start no program any more. */
const BYTES_LIMIT = 131_071;

function encodeVariables(
  target: Target,
  variables: readonly Variable[],
): Checked<ReadonlyMap<string, EncodedValue>> {
  const encoded = new Map<string, EncodedValue>();
  const complaints: Complaint[] = [];
  for (const variable of variables) {
    const text = variable.value.reveal();
    const encoding = encodeVariable(target, variable.name, text);
    if (encoding.possible) {
      encoded.set(variable.name, new EncodedValue(text, encoding.text));
    } else {
      const why = describeRule(encoding.rule);
      const message = `${variable.name} cannot stand in the ${target.name} file: ${why}`;
      complaints.push(complain('VALUE_IMPOSSIBLE', variable.origin.at, message));
    }
  }
  return { value: hasErrors(complaints) ? null : encoded, complaints };
}

/** The target's encoding of one variable's value, or the rule that it breaks; the length counts in bytes of UTF-8. */
function encodeVariable(target: Target, name: string, text: string): Encoding {
  const encoding = target.encodeValue(text);
  const isTooLong = Buffer.byteLength(name) + 1 + Buffer.byteLength(text) > BYTES_LIMIT;
  return encoding.possible && isTooLong ? { possible: false, rule: 'too-long' } : encoding;
}

function fill(
  { template, host, pools: listed, announceRevision }: RenderRequest,
  own: readonly Variable[],
  encoded: ReadonlyMap<string, EncodedValue>,
): Checked<RenderedFile> {
  const isPhp = template.target === 'php-fpm';
  const pools = isPhp ? listed : [];
  const variables = new Map(own.map(({ name, value }) => [name, value.reveal()]));
  const mark = isPhp && announceRevision ? new EncodedValue(REVISION_MARK, `"${REVISION_MARK}"`) : null;
  const filled = fillTemplate(template, {
    variables: [...encoded].map(([name, value]) => ({ name, value })),
    host,
    pools,
    revision: mark,
  });
  if (filled.value === null) {
    return { value: null, complaints: filled.complaints };
  }
  const revision = mark === null ? null : makeRevision(filled.value);
  const bytes = Buffer.from(filled.value.replaceAll(REVISION_MARK, revision ?? REVISION_MARK));
  const complaints = checkGrammar(bytes, { variables, pools, revision }, template);
  return { value: hasErrors(complaints) ? null : { target: template.target, bytes }, complaints };
}
