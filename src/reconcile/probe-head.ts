import type { World } from './world.ts';

/** The commit that is to be live. Throws what the source throws. */
export async function probeHead({ source, contact, clock, log }: World): Promise<string> {
  const commit = await source.probe();
  contact?.note(clock.now());
  log.event('debug', 'probed', { commit });
  return commit;
}
