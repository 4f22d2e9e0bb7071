import { describe, expect, test } from 'vitest';
import { ReconcileError } from '../../../src/core/errors.ts';
import type { HookName } from '../../../src/core/receive/hook-script.ts';
import type { FoundFiles, ReceiveChange } from '../../../src/core/receive/plan-installation.ts';
import { planInstallation, planRemoval } from '../../../src/core/receive/plan-installation.ts';
import type { ObservedFile } from '../../../src/core/types.ts';

const FRESH: FoundFiles = {
  config: '[core]\n\tbare = true\n',
  settings: null,
  hasFolder: true,
  hooks: { 'pre-receive': { kind: 'absent' }, 'post-receive': { kind: 'absent' } },
};
const WANTED = {
  self: ['/usr/bin/node', '/usr/bin/reconcile'],
  configPath: '/etc/reconcile/config.yaml',
  settings: [],
  packBytes: 1000,
} as const;
const FOREIGN = hook('#!/bin/sh\nexit 0\n');

function hook(text: string, mode = 0o755): ObservedFile {
  return { kind: 'file', bytes: Buffer.from(text), mode, uid: 0, gid: 0 };
}

/** What is there after these steps. */
function carryOut(found: FoundFiles, changes: readonly ReceiveChange[]): FoundFiles {
  let { config, settings, hasFolder } = found;
  const hooks = { ...found.hooks };
  for (const change of changes) {
    const text = 'bytes' in change ? Buffer.from(change.bytes).toString() : null;
    if (change.path === 'hooks') hasFolder = change.kind === 'make folder';
    else if (change.path === 'config') config = text ?? '';
    else if (change.path === 'reconcile-receive.config') settings = text;
    else
      hooks[change.path.replace('hooks/', '') as HookName] = text === null ? { kind: 'absent' } : hook(text);
  }
  return { config, settings, hasFolder, hooks };
}

const install = (found: FoundFiles) => carryOut(found, planInstallation(found, WANTED));
const remove = (found: FoundFiles) => carryOut(found, planRemoval(found).changes);
const describeSteps = (changes: readonly ReceiveChange[]) =>
  changes.map(({ kind, path }) => `${kind} ${path}`);

describe('an installation', () => {
  test('makes settings, names them, and has the hooks last', () => {
    expect(describeSteps(planInstallation(FRESH, WANTED))).toEqual([
      'create reconcile-receive.config',
      'replace config',
      'create hooks/pre-receive',
      'create hooks/post-receive',
    ]);
  });

  test.each([
    ['with a directory of hooks', FRESH],
    ['without one', { ...FRESH, hasFolder: false }],
  ])('%s is nothing the second time, and nothing is left of it in the end', (_what, found) => {
    const installed = install(found);
    expect(planInstallation(installed, WANTED)).toEqual([]);
    expect(remove(installed)).toEqual(found);
    expect(planRemoval(remove(installed))).toEqual({ changes: [], kept: [] });
  });

  test('follows the configuration of the host', () => {
    const changed = { ...WANTED, packBytes: 2000, configPath: '/etc/other.yaml' };
    expect(describeSteps(planInstallation(install(FRESH), changed))).toEqual([
      'replace reconcile-receive.config',
      'replace hooks/pre-receive',
      'replace hooks/post-receive',
    ]);
  });

  test('makes a hook runnable again', () => {
    const installed = install(FRESH);
    const found = installed.hooks['pre-receive'];
    const bits = {
      ...installed,
      hooks: { ...installed.hooks, 'pre-receive': { ...found, mode: 0o644 } as ObservedFile },
    };
    expect(describeSteps(planInstallation(bits, WANTED))).toEqual(['replace hooks/pre-receive']);
  });

  test.each<[string, ObservedFile]>([
    ['a hook', FOREIGN],
    ['a link', { kind: 'obstacle', type: 'symlink' }],
    ['a directory', { kind: 'obstacle', type: 'directory' }],
  ])('is refused where somebody else has %s there, with what it would have to call', (_what, found) => {
    const hooks = { ...FRESH.hooks, 'post-receive': found };
    const plan = () => planInstallation({ ...FRESH, hooks }, WANTED);
    expect(plan).toThrow(ReconcileError);
    expect(plan).toThrow(
      'hooks/post-receive: /usr/bin/node /usr/bin/reconcile post-receive --config /etc/reconcile/config.yaml',
    );
  });
});

describe('a removal', () => {
  test('leaves what somebody else has, and what somebody has made of ours', () => {
    const installed = install(FRESH);
    const found = installed.hooks['pre-receive'];
    const edited = hook(`${found.kind === 'file' ? Buffer.from(found.bytes).toString() : ''}# more\n`);
    const mixed = { ...installed, hooks: { 'pre-receive': edited, 'post-receive': FOREIGN } };
    expect(planRemoval(mixed).kept).toEqual(['pre-receive']);
    expect(remove(mixed)).toEqual({ ...FRESH, hooks: mixed.hooks });
  });

  test('has nothing to do where nothing was installed', () => {
    expect(planRemoval({ ...FRESH, hooks: { ...FRESH.hooks, 'pre-receive': FOREIGN } })).toEqual({
      changes: [],
      kept: [],
    });
  });
});
