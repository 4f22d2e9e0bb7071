import type { DebianSystem } from '../helpers/debian-image.ts';
import type { DebianHost } from './debian-host.ts';
import { DEBIAN_11, DEBIAN_12, DEBIAN_13 } from './debian-host.ts';
import type { Session } from './session.ts';

/** The daemon tells systemd 247 and 252 by a child, and 257 by a descriptor, with the drop-in that the package has for it. */
export const SYSTEMS = [
  ['Debian 11', DEBIAN_11],
  ['Debian 12', DEBIAN_12],
  ['Debian 13', DEBIAN_13],
] as const;

const DROP_INS = '/etc/systemd/system/reconcile.service.d';
const EXAMPLE = '/usr/share/doc/php-env-reconciler/examples/reconcile.service.d/notify-descriptor.conf';

/** A clean Debian with systemd, seen as its administrator sees it. */
export class SystemdHost {
  readonly debian: DebianHost;

  constructor(debian: DebianHost) {
    this.debian = debian;
  }

  /** A host with the package, a configuration and a repository; nothing of ours is started. */
  static async prepare(session: Session, system: DebianSystem, name: string): Promise<SystemdHost> {
    const host = new SystemdHost(await session.startHost(system, `${system.suite}-${name}`));
    await host.debian.install(session.packages.older);
    await host.debian.startRepository();
    await host.debian.configure();
    if (system === DEBIAN_13) await host.#useDescriptor();
    return host;
  }

  async sh(script: string): Promise<string> {
    return await this.debian.container.sh(script);
  }

  /** Starts the daemon and waits until it is ready. */
  async start(): Promise<void> {
    await this.sh('systemctl enable --quiet --now reconcile.service');
  }

  /** Ends every process in the order of systemd, and starts the system again. */
  async reboot(): Promise<void> {
    await this.debian.container.stop();
    await this.debian.container.startAgain();
  }

  /** As `systemctl edit reconcile.service` does: these lines below `[Service]`. */
  async change(...lines: readonly string[]): Promise<void> {
    const text = ['[Service]', ...lines, ''].join('\n');
    await this.debian.container.sh(
      `mkdir -p ${DROP_INS}; cat >${DROP_INS}/override.conf; systemctl daemon-reload`,
      {
        input: text,
      },
    );
  }

  async #useDescriptor(): Promise<void> {
    await this.sh(`mkdir -p ${DROP_INS}; cp ${EXAMPLE} ${DROP_INS}; systemctl daemon-reload`);
  }

  /** Properties of the daemon's unit, in this order. */
  async show(...properties: readonly string[]): Promise<readonly string[]> {
    const answers = await this.sh(
      `systemctl show ${properties.map((name) => `-p ${name}`).join(' ')} reconcile.service`,
    );
    const found = new Map(
      answers.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/^\w+=/, '')]),
    );
    return properties.map((name) => found.get(name) ?? '');
  }

  async mainPid(unit = 'reconcile.service'): Promise<number> {
    return Number(await this.sh(`systemctl show -p MainPID --value ${unit}`));
  }

  /** What the daemon has said, without what systemd says about it. */
  async journal(...options: readonly string[]): Promise<string> {
    return await this.sh(
      `journalctl --quiet --output cat _SYSTEMD_UNIT=reconcile.service ${options.join(' ')}`,
    );
  }
}
