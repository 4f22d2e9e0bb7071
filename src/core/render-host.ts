import { complain, countErrors, hasErrors } from './complain.ts';
import type { ErrorCode } from './errors.ts';
import { checkValues, renderFile } from './render.ts';
import type { HostRequest, ResolvedHost } from './resolve.ts';
import { resolveHost } from './resolve.ts';
import type { Checked, Complaint, RenderedFile, Repository, TargetName } from './types.ts';

/** A host and how its files are written. */
export interface RenderHostRequest extends HostRequest {
  readonly targets: readonly TargetName[];
  /** `[pool]` headers of the php-fpm file. */
  readonly pools: readonly string[];
  readonly announceRevision: boolean;
}

export interface RenderedHost extends ResolvedHost {
  readonly files: readonly RenderedFile[];
}

/** Mistakes that stay mistakes when all others are corrected; the rest may only follow from an earlier one. */
const STANDING_ALONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'VALUE_UNDECLARED_SHAPE',
  'VALUE_CONTROL',
  'EXPAND_CYCLE',
]);

/** So many mistakes in files are enough to begin with; hosts are looked at when they are corrected. */
const ENOUGH = 100;

/**
 * The files of one host, and all mistakes of a repository that this host can see at once. A repository that is only
 * partly readable is looked at as far as it goes; what may follow from an earlier mistake is left out. The
 * complaints of parsing itself are the caller's to tell. Codes: those of resolveHost and renderFile, FILE_MISSING.
 */
export function renderHost(parsed: Checked<Repository>, request: RenderHostRequest): Checked<RenderedHost> {
  if (parsed.value === null || countErrors(parsed.complaints) > ENOUGH)
    return { value: null, complaints: [] };
  const repository = parsed.value;
  const resolved = resolveHost(repository, request);
  const complaints = withoutFollowUps(resolved.complaints, parsed.complaints);
  const host = resolved.value;
  if (host === null) return { value: null, complaints };
  if (hasErrors([...parsed.complaints, ...complaints])) {
    const impossible = request.targets.flatMap((target) => checkValues(target, host.variables));
    return { value: null, complaints: [...complaints, ...impossible] };
  }
  const rendered = request.targets.map((target) => renderTarget(repository, host, { ...request, target }));
  const files = rendered.flatMap((file) => file.value ?? []);
  complaints.push(...rendered.flatMap((file) => file.complaints));
  return { value: hasErrors(complaints) ? null : { ...host, files }, complaints };
}

function renderTarget(
  repository: Repository,
  { host, variables }: ResolvedHost,
  { target, pools, announceRevision }: Omit<RenderHostRequest, 'targets'> & { readonly target: TargetName },
): Checked<RenderedFile> {
  const template = repository.templates.get(target);
  if (template === undefined) {
    const message = `the repository has no template for the ${target} file`;
    return { value: null, complaints: [complain('FILE_MISSING', null, message)] };
  }
  return renderFile({ template, host, variables, pools, announceRevision });
}

function withoutFollowUps(later: readonly Complaint[], earlier: readonly Complaint[]): Complaint[] {
  if (!hasErrors(earlier)) return [...later];
  return later.filter((complaint) => STANDING_ALONE.has(complaint.code));
}
