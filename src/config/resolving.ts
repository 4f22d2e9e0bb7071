import { complain } from '../core/complain.ts';
import type { Complaint, Location } from '../core/types.ts';
import type { HostFacts } from './config.ts';
import type { Written } from './written.ts';

/** What the parts of a configuration are completed from, and where their complaints go. */
export interface Resolving {
  readonly written: Written;
  readonly facts: HostFacts;
  readonly complaints: Complaint[];
}

/** One complaint about the host configuration. */
export function wrong(at: Location | null, message: string): Complaint {
  return complain('CONFIG_INVALID', at, message);
}

/** One of a few words; the first one where nothing is written. */
export function resolveChoice<T extends string>(
  { written, complaints }: Resolving,
  path: string,
  choices: readonly [T, ...T[]],
): T {
  const text = written.text(path) ?? choices[0];
  const choice = choices.find((each) => each === text);
  if (choice === undefined)
    complaints.push(
      wrong(written.at(path), `${path} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`),
    );
  return choice ?? choices[0];
}
