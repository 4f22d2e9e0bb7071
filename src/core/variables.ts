import { complain, warn } from './complain.ts';
import type { RawVariable } from './expand.ts';
import { expandVariables } from './expand.ts';
import type {
  Checked,
  Complaint,
  Declaration,
  Host,
  Layer,
  LayerEntry,
  Origin,
  TargetName,
  Variable,
} from './types.ts';
import { checkValue } from './value-rules.ts';

/** What the variables of one host are made of. */
export interface MergeRequest {
  readonly host: Host;
  /** Weakest first. */
  readonly layers: readonly Layer[];
  readonly declarations: ReadonlyMap<string, Declaration>;
}

/** One layer's word on a variable. */
interface Claim {
  readonly entry: LayerEntry;
  readonly origin: Origin;
}

const BOTH: readonly TargetName[] = ['php-fpm', 'shell'];

/**
 * The variables of one host, sorted by name in byte order: the strongest layer wins, `!unset` removes, `!expand`
 * is replaced, declarations are held to. With errors, those that have a value all the same. All mistakes at once: VALUE_MISSING, VALUE_UNDECLARED_SHAPE,
 * VALUE_IMPOSSIBLE, EXPAND_UNKNOWN, EXPAND_CYCLE; warnings VALUE_CONTROL, and VALUE_MISSING for an `!unset` of
 * something that no weaker layer has. Names that variables.yaml does not know are not complained about here:
 * that is said once, when the repository is read.
 */
export function mergeVariables(request: MergeRequest): Checked<readonly Variable[]> {
  const claims = collectClaims(request.layers);
  const raw = new Map<string, RawVariable>();
  for (const [name, { entry }] of strongest(claims)) {
    if (entry.kind === 'unset') continue;
    raw.set(name, { ...entry, secret: request.declarations.get(name)?.secret ?? false });
  }
  const expanded = expandVariables(raw);
  const complaints: Complaint[] = [
    ...checkUnset(claims),
    ...checkRequired(request, raw),
    ...expanded.complaints,
  ];
  const variables: Variable[] = [];
  for (const name of [...expanded.values.keys()].sort()) {
    const variable = makeVariable(name, expanded.values.get(name), { claims, request });
    if (variable === null) continue;
    complaints.push(...checkValue(variable, request.declarations.get(name)));
    variables.push(variable);
  }
  return { value: variables, complaints };
}

/** Name → what the layers say of it, strongest first. */
function collectClaims(layers: readonly Layer[]): ReadonlyMap<string, readonly Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const layer of [...layers].reverse()) {
    for (const [name, entry] of layer.file.entries) {
      const claim = { entry, origin: { layer: layer.name, at: entry.at } };
      const others = claims.get(name);
      if (others === undefined) claims.set(name, [claim]);
      else others.push(claim);
    }
  }
  return claims;
}

function* strongest(claims: ReadonlyMap<string, readonly Claim[]>): Generator<readonly [string, Claim]> {
  for (const [name, [first]] of claims) if (first !== undefined) yield [name, first];
}

/** An `!unset` below which nothing is set does nothing: most likely the name is mistyped. */
function checkUnset(claims: ReadonlyMap<string, readonly Claim[]>): readonly Complaint[] {
  return [...claims].flatMap(([name, all]) =>
    all.flatMap(({ entry }, index) => {
      if (entry.kind !== 'unset') return [];
      const weaker = all[index + 1];
      if (weaker !== undefined && weaker.entry.kind !== 'unset') return [];
      return [warn('VALUE_MISSING', entry.at, `!unset of ${name}, which no weaker layer sets`)];
    }),
  );
}

function checkRequired(request: MergeRequest, raw: ReadonlyMap<string, RawVariable>): readonly Complaint[] {
  const files = request.layers.map((layer) => layer.file.path).join(', ');
  return [...request.declarations.values()]
    .filter((declaration) => declaration.required && !raw.has(declaration.name))
    .map(({ name, at }) =>
      complain(
        'VALUE_MISSING',
        at,
        `${name} is required, and no layer of ${request.host.name} sets it (${files})`,
      ),
    );
}

interface VariableSource {
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  readonly request: MergeRequest;
}

function makeVariable(
  name: string,
  value: Variable['value'] | undefined,
  source: VariableSource,
): Variable | null {
  const [winner, ...weaker] = source.claims.get(name) ?? [];
  if (winner === undefined || value === undefined) return null;
  return {
    name,
    value,
    targets: source.request.declarations.get(name)?.files ?? BOTH,
    origin: winner.origin,
    hides: weaker.map((claim) => claim.origin),
  };
}
