import { ReconcileError } from '../errors.ts';
import type { ObservedFile } from '../types.ts';
import { addInclude, hasMadeFolder, removeInclude, renderSettings, SETTINGS_FILE } from './git-settings.ts';
import type { HookCall, HookName } from './hook-script.ts';
import { HOOKS, isMarked, isOwnHook, renderCall, renderHook } from './hook-script.ts';

/** What stands in a bare repository, as far as receiving is concerned. */
export interface FoundFiles {
  /** Bytes as latin1. */
  readonly config: string;
  /** Null: there is no file of ours. */
  readonly settings: string | null;
  /** Whether there is a directory `hooks`. */
  readonly hasFolder: boolean;
  readonly hooks: Readonly<Record<HookName, ObservedFile>>;
}

/** One step; `path` is below the repository, `bytes` are the whole file. */
export type ReceiveChange =
  | { readonly kind: 'make folder' | 'remove folder' | 'remove'; readonly path: string }
  | { readonly kind: 'create' | 'replace'; readonly path: string; readonly bytes: Uint8Array };

export type Installation = HookCall & { readonly packBytes: number };

/** Permission bits of a hook. */
export const HOOK_MODE = 0o755;

/** Nothing where all is set up. Throws HOOK_FOREIGN where somebody else has such a hook. */
export function planInstallation(found: FoundFiles, wanted: Installation): readonly ReceiveChange[] {
  const foreign = HOOKS.filter((hook) => found.hooks[hook].kind !== 'absent' && !isOurs(found, hook));
  if (foreign.length > 0) throw tellForeign(foreign, wanted);
  const settings = renderSettings(wanted.packBytes, !found.hasFolder || hasMadeFolder(found.settings));
  return [
    ...changeText(SETTINGS_FILE, found.settings, settings),
    ...changeText('config', found.config, addInclude(found.config)),
    ...(found.hasFolder ? [] : [{ kind: 'make folder', path: 'hooks' } as const]),
    ...HOOKS.flatMap((hook) => changeHook(found, hook, renderHook(hook, wanted))),
  ];
}

/** Takes away what was installed. `kept`: hooks that were ours, and that somebody has changed since. */
export function planRemoval(found: FoundFiles): {
  readonly changes: readonly ReceiveChange[];
  readonly kept: readonly HookName[];
} {
  const own = HOOKS.filter((hook) => isOurs(found, hook));
  const changes: readonly ReceiveChange[] = [
    ...own.map((hook) => ({ kind: 'remove', path: `hooks/${hook}` }) as const),
    ...(hasMadeFolder(found.settings) ? [{ kind: 'remove folder', path: 'hooks' } as const] : []),
    ...changeText('config', found.config, removeInclude(found.config)),
    ...(found.settings === null ? [] : [{ kind: 'remove', path: SETTINGS_FILE } as const]),
  ];
  return { changes, kept: HOOKS.filter((hook) => !own.includes(hook) && isMarked(textOf(found, hook))) };
}

function isOurs(found: FoundFiles, hook: HookName): boolean {
  return isOwnHook(textOf(found, hook));
}

function textOf({ hooks }: FoundFiles, hook: HookName): string {
  const found = hooks[hook];
  return found.kind === 'file' ? Buffer.from(found.bytes).toString() : '';
}

function changeHook(found: FoundFiles, hook: HookName, text: string): readonly ReceiveChange[] {
  const before = found.hooks[hook];
  const path = `hooks/${hook}`;
  if (before.kind !== 'file') return [{ kind: 'create', path, bytes: Buffer.from(text) }];
  const isSame = textOf(found, hook) === text && before.mode === HOOK_MODE;
  return isSame ? [] : [{ kind: 'replace', path, bytes: Buffer.from(text) }];
}

function changeText(path: string, before: string | null, text: string): readonly ReceiveChange[] {
  if (before === text) return [];
  return [{ kind: before === null ? 'create' : 'replace', path, bytes: Buffer.from(text, 'latin1') }];
}

function tellForeign(hooks: readonly HookName[], call: HookCall): ReconcileError {
  const lines = hooks.map((hook) => `\n  hooks/${hook}: ${renderCall(hook, call)}`);
  const [what, them] = hooks.length === 1 ? ['a hook of', 'it'] : ['hooks of', 'them'];
  const message = `this repository has ${what} somebody else, and nothing was changed. Move ${them} away, or let ${them} call:${lines.join('')}\n`;
  return new ReconcileError('HOOK_FOREIGN', message);
}
