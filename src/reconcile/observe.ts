import type { Desired, ObservedFile } from '../core/types.ts';
import type { World } from './world.ts';

/** What stands at each path that is wanted, by path. Throws DESTINATION_UNSAFE. */
export function observeAll(world: World, desired: Desired): ReadonlyMap<string, ObservedFile> {
  return new Map(desired.files.map((file) => [file.path, world.files.observe(file.path)]));
}

/** The bytes that php-fpm shall run: null where it shall find no file of ours. */
export function phpFpmBytes(desired: Desired): Uint8Array | null {
  return desired.files.find((file) => file.target === 'php-fpm')?.bytes ?? null;
}
