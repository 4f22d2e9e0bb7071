import { describeConfig } from '../config/describe.ts';
import { readConfig } from '../wire.ts';
import type { Call } from './command.ts';
import { configPathOf } from './config-option.ts';

/** Prints the complete host configuration as one JSON document, under the names of the settings. Throws CONFIG_INVALID. */
export function showConfig(call: Call): number {
  const config = readConfig(configPathOf(call), call.io.environment);
  call.io.stdout.write(`${JSON.stringify(describeConfig(config), null, 2)}\n`);
  return 0;
}
