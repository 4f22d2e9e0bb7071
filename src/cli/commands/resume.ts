import { openPauses } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { configOption, configPathOf } from '../config-option.ts';

/** `reconcile resume`: ends a pause. */
export const resume: Command = {
  name: 'resume',
  summary: 'end a pause; the next run goes on',
  argument: null,
  options: [configOption],
  async run(call: Call): Promise<number> {
    const { pauses } = openPauses(configPathOf(call), call.io.environment);
    if (pauses.read() === null) call.io.stdout.write('there is no pause\n');
    pauses.write(null);
    return 0;
  },
};
