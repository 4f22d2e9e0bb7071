import { resolve } from 'node:path';
import { startRepository } from '../../wire.ts';
import type { Call, Command } from '../command.ts';

/** `reconcile init DIR`: the template as a git repository with a first commit. */
export const init: Command = {
  name: 'init',
  summary: 'make a new config repository from the template, with a first commit',
  argument: '<dir>',
  options: [],
  async run({ io, argument }: Call): Promise<number> {
    const directory = resolve(argument ?? '.');
    const commit = await startRepository(directory);
    io.stdout.write(`${directory}: config repository with commit ${commit.slice(0, 12)} on branch main\n`);
    io.stdout.write('Next: edit hosts.yaml, then `reconcile check .` there.\n');
    return 0;
  },
};
