import type { DebianHost } from './debian-host.ts';

const DROP_INS = '/etc/systemd/system/reconcile.service.d';
const EXAMPLE = '/usr/share/doc/php-env-reconciler/examples/reconcile.service.d/notify-descriptor.conf';

/** A clean Debian with systemd, seen as its administrator sees it. */
export class SystemdHost {
  readonly debian: DebianHost;

  constructor(debian: DebianHost) {
    this.debian = debian;
  }

  async sh(script: string): Promise<string> {
    return await this.debian.container.sh(script);
  }

  /** Starts the daemon and waits until it is ready. */
  async start(): Promise<void> {
    await this.sh('systemctl enable --quiet --now reconcile.service');
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

  /** Takes the drop-in of the package's examples for systemd 253 and newer. */
  async useDescriptor(): Promise<void> {
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
