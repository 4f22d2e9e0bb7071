import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPrivateDirectory } from '../private-directory.ts';
import { runProgram } from '../processes.ts';

const NOWHERE = 'php-env-reconciler-asks/*.conf';
const DEADLINE_MS = 10_000;

/**
 * The prefix that a php-fpm was built with (`/usr` on Debian), from which relative includes start. php-fpm shows it
 * nowhere but in the complaint about a relative include that it cannot find. Null when it says something else.
 * Throws ENVIRONMENT_BROKEN when it cannot be run.
 */
export function discoverPrefix(binary: string): Promise<string | null> {
  return withPrivateDirectory(async (directory) => {
    const config = join(directory, 'prefix.conf');
    writeFileSync(config, `include=${NOWHERE}\n`);
    const { stderr } = await runProgram(binary, ['-n', '-t', '-y', config], { deadlineMs: DEADLINE_MS });
    const at = stderr.indexOf(`/${NOWHERE}'`);
    const quote = stderr.lastIndexOf("'", at);
    return at < 0 || quote < 0 ? null : stderr.slice(quote + 1, at);
  });
}
