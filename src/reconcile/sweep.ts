import type { World } from './world.ts';

/** Removes what killed runs left beside the files and of private php-fpms. Throws DESTINATION_UNSAFE. */
export function sweep({ files, service, edits, host }: World): void {
  files.sweep(host.destinations.map((destination) => destination.path));
  service?.sweep();
  edits.sweep();
}
