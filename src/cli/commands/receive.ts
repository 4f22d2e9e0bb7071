import { join, resolve } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { HOOKS } from '../../core/receive/hook-script.ts';
import type { FoundFiles, Installation, ReceiveChange } from '../../core/receive/plan-installation.ts';
import { planInstallation, planRemoval } from '../../core/receive/plan-installation.ts';
import { checkReceivable, openReceiving } from '../../wire/open-receive.ts';
import { readConfig } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption, configPathOf } from '../config-option.ts';

/** `reconcile receive install`: whoever pushes to the repository of this host sees what becomes of it. */
export const receive: Command = {
  name: 'receive',
  summary:
    'set up the bare repository of this host so that each push is checked and answered: install, uninstall',
  argument: '<action>',
  choices: ['install', 'uninstall'],
  options: [
    configOption,
    { flags: '--dry-run', description: 'tell what would be done to the repository, and do nothing' },
  ],
  async run(call: Call): Promise<number> {
    const config = readConfig(configPathOf(call), call.io.environment);
    const plan = choosePlan(call, config.limits.packBytes);
    const repository = openReceiving(config);
    if (call.argument === 'install') await checkReceivable(repository, call.io.environment);
    const isDry = flagOption(call, 'dryRun');
    const found = repository.find();
    const changes = isDry ? plan(found) : repository.change(plan);
    const { gitdir, owner } = repository;
    const lines = [
      ...changes.map(
        (change) => `${join(gitdir, change.path)}: ${isDry ? 'would be ' : ''}${DONE[change.kind]}`,
      ),
      ...(changes.length === 0 ? [`${gitdir}: nothing to do`] : []),
      ...(call.argument === 'install' ? tellOwner(owner) : tellKept(gitdir, found)),
    ];
    for (const line of lines) call.io.stdout.write(`${line}\n`);
    return 0;
  },
};

const DONE: Readonly<Record<ReceiveChange['kind'], string>> = {
  create: 'created',
  replace: 'replaced',
  remove: 'removed',
  'make folder': 'made',
  'remove folder': 'removed',
};

function choosePlan(call: Call, packBytes: number): (found: FoundFiles) => readonly ReceiveChange[] {
  const { environment, self } = call.io;
  switch (call.argument) {
    case 'install': {
      const settings = Object.entries(environment)
        .filter(([name]) => name.startsWith('RECONCILE_') && name !== 'RECONCILE_CONFIG')
        .map(([name, value]) => `${name}=${value}`);
      const wanted: Installation = { self, configPath: resolve(configPathOf(call)), settings, packBytes };
      return (found) => planInstallation(found, wanted);
    }
    case 'uninstall':
      return (found) => planRemoval(found).changes;
    default:
      throw new ReconcileError('USAGE', 'say `reconcile receive install` or `reconcile receive uninstall`');
  }
}

function tellOwner(owner: number): readonly string[] {
  if (owner === 0) return [];
  return [
    `note: user ${owner} owns the repository and may change its hooks; each run checks a commit all the same`,
  ];
}

function tellKept(gitdir: string, found: FoundFiles): readonly string[] {
  const { kept } = planRemoval(found);
  return HOOKS.filter((hook) => kept.includes(hook)).map(
    (hook) => `note: ${join(gitdir, 'hooks', hook)} was changed by somebody else and stays`,
  );
}
