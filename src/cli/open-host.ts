import type { HostRequest, OpenHost } from '../wire.ts';
import { openHost } from '../wire.ts';
import type { Call } from './command.ts';
import { flagOption } from './command.ts';
import { configPathOf } from './config-option.ts';

/** The host that a command line means, with its log on stderr. Throws CONFIG_INVALID. */
export function openHostOf(call: Call): OpenHost {
  return openHost(hostRequestOf(call));
}

/** The same, not opened yet. */
export function hostRequestOf(call: Call, usual: 'warning' | 'info' = 'warning'): HostRequest {
  const { environment, stderr } = call.io;
  const level = flagOption(call, 'verbose') ? 'debug' : usual;
  const log = { level, write: (line: string) => stderr.write(line) } as const;
  return { configPath: configPathOf(call), environment, log };
}
