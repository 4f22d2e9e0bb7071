import type { Config } from '../config/config.ts';
import { describeConfig } from '../config/describe.ts';
import type { Call } from './command.ts';

/** Prints the complete host configuration as one JSON document, under the names of the settings. */
export function showConfig(call: Call, config: Config): number {
  call.io.stdout.write(`${JSON.stringify(describeConfig(config), null, 2)}\n`);
  return 0;
}
