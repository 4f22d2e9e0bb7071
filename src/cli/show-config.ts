import type { Config } from '../config/config.ts';
import type { Call } from './command.ts';

/** Prints the complete host configuration as one JSON document; modes as octal text, as they are written. */
export function showConfig(call: Call, config: Config): number {
  const document = JSON.stringify(config, (key, value) => (key === 'mode' ? formatMode(value) : value), 2);
  call.io.stdout.write(`${document}\n`);
  return 0;
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
