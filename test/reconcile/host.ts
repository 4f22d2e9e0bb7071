import { expect } from 'vitest';
import type { Restraint } from '../../src/core/daemon/restraint.ts';
import type { Outcome } from '../../src/core/types.ts';
import type { Signers } from '../../src/ports.ts';
import { exitCodeOf } from '../../src/reconcile/account.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import type { World } from '../../src/reconcile/world.ts';
import { FakeClock } from '../helpers/fakes/clock.ts';
import { FakeEdits } from '../helpers/fakes/edits.ts';
import { FakeFileStore } from '../helpers/fakes/file-store.ts';
import { FakeGitSource } from '../helpers/fakes/git-source.ts';
import { FakeHistory } from '../helpers/fakes/history.ts';
import { FakeLedger } from '../helpers/fakes/ledger.ts';
import { FakeLock } from '../helpers/fakes/lock.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { FakeService } from '../helpers/fakes/service.ts';
import { PHP_FILE, PROFILE, SHELL_FILE } from '../helpers/host-profile.ts';

export const PHP = PHP_FILE.path;
export const SHELL = SHELL_FILE.path;

const FILES = {
  'reconcile.yaml': 'format: 1\nid: 6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968\nlayers:\n  - env/common.yaml\n',
  'hosts.yaml': 'web-1:\n  environment: test\n',
  'variables.yaml':
    'SHELL_ONLY:\n  files: [shell]\nPHP_ONLY:\n  files: [php-fpm]\nTOKEN:\n  secret: true\n  files: [php-fpm]\n',
  'templates/juanpi_php_env.conf.liquid':
    '{% for variable in variables %}env["{{ variable.name }}"] = {{ variable.value }}\n{% endfor %}' +
    '{% if revision %}ping.response = {{ revision }}\n{% endif %}',
  'templates/shell_env.sh.liquid':
    '{% for variable in variables %}export {{ variable.name }}={{ variable.value }}\n{% endfor %}',
};

/** A host whose outside world is in memory: real core, real plot, fake ports. */
export class FakeHost {
  readonly source = new FakeGitSource();
  readonly files = new FakeFileStore();
  readonly service = new FakeService(() => this.files.bytesAt(PHP));
  readonly ledger = new FakeLedger();
  readonly history = new FakeHistory();
  readonly edits = new FakeEdits();
  readonly lock = new FakeLock();
  readonly clock = new FakeClock();
  readonly log = new FakeLog();

  /** What a test changes of the host's configuration. */
  isPinned = false;
  signers: Signers | null = null;
  repositoryId: string | null = null;
  restraint: Restraint | null = null;

  get world(): World {
    const { isPinned, signers, repositoryId, restraint } = this;
    const { source, files, service, ledger, history, edits, lock, clock, log } = this;
    const restraints = { current: () => restraint };
    const ports = {
      source,
      signers,
      contact: null,
      restraints,
      files,
      service,
      ledger,
      history,
      edits,
      lock,
      clock,
      log,
    };
    const config = { path: IDENTITY.config.path, sha256: `${isPinned} ${repositoryId}` };
    return { host: { ...PROFILE, repositoryId }, isPinned, ...ports, identity: { ...IDENTITY, config } };
  }

  /** One run, with the exit code that it ends with. */
  async run(): Promise<Outcome & { readonly exit: number }> {
    const outcome = await reconcile(this.world);
    return { ...outcome, exit: exitCodeOf(outcome) };
  }

  /** A commit and the run that applies it. */
  async rollOut(common = 'A: one\n'): Promise<void> {
    this.commit(common);
    expect(await this.run()).toMatchObject({ kind: 'applied', exit: 0 });
  }

  /** Commits a repository whose only layer is this text. */
  commit(common: string): string {
    return this.source.commit({ ...FILES, 'env/common.yaml': common });
  }

  /** The php-fpm file as text; empty where there is none. */
  php(): string {
    return Buffer.from(this.files.bytesAt(PHP) ?? []).toString('utf8');
  }

  shell(): string {
    return Buffer.from(this.files.bytesAt(SHELL) ?? []).toString('utf8');
  }

  /** What the workers of php-fpm answer with. */
  loaded(): string {
    return Buffer.from(this.service.loaded ?? []).toString('utf8');
  }
}

const IDENTITY: World['identity'] = {
  version: '0',
  config: { path: '/etc/reconcile/config.yaml', sha256: '0' },
  environment: '0',
  textfile: null,
  tip: { gitdir: '/srv/config.git', ref: 'refs/heads/main' },
};
