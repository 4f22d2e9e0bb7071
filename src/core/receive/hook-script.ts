import { sha256 } from '../sha256.ts';

/** The hooks of a push that this program has a part in, in the order in which git runs them. */
export const HOOKS = ['pre-receive', 'post-receive'] as const;

export type HookName = (typeof HOOKS)[number];

/** How a hook calls this program. */
export interface HookCall {
  /** Program and arguments that start this program. */
  readonly self: readonly [string, ...string[]];
  readonly configPath: string;
  /** Settings that were given in the environment, `RECONCILE_HOST=web-1`; that of whoever pushes does not count. */
  readonly settings: readonly string[];
}

const MARK = '# php-env-reconciler ';

/** The words of a shell that call this program as this hook. */
export function renderCall(hook: HookName, { self, configPath, settings }: HookCall): string {
  const words = [...self, hook, '--config', configPath];
  return [...words, ...settings.flatMap((setting) => ['--setting', setting])].map(quote).join(' ');
}

/**
 * A hook: it hands all on to this program. Where that is gone, a push is refused and told why, rather than taken unseen. Its
 * second line has the hash of all that follows, by which it is known for ours as long as nobody changes it.
 */
export function renderHook(hook: HookName, call: HookCall): string {
  const body = `# Written by \`reconcile receive install\`, and taken away by \`reconcile receive uninstall\`.
for file in ${call.self.map(quote).join(' ')}; do
  [ -r "$file" ] && continue
  echo "reconcile: $file cannot be read; \\\`reconcile receive install\\\` on the host writes this hook anew" >&2
  exit 1
done
exec ${renderCall(hook, call)}
`;
  return `#!/bin/sh\n${MARK}${sha256(body)}\n${body}`;
}

/** Whether this program has written a hook, and nobody else has changed it since. */
export function isOwnHook(text: string): boolean {
  const [, hash, body = ''] = /^#!\/bin\/sh\n# php-env-reconciler ([0-9a-f]{64})\n(.*)$/s.exec(text) ?? [];
  return hash === sha256(body);
}

/** Whether a hook was ours once, or was made out of one of ours. */
export function isMarked(text: string): boolean {
  return text.includes(`\n${MARK}`);
}

/** One word for sh(1), whatever is in it. */
function quote(word: string): string {
  return /^[\w./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
