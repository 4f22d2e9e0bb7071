/** A connection of ssh that may outlive a call, as its options `ControlPath` and `ControlPersist` name it. */
export interface KeptConnection {
  readonly socket: string;
  /** How long it is kept when nobody uses it. */
  readonly seconds: number;
}

/** Paths that neither a shell nor ssh, which expands `%` and splits at blanks, reads in another way. */
export function isPlainPath(path: string): boolean {
  return /^\/[A-Za-z0-9._/+=,@-]*$/.test(path);
}

/** What ssh is told. Null: its own files, or no connection that is kept. */
export interface SshWords {
  readonly identityFile: string | null;
  readonly knownHostsFile: string | null;
  readonly connection: KeptConnection | null;
}

/**
 * For GIT_SSH_COMMAND, which goes through a shell; the paths must be plain. No configuration file is read, nobody is
 * asked, an unknown server is refused, and a silent one given up.
 */
export function renderSshCommand({ identityFile, knownHostsFile, connection }: SshWords): string {
  const options = [
    ...['IdentitiesOnly=yes', 'BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=15'],
    ...['ServerAliveCountMax=2', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no'],
    ...(connection === null
      ? ['ControlPath=none']
      : ['ControlMaster=auto', `ControlPath=${connection.socket}`, `ControlPersist=${connection.seconds}`]),
    ...(knownHostsFile === null
      ? []
      : [`UserKnownHostsFile=${knownHostsFile}`, 'GlobalKnownHostsFile=/dev/null']),
  ];
  const identity = identityFile === null ? '' : ` -i ${identityFile}`;
  return `ssh -F none${identity}${options.map((option) => ` -o ${option}`).join('')}`;
}
