import type { OpenHost } from '../wire.ts';
import { openHost } from '../wire.ts';
import type { Call } from './command.ts';
import { flagOption } from './command.ts';
import { configPathOf } from './config-option.ts';

/** The host that a command line means, with its log on stderr. Throws CONFIG_INVALID. */
export function openHostOf(call: Call): OpenHost {
  const { environment, stderr } = call.io;
  const level = flagOption(call, 'verbose') ? 'debug' : 'warning';
  const log = { level, write: (line: string) => stderr.write(line) } as const;
  return openHost({ configPath: configPathOf(call), environment, log });
}
