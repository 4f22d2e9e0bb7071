import type { Remote } from '../core/git/remote.ts';
import { describeRemote, isPrivate, parseRemote } from '../core/git/remote.ts';
import type { Tracked } from '../core/git/tracked.ts';
import { isRefName } from '../core/git/tracked.ts';
import type { RepositoryConfig } from './config.ts';
import type { Resolving } from './resolving.ts';
import { resolveChoice, wrong } from './resolving.ts';

/** Which repository, what of it, how it is reached and who may speak for it. `state`: the state directory. */
export function resolveRepository(resolving: Resolving, state: string): RepositoryConfig {
  const { written } = resolving;
  const config: RepositoryConfig = {
    remotes: resolveRemotes(resolving),
    transport: resolveChoice(resolving, 'repository.transport', ['auto', 'mirror', 'snapshot']),
    tracked: resolveTracked(resolving),
    access: {
      username: written.text('repository.username') ?? 'git',
      tokenFile: written.text('repository.token_file'),
      caFile: written.text('repository.ca_file'),
      identityFile: written.text('repository.identity_file'),
      knownHostsFile: written.text('repository.known_hosts'),
      keptSeconds: written.integer('repository.keep_connection_seconds') ?? 90,
    },
    clone: written.text('repository.clone') ?? `${state}/clone`,
    trust: {
      verify: resolveChoice(resolving, 'repository.verify', ['none', 'tip', 'all-new']),
      allowedSignersFile: written.text('repository.allowed_signers'),
      revokedKeysFile: written.text('repository.revoked_keys'),
      openpgpKeysFile: written.text('repository.openpgp_keys'),
    },
  };
  checkTransport(resolving, config);
  checkTrust(resolving, config);
  return config;
}

/** The repository itself, then its mirrors. */
function resolveRemotes({ written, complaints }: Resolving): readonly Remote[] {
  const url = written.text('repository.url');
  if (url === null)
    complaints.push(wrong(null, 'repository.url is missing: name the config repository, by its path or URL'));
  const mirrors = written.list('repository.mirrors') ?? [];
  const texts = [
    ...(url === null ? [] : [['repository.url', url] as const]),
    ...mirrors.map((mirror) => ['repository.mirrors', mirror] as const),
  ];
  return texts.flatMap(([path, text]) => {
    const parsed = parseRemote(text);
    if ('remote' in parsed) return [parsed.remote];
    complaints.push(wrong(written.at(path), `${path} cannot be used: ${parsed.wrong}`));
    return [];
  });
}

const TRACKED = ['branch', 'tag', 'commit'] as const;

/** One of three settings; a branch `main` where none is written. */
function resolveTracked({ written, complaints }: Resolving): Tracked {
  const found = TRACKED.flatMap((kind): readonly Tracked[] => {
    const name = written.text(`repository.${kind}`);
    return name === null ? [] : [{ kind, name }];
  });
  const [tracked = { kind: 'branch', name: 'main' }, second] = found;
  const complain = (kind: string, message: string) =>
    complaints.push(wrong(written.at(`repository.${kind}`), message));
  if (second !== undefined)
    complain(second.kind, `repository.${second.kind} and repository.${tracked.kind} exclude each other`);
  for (const { kind, name } of found.filter((each) => !isRefName(each.name)))
    complain(kind, `repository.${kind} must be a name that git allows, not ${JSON.stringify(name)}`);
  if (tracked.kind === 'commit' && !/^[0-9a-f]{40}$/.test(tracked.name))
    complain(
      'commit',
      'repository.commit must be the 40 hex digits of a commit, as `git rev-parse` prints them',
    );
  return tracked;
}

function checkTransport({ written, complaints }: Resolving, config: RepositoryConfig): void {
  const { remotes, transport, access } = config;
  const other = remotes.find(({ kind }) => kind !== 'http');
  if (transport === 'snapshot' && other !== undefined) {
    const message = `repository.transport: snapshot is for http and https alone, not for ${describeRemote(other)}`;
    complaints.push(wrong(written.at('repository.transport'), message));
  }
  const open = remotes.find((remote) => !isPrivate(remote));
  if (access.tokenFile !== null && open !== undefined) {
    const message = `the token would go over the network in clear: use https instead of ${describeRemote(open)}`;
    complaints.push(wrong(written.at('repository.token_file'), message));
  }
}

/** A signature alone does not bind a commit to this repository: the same people sign others as well. */
function checkTrust({ written, complaints }: Resolving, { trust }: RepositoryConfig): void {
  const { verify, allowedSignersFile, openpgpKeysFile } = trust;
  if (verify === 'none') return;
  const at = written.at('repository.verify');
  if (allowedSignersFile === null && openpgpKeysFile === null)
    complaints.push(
      wrong(at, `repository.verify: ${verify} needs repository.allowed_signers or repository.openpgp_keys`),
    );
  if (written.text('repository.id') === null)
    complaints.push(
      wrong(at, `repository.verify: ${verify} needs repository.id, the \`id\` of its reconcile.yaml`),
    );
}
