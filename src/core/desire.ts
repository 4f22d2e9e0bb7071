import { complain, hasErrors } from './complain.ts';
import { fingerprintOf } from './plan.ts';
import { renderFile } from './render.ts';
import { parseRepository } from './repository/repository.ts';
import { resolveHost } from './resolve.ts';
import type {
  Checked,
  Complaint,
  Desired,
  DesiredFile,
  Destination,
  Host,
  HostProfile,
  Repository,
  Snapshot,
  Variable,
} from './types.ts';

/** Read bit for everybody else. */
const OTHERS_READ = 0o004;

/**
 * What one commit wants on one host: pure, and every complaint at once.
 * The value is null when any error stands in the way; complaints then say where.
 */
export function makeDesired(snapshot: Snapshot, profile: HostProfile): Checked<Desired> {
  const repository = parseRepository(snapshot, { names: profile.names });
  if (repository.value === null) return { value: null, complaints: repository.complaints };
  const resolved = resolveHost(repository.value, profile);
  const complaints = [...repository.complaints, ...resolved.complaints];
  if (resolved.value === null) return { value: null, complaints };

  const { host, variables } = resolved.value;
  const files: DesiredFile[] = [];
  for (const destination of profile.destinations) {
    complaints.push(...exposedSecrets(destination, variables, profile));
    const file = renderDestination({ repository: repository.value, host, variables, profile }, destination);
    complaints.push(...file.complaints);
    if (file.value !== null) files.push(file.value);
  }
  if (hasErrors(complaints)) return { value: null, complaints };
  const secrets = variables.filter((variable) => variable.value.secret).map((variable) => variable.name);
  return {
    value: { commit: snapshot.commit, fingerprint: fingerprintOf(files), files, secrets },
    complaints,
  };
}

interface HostContent {
  readonly repository: Repository;
  readonly host: Host;
  readonly variables: readonly Variable[];
  readonly profile: HostProfile;
}

function renderDestination(content: HostContent, destination: Destination): Checked<DesiredFile> {
  const template = content.repository.templates.get(destination.target);
  if (template === undefined) {
    const message = `the repository has no template for the ${destination.target} file`;
    return { value: null, complaints: [complain('FILE_MISSING', null, message)] };
  }
  const { host, variables, profile } = content;
  const pools = destination.target === 'php-fpm' ? profile.pools : [];
  const rendered = renderFile({
    template,
    host,
    variables,
    pools,
    announceRevision: profile.announceRevision,
  });
  const value = rendered.value === null ? null : { ...destination, bytes: rendered.value.bytes };
  return { value, complaints: rendered.complaints };
}

/** A secret in a file that every local user can read is no secret. */
function exposedSecrets(
  destination: Destination,
  variables: readonly Variable[],
  profile: HostProfile,
): readonly Complaint[] {
  if (profile.exposeSecrets || (destination.mode & OTHERS_READ) === 0) return [];
  return variables
    .filter((variable) => variable.value.secret && variable.targets.includes(destination.target))
    .map((variable) => {
      const message = `${variable.name} is a secret, and ${destination.path} (mode ${destination.mode.toString(8)}) can be read by everybody`;
      return complain('SECRET_EXPOSED', variable.origin.at, message);
    });
}
