import { join } from 'node:path';
import { ROOT } from '../../../packaging/release.ts';
import type { Container } from '../../helpers/container.ts';
import type { Containers } from '../../helpers/containers.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { buildForge } from './images.ts';

/** A repository in a few lines; the templates are those of config-repo-template. */
const SMALL = `
git init --quiet --bare --initial-branch=main /srv/config.git
git init --quiet --initial-branch=main /srv/work
cd /srv/work
cp -R /srv/templates templates
mkdir env
printf 'format: 1\\nid: 6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968\\nlayers:\\n  - env/common.yaml\\n' >reconcile.yaml
printf 'elsewhere:\\n  environment: test\\n' >hosts.yaml
git config user.name Test
git config user.email test@example.org
git config gpg.format ssh
git config user.signingkey /srv/keys/signer
git remote add origin /srv/config.git
`;

/** sshd lets one key in; each connection may be one more, since no run waits for another. */
const SSHD = `
mkdir -p /run/sshd /srv/keys
ssh-keygen -q -t ed25519 -N '' -f /srv/keys/host
ssh-keygen -q -t ed25519 -N '' -f /srv/keys/identity
ssh-keygen -q -t ed25519 -N '' -f /srv/keys/signer
useradd --create-home --shell /bin/sh --password '*' git
install -D -o git -m 600 /srv/keys/identity.pub /home/git/.ssh/authorized_keys
chown -R git /srv/config.git /srv/work /srv/keys/signer
`;

const COMMAND = [
  '/usr/sbin/sshd',
  '-D',
  '-e',
  ...['ListenAddress=127.0.0.1', 'HostKey=/srv/keys/host', 'AcceptEnv=GIT_PROTOCOL', 'UsePAM=no'].flatMap(
    (option) => ['-o', option],
  ),
];

/** A server with the config repository, reached over ssh at 127.0.0.1 of the session. */
export interface Forge {
  readonly url: string;
  /** Private key, and the line that names the server: what a Secret holds. */
  readonly secret: Readonly<Record<'identity' | 'known_hosts', string>>;
  /** Who signs its commits: a list of keys, as ssh-keygen(1) has it. */
  readonly signers: string;
  /** Writes `env/common.yaml`, commits, signed unless it is said otherwise, and pushes. Gives the commit. */
  commit(common: string, signing?: '--gpg-sign' | '--no-gpg-sign'): Promise<string>;
  /** Nobody gets in until `open` is called. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Starts it, with a first commit. */
export async function startForge(containers: Containers, common: string): Promise<Forge> {
  const container = await containers.start(await buildForge(containers), {
    name: 'forge',
    command: ['sleep', 'infinity'],
    network: 'host',
    flags: ['--init'],
  });
  await container.copyIn(join(ROOT, 'config-repo-template', 'templates'), '/srv/templates');
  await container.sh(`${SMALL}${SSHD}`);
  const open = () => listen(container);
  const forge = {
    url: 'ssh://git@127.0.0.1/srv/config.git',
    secret: {
      identity: `${await container.sh('cat /srv/keys/identity')}\n`,
      known_hosts: `127.0.0.1 ${await container.sh('cut -d" " -f1,2 /srv/keys/host.pub')}\n`,
    },
    signers: `test@example.org namespaces="git" ${await container.sh('cat /srv/keys/signer.pub')}\n`,
    commit: (text: string, signing = '--gpg-sign') => commit(container, text, signing),
    shut: async () => void (await container.sh('pkill sshd || true')),
    open,
  };
  await forge.commit(common);
  await open();
  return forge;
}

async function commit(container: Container, common: string, signing: string): Promise<string> {
  const script = `
    cd /srv/work
    cat >env/common.yaml
    git add --all
    git commit --quiet ${signing} --message 'A change'
    git push --quiet origin main
    git rev-parse HEAD`;
  return await container.sh(script, { input: common, user: 'git' });
}

async function listen(container: Container): Promise<void> {
  await container.sh(`setsid ${COMMAND.join(' ')} </dev/null >>/srv/sshd.log 2>&1 &`);
  await waitFor(
    'sshd',
    async () => (await container.exec(['bash', '-c', '</dev/tcp/127.0.0.1/22'])).exit === 0,
  );
}
