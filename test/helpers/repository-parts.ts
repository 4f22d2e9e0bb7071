import { parseRepository } from '../../src/core/repository/repository.ts';
import { resolveHost } from '../../src/core/resolve.ts';
import type { Complaint, Repository, Variable } from '../../src/core/types.ts';
import { makeRepositorySnapshot, makeSnapshot } from '../fixtures/repository.ts';

export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** The complaints about the fixture repository with these changes. */
export function complaintsAbout(changes: Files): readonly Complaint[] {
  return parseRepository(makeRepositorySnapshot(changes)).complaints;
}

/** A repository of one host `h` in environment `e` and groups `g1`, `g2`, with layers given by name. */
export function makeSmallRepository(files: Files): Repository {
  const snapshot = makeSnapshot({
    'reconcile.yaml':
      'format: 1\nid: x\nlayers: [env/common.yaml, "env/environments/{environment}.yaml", "env/groups/{group}.yaml", "env/hosts/{host}.yaml"]\n',
    'hosts.yaml': 'h: {environment: e, groups: [g1, g2]}\n',
    'env/common.yaml': '',
    'env/environments/e.yaml': '',
    'templates/shell_env.sh.liquid': '',
    ...files,
  });
  const { value, complaints } = parseRepository(snapshot);
  if (value === null) throw new Error(JSON.stringify(complaints));
  return value;
}

/** Variables and complaints of `h` where env/common.yaml holds `common`. */
export function resolveSmall(common: string, files: Files = {}): ReturnType<typeof resolveHost> {
  return resolveHost(makeSmallRepository({ 'env/common.yaml': common, ...files }), { name: 'h' });
}

/** NAME → text, secrets revealed. */
export function textsOf(variables: readonly Variable[] | undefined): { readonly [name: string]: string } {
  return Object.fromEntries((variables ?? []).map(({ name, value }) => [name, value.reveal()]));
}
