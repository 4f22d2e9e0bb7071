import type { Change } from './types.ts';

/** What a run changed on its host, or would change. */
export interface Work {
  readonly changes: readonly { readonly kind: Change['kind']; readonly path: string }[];
  readonly reloads: number;
}

/** One phrase for each thing that was done: `replaced /etc/profile.d/shell_env.sh`. */
export function describeWork({ changes, reloads }: Work, isDry: boolean): readonly string[] {
  const verbs = isDry ? WOULD : DID;
  const phrases = changes.map(({ kind, path }) => `${verbs[kind]} ${path}`);
  return reloads > 0 ? [...phrases, verbs.reload] : phrases;
}

type Verbs = Readonly<Record<Change['kind'] | 'reload', string>>;

const DID: Verbs = {
  create: 'created',
  replace: 'replaced',
  remove: 'removed',
  metadata: 'corrected mode or owner of',
  reload: 'reloaded php-fpm and proved it',
};

const WOULD: Verbs = {
  create: 'would create',
  replace: 'would replace',
  remove: 'would remove',
  metadata: 'would correct mode or owner of',
  reload: 'would reload php-fpm',
};
