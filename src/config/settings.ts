import { DEFAULT_STATE_PATH } from '../core/paths.ts';
import { DAEMON_SETTINGS } from './daemon-settings.ts';
import { LISTENER_SETTINGS } from './listener-settings.ts';
import { NOTIFY_SETTINGS } from './notify-settings.ts';
import type { SettingSpec } from './setting.ts';
import { setting } from './setting.ts';

/** Every setting there is; the reader, `--print-config` and docs/host-configuration.md are made from this list. */
export const SETTINGS: readonly SettingSpec[] = [
  setting('repository.url', 'remote', {
    fallback: 'required',
    meaning: 'the config repository: the path of one on this host (bare, or a `.git` directory), or a URL',
    environment: 'RECONCILE_REPOSITORY',
  }),
  setting('repository.mirrors', 'list', {
    fallback: 'none',
    meaning:
      'further addresses of the same repository, asked in this order where the ones before do not answer',
  }),
  setting('repository.transport', 'text', {
    fallback: 'auto',
    meaning: '`mirror` fetches into a clone with git, `snapshot` asks over HTTP without git; `auto` chooses',
  }),
  setting('repository.branch', 'text', {
    fallback: 'main',
    meaning: 'the branch whose tip is live',
    environment: 'RECONCILE_BRANCH',
  }),
  setting('repository.tag', 'text', {
    fallback: 'none: a branch',
    meaning: 'instead of a branch: the tag that names the live commit; it can be moved forward',
  }),
  setting('repository.commit', 'text', {
    fallback: 'none: a branch',
    meaning: 'instead of a branch: the live commit itself, 40 hex digits; it may be an older one',
  }),
  setting('repository.id', 'text', {
    fallback: 'any',
    meaning: 'the `id` that reconcile.yaml must have, so that no other repository is taken for this one',
  }),
  setting('repository.username', 'text', {
    fallback: 'git',
    meaning: 'the name beside the token, for a server that asks for one',
  }),
  setting('repository.token_file', 'path', {
    fallback: 'none',
    meaning: 'file with the token or password for http and https; read at each use',
  }),
  setting('repository.ca_file', 'path', {
    fallback: 'those of the system',
    meaning: 'certificate authorities that https is checked with, PEM',
  }),
  setting('repository.identity_file', 'path', {
    fallback: 'none',
    meaning: 'private key for ssh: a deploy key that may only read',
  }),
  setting('repository.known_hosts', 'path', {
    fallback: "ssh's own files",
    meaning: 'file with the host keys that ssh takes; nothing is ever added to it',
  }),
  setting('repository.keep_connection_seconds', 'seconds-or-0', {
    fallback: '90',
    meaning:
      'how long an idle connection over ssh is kept for the next run, where both files above are named; 0: not at all',
  }),
  setting('repository.clone', 'path', {
    fallback: '`clone` in the state directory',
    meaning: 'directory of the clone that a mirror needs; a cache, which can be deleted at any time',
  }),
  setting('repository.verify', 'text', {
    fallback: 'none',
    meaning: 'whose signature a commit needs: none, that of the `tip`, or of `all-new` commits',
  }),
  setting('repository.allowed_signers', 'path', {
    fallback: 'none',
    meaning: 'SSH keys that may sign, in the format of ssh-keygen(1)',
  }),
  setting('repository.revoked_keys', 'path', {
    fallback: 'none',
    meaning: 'SSH keys that may sign no more, one public key on each line',
  }),
  setting('repository.openpgp_keys', 'path', {
    fallback: 'none',
    meaning: 'OpenPGP keys that may sign, as `gpg --export` writes them',
  }),
  setting('host.name', 'text', {
    fallback: 'the host name',
    meaning: 'the name in hosts.yaml',
    environment: 'RECONCILE_HOST',
  }),
  setting('host.environment', 'text', {
    fallback: 'what hosts.yaml says',
    meaning: 'the environment, for a host that hosts.yaml does not know',
    environment: 'RECONCILE_ENVIRONMENT',
  }),
  setting('host.groups', 'list', {
    fallback: 'what hosts.yaml says',
    meaning: 'the groups, for a host that hosts.yaml does not know',
    environment: 'RECONCILE_GROUPS',
  }),
  setting('files.php-fpm.path', 'path', {
    fallback: 'the old place, where its directory exists',
    meaning: 'the file that php-fpm includes',
  }),
  setting('files.php-fpm.owner', 'text', { fallback: 'the user of the run', meaning: 'user name or number' }),
  setting('files.php-fpm.group', 'text', { fallback: "the run's group", meaning: 'group name or number' }),
  setting('files.php-fpm.mode', 'mode', { fallback: '0600', meaning: 'permission bits, octal' }),
  setting('files.shell.path', 'path', {
    fallback: 'the old place, where its directory exists',
    meaning: 'the file that login shells source',
  }),
  setting('files.shell.owner', 'text', { fallback: 'the user of the run', meaning: 'user name or number' }),
  setting('files.shell.group', 'text', { fallback: "the run's group", meaning: 'group name or number' }),
  setting('files.shell.mode', 'mode', { fallback: '0644', meaning: 'permission bits, octal' }),
  setting('php_fpm.binary', 'text', {
    fallback: 'the only one found',
    meaning: 'path of php-fpm, or `none` where it runs in another container',
  }),
  setting('php_fpm.config', 'path', {
    fallback: 'the only one found',
    meaning: 'main configuration, as the master was started with',
  }),
  setting('php_fpm.prefix', 'path', {
    fallback: 'what php-fpm was built with',
    meaning: 'the `-p` that the service gives to php-fpm',
  }),
  setting('php_fpm.arguments', 'list', {
    fallback: 'none',
    meaning: 'further arguments that the service gives to php-fpm, e.g. [-c, /etc/php.ini]',
  }),
  setting('php_fpm.pools', 'list', {
    fallback: 'none',
    meaning: 'pool headers to write, where the file is included outside of a pool',
  }),
  setting('php_fpm.announce_revision', 'boolean', {
    fallback: 'true',
    meaning: 'write ping.response, so that every pool with a ping path proves its content',
  }),
  setting('reload.command', 'list', {
    fallback: 'SIGUSR2 to the master',
    meaning: 'program and arguments that reload php-fpm instead',
  }),
  setting('reload.start_command', 'list', {
    fallback: 'none',
    meaning: 'program and arguments that start php-fpm when it ended at a reload',
  }),
  setting('reload.margin_seconds', 'seconds', {
    fallback: '5',
    meaning: 'time for the proof beyond process_control_timeout',
  }),
  setting('names.refuse', 'list', {
    fallback: 'none',
    meaning: 'further variable names to refuse; a prefix ends in *',
  }),
  setting('names.allow', 'list', {
    fallback: 'none',
    meaning: 'names to allow although the policy refuses them',
  }),
  setting('secrets.allow_world_readable', 'boolean', {
    fallback: 'false',
    meaning: 'let secrets into a file that everybody can read',
  }),
  setting('state', 'path', {
    fallback: DEFAULT_STATE_PATH,
    meaning: 'directory of the ledger and of kept bytes',
    environment: 'RECONCILE_STATE',
  }),
  setting('lock', 'path', {
    fallback: '/run/reconcile/lock',
    meaning: 'lock file, in a directory of its own',
    environment: 'RECONCILE_LOCK',
  }),
  setting('log.format', 'text', {
    fallback: 'text',
    meaning: 'how events are written to stderr: `text` for people, `json` or `logfmt` for programs',
  }),
  setting('limits.file_bytes', 'integer', {
    fallback: '1048576',
    meaning: 'largest file of the repository that is read',
  }),
  setting('limits.files', 'integer', {
    fallback: '10000',
    meaning: 'most files of the repository that are read',
  }),
  setting('limits.total_bytes', 'integer', {
    fallback: '67108864',
    meaning: 'most bytes of all files of the repository together',
  }),
  setting('limits.pack_bytes', 'integer', {
    fallback: '268435456',
    meaning: 'largest pack of objects that is fetched or read',
  }),
  setting('limits.fetch_seconds', 'seconds', {
    fallback: '60',
    meaning: 'longest time that a server gets for one answer',
  }),
  setting('limits.run_seconds', 'seconds', {
    fallback: '180',
    meaning: 'longest time of one run; it is then ended with its programs, and the next one goes on',
  }),
  ...DAEMON_SETTINGS,
  ...LISTENER_SETTINGS,
  ...NOTIFY_SETTINGS,
];
