import { complain, hasErrors, sortComplaints } from './complain.ts';
import { fingerprintOf } from './plan.ts';
import { renderHost } from './render-host.ts';
import { parseRepository } from './repository/repository.ts';
import { SETTINGS_FILE } from './repository/settings.ts';
import type {
  Checked,
  Complaint,
  Desired,
  Destination,
  HostProfile,
  Repository,
  Snapshot,
  Variable,
} from './types.ts';

/** Read bit for everybody else. */
const OTHERS_READ = 0o004;

/** What a commit wants, and in which environment it has the host; null: it does not have it in any. */
export interface CheckedDesired extends Checked<Desired> {
  readonly environment: string | null;
}

/**
 * What one commit wants on one host: pure, and every complaint at once.
 * The value is null when any error stands in the way; complaints then say where.
 */
export function makeDesired(snapshot: Snapshot, profile: HostProfile): CheckedDesired {
  const parsed = parseRepository(snapshot, { names: profile.names });
  const foreign = findForeign(parsed.value, profile);
  if (foreign !== null) return { value: null, complaints: [foreign], environment: null };
  const environment = parsed.value?.hosts.get(profile.name)?.environment ?? profile.environment;
  return { ...renderDesired(snapshot, parsed, profile), environment };
}

function renderDesired(
  snapshot: Snapshot,
  parsed: Checked<Repository>,
  profile: HostProfile,
): Checked<Desired> {
  const { destinations } = profile;
  const targets = destinations.map((destination) => destination.target);
  const rendered = renderHost(parsed, { ...profile, targets });
  const variables = rendered.value?.variables ?? [];
  const exposed = destinations.flatMap((destination) => exposedSecrets(destination, variables, profile));
  const complaints = sortComplaints([...parsed.complaints, ...rendered.complaints, ...exposed]);
  if (rendered.value === null || hasErrors(complaints)) return { value: null, complaints };

  const bytes = new Map(rendered.value.files.map((file) => [file.target, file.bytes]));
  const files = destinations.map((each) => ({ ...each, bytes: bytes.get(each.target) ?? null }));
  const secrets = variables.filter((variable) => variable.value.secret).map((variable) => variable.name);
  return {
    value: { commit: snapshot.commit, fingerprint: fingerprintOf(files), files, secrets },
    complaints,
  };
}

/** Another repository may be a good one, and signed by the same people: what else is wrong with it is not our business. */
function findForeign(repository: Repository | null, { repositoryId }: HostProfile): Complaint | null {
  const id = repository?.settings.id;
  if (repositoryId === null || id === undefined || id === repositoryId) return null;
  const message = `the repository has the id ${JSON.stringify(id)}, and this host takes ${JSON.stringify(repositoryId)} alone`;
  return complain('SOURCE_FOREIGN', { file: SETTINGS_FILE, line: 1, column: 1 }, message);
}

/** A secret in a file that every local user can read is no secret. */
function exposedSecrets(
  destination: Destination,
  variables: readonly Variable[],
  profile: HostProfile,
): readonly Complaint[] {
  if (profile.exposeSecrets || (destination.mode & OTHERS_READ) === 0) return [];
  const mode = destination.mode.toString(8);
  return variables
    .filter((variable) => variable.value.secret && variable.targets.includes(destination.target))
    .map(({ name, origin }) => {
      const message = `${name} is a secret, and ${destination.path} (mode ${mode}) can be read by everybody`;
      return complain('SECRET_EXPOSED', origin.at, message);
    });
}
