import { DEFAULT_CONFIG_PATH } from '../core/paths.ts';
import type { Call, OptionSpec } from './command.ts';
import { textOption } from './command.ts';

/** The option of every command that works on this host. */
export const configOption: OptionSpec = {
  flags: '--config <path>',
  description: `host configuration (default: RECONCILE_CONFIG, or ${DEFAULT_CONFIG_PATH})`,
};

/** The path of the host configuration: option, environment, default. */
export function configPathOf(call: Call): string {
  return textOption(call, 'config') ?? call.io.environment.RECONCILE_CONFIG ?? DEFAULT_CONFIG_PATH;
}
