import { resolve } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { makeRefusal } from '../../core/refusal.ts';
import { renderInto } from '../../core/render-into.ts';
import { openRepository, outputDirectory } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { listOption, textOption } from '../command.ts';
import { printComplaints } from '../print.ts';

/** `reconcile render`: the two files of a host, from a repository anywhere. */
export const render: Command = {
  name: 'render',
  summary: 'render the files of one host into a directory, without touching this host',
  argument: null,
  options: [
    {
      flags: '--repository <dir>',
      description: 'config repository: a directory of files, or a bare repository',
    },
    { flags: '--host <name>', description: 'host of hosts.yaml' },
    { flags: '--output <dir>', description: 'directory for the files; made when it does not exist' },
    { flags: '--branch <name>', description: 'branch of a bare repository (default: main)' },
    {
      flags: '--pool <name>',
      description: 'pool header to write; may be given several times',
      repeatable: true,
    },
  ],
  async run(call: Call): Promise<number> {
    const request = { host: required(call, 'host'), pools: listOption(call, 'pool') };
    const output = outputDirectory(resolve(required(call, 'output')));
    const snapshot = await openRepository(required(call, 'repository'), textOption(call, 'branch') ?? 'main');
    const rendered = renderInto(snapshot, request);
    printComplaints(call.io, rendered.complaints);
    if (rendered.value === null) throw makeRefusal('the repository', rendered.complaints);
    for (const file of rendered.value) call.io.stdout.write(`${output.write(file)}\n`);
    return 0;
  },
};

function required(call: Call, option: string): string {
  const value = textOption(call, option);
  if (value === null) throw new ReconcileError('USAGE', `render needs --${option}`);
  return value;
}
