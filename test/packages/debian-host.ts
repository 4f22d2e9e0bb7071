import type { Container } from '../helpers/container.ts';
import type { Containers } from '../helpers/containers.ts';
import type { DebianSystem } from '../helpers/debian-image.ts';
import { waitFor } from '../helpers/wait-for.ts';

/** What a PHP host has, and nothing of ours: no Node.js. `git` is where people push to. */
const PHP_HOST = ['php-fpm', 'git', 'libfcgi-bin', 'procps'];
const WITH_SYSTEMD = [
  ...PHP_HOST,
  'systemd',
  'systemd-sysv',
  'dbus',
  'cron',
  'openssh-server',
  'openssh-client',
];

/** Without a service manager, as in many containers: php-fpm is started by hand. */
export const PLAIN_DEBIAN_12: DebianSystem = { suite: 'bookworm', packages: PHP_HOST };
export const DEBIAN_11: DebianSystem = { suite: 'bullseye', packages: WITH_SYSTEMD };
export const DEBIAN_12: DebianSystem = { suite: 'bookworm', packages: WITH_SYSTEMD };
/** With rpm and a database of its own, in which nothing of the system stands. */
export const DEBIAN_12_WITH_RPM: DebianSystem = { suite: 'bookworm', packages: [...WITH_SYSTEMD, 'rpm'] };
export const DEBIAN_13: DebianSystem = { suite: 'trixie', packages: WITH_SYSTEMD };

/** Answers with the value as it is, or with nothing where it is not set; `busy=5` keeps the worker for so many seconds. */
const PROBE = `<?php
parse_str($_SERVER["QUERY_STRING"], $asked);
$until = microtime(true) + (float) ($asked["busy"] ?? 0);
while (microtime(true) < $until) { usleep(10000); } // a signal of the master ends sleep()
echo getenv($asked["name"], true);`;

/** A clean Debian with its own php-fpm, and a configuration as the README's example has it. */
export class DebianHost {
  readonly container: Container;
  /** Of PHP, as Debian numbers it. */
  readonly version: string;
  readonly phpFile: string;
  readonly shellFile = '/etc/profile.d/shell_env.sh';

  private constructor(container: Container, version: string) {
    this.container = container;
    this.version = version;
    this.phpFile = `/etc/php/${version}/fpm/pool.d/env.conf`;
  }

  /** Starts the system and its php-fpm, which takes the two pieces of advice of docs/host-configuration.md. */
  static async start(containers: Containers, system: DebianSystem, name: string): Promise<DebianHost> {
    const image = await containers.buildImage(system);
    const hasSystemd = system.packages.includes('systemd');
    const command = hasSystemd ? null : ['sleep', 'infinity'];
    const container = await containers.start(image, { name, command, flags: hasSystemd ? [] : ['--init'] });
    const host = new DebianHost(container, await container.sh('ls /etc/php'));
    await container.sh(
      `
      cd /etc/php/${host.version}/fpm
      sed -i 's,^;ping.path = .*,ping.path = /ping,' pool.d/www.conf
      sed -i 's,^;process_control_timeout = .*,process_control_timeout = 10s,' php-fpm.conf
      mkdir -p /srv/probe /run/php
      cat >/srv/probe/ask.php`,
      { input: PROBE },
    );
    await container.sh(
      hasSystemd ? `systemctl restart ${host.service}` : `php-fpm${host.version} --daemonize`,
    );
    return host;
  }

  get service(): string {
    return `php${this.version}-fpm.service`;
  }

  /** Installs a Debian package of this machine as an administrator without network would. Gives what dpkg says. */
  async install(deb: string): Promise<string> {
    await this.container.copyIn(deb, '/root/package.deb');
    return await this.container.sh('dpkg --install /root/package.deb 2>&1');
  }

  /** The host's own configuration; further lines are appended as they are. */
  async configure(further = '', repository = 'url: /srv/config.git'): Promise<void> {
    const php = `/etc/php/${this.version}/fpm`;
    const lines = [
      `repository:\n  ${repository}`,
      'host:\n  name: php-143-117',
      `files:\n  php-fpm:\n    path: ${this.phpFile}\n  shell:\n    path: ${this.shellFile}`,
      `php_fpm:\n  binary: /usr/sbin/php-fpm${this.version}\n  config: ${php}/php-fpm.conf\n  pools: [www]`,
    ];
    await this.container.sh('mkdir -p /etc/reconcile\ncat >/etc/reconcile/config.yaml', {
      input: `${lines.join('\n')}\n${further}`,
    });
  }

  /** The repository of the template, and the bare one on the host that people push to: the README's own lines. */
  async startRepository(): Promise<void> {
    await this.container.sh(`
      git config --global user.name test
      git config --global user.email test@localhost
      git config --global init.defaultBranch main
      cd /root
      reconcile init config
      git clone --quiet --bare config /srv/config.git
      git -C config remote add origin /srv/config.git`);
  }

  /** Sets a variable in the weakest layer, `value` as YAML has it, pushes, and gives the commit. */
  async commit(name: string, value: string): Promise<string> {
    const script = `
      cd /root/config
      sed -i '/^${name}:/d' env/common.yaml
      cat >>env/common.yaml
      git commit --quiet --all --message change
      git push --quiet origin main
      git rev-parse HEAD`;
    return await this.container.sh(script, { input: `${name}: ${value}\n` });
  }

  /** `git revert` of the newest commit, pushed. */
  async revert(): Promise<void> {
    await this.container.sh(`
      cd /root/config
      git revert --no-edit HEAD >&2
      git push --quiet origin main`);
  }

  /** getenv() of a name in a worker of the host's php-fpm; empty where it is not set. */
  async ask(name: string, busySeconds = 0): Promise<string> {
    const { stdout, stderr } = await this.container.exec(
      ['cgi-fcgi', '-bind', '-connect', `/run/php/php${this.version}-fpm.sock`],
      {
        env: {
          QUERY_STRING: `name=${name}&busy=${busySeconds}`,
          REQUEST_METHOD: 'GET',
          SCRIPT_FILENAME: '/srv/probe/ask.php',
        },
      },
    );
    const [head, ...body] = stdout.split('\r\n\r\n');
    if (!head?.includes('Content-type')) throw new Error(`php-fpm does not answer: ${stdout}${stderr}`);
    return body.join('\r\n\r\n');
  }

  /** The value in a new login shell; empty where it is not set. */
  async askShell(name: string): Promise<string> {
    return await this.container.sh(`env -i sh -l -c 'printf %s "$${name}"'`);
  }

  /** Waits until a worker answers with this value. */
  async waitForValue(name: string, value: string, deadlineMs = 30_000): Promise<void> {
    await waitFor(`${name}=${value} in php-fpm`, async () => (await this.ask(name)) === value, deadlineMs);
  }

  /** How often php-fpm has executed itself again. */
  async reloads(): Promise<number> {
    const log = `/var/log/php${this.version}-fpm.log`;
    return Number(await this.container.sh(`grep -c 'reloading: execvp' ${log} || true`));
  }

  /** What is on disk of the two files: names, rights, times and content, as text to compare. */
  async files(): Promise<string> {
    const files = `${this.phpFile} ${this.shellFile}`;
    return await this.container.sh(`stat --format '%n %a %U:%G %i %y' ${files}\nsha256sum ${files}`);
  }

  /** Names and hashes of what the program remembers. */
  async state(): Promise<string> {
    return await this.container.sh('cd /var/lib/reconcile && find . -type f | sort | xargs sha256sum');
  }
}
