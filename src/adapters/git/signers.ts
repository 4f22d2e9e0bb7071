import { formatComplaint } from '../../core/complain.ts';
import { ReconcileError } from '../../core/errors.ts';
import { parseAllowedSigners } from '../../core/git/allowed-signers.ts';
import type { Commit } from '../../core/git/commit.ts';
import type { SshTrust } from '../../core/git/judge-ssh.ts';
import { judgeSshSignature } from '../../core/git/judge-ssh.ts';
import { parseRevokedKeys } from '../../core/git/revoked-keys.ts';
import type { Checked } from '../../core/types.ts';
import type { Clock, Signers } from '../../ports.ts';
import type { JudgeOpenPgp } from './gpg.ts';
import { withGpg } from './gpg.ts';
import { readKeyList } from './key-list.ts';

/** Absolute paths; null: not set. */
export interface SignerOptions {
  readonly scope: Signers['scope'];
  /** ssh-keygen(1), ALLOWED SIGNERS. */
  readonly allowedSignersFile: string | null;
  /** Public keys or fingerprints, one in each line. */
  readonly revokedKeysFile: string | null;
  /** What `gpg --export` wrote, armored or not. */
  readonly openpgpKeysFile: string | null;
  readonly clock: Clock;
  /** Name or absolute path of gpg, which only commits with OpenPGP signatures need; `gpg` by default. */
  readonly gpgProgram?: string;
}

/** Why a commit is refused, as the end of a sentence that begins with it; null: it is signed as it should be. */
type Reason = string | null;

const MAX_NAMED = 10;
/** More than any file that a person wrote has; a file of another kind has thousands. */
const MAX_MISTAKES = 100;
const SSH = '-----BEGIN SSH SIGNATURE-----';
const OPENPGP = '-----BEGIN PGP SIGNATURE-----';

/**
 * The people whose keys are listed on this host. SSH signatures are checked in this process (0.3 ms each, with the
 * verdicts of git), OpenPGP ones by gpg (20 ms each). The files are read at each `verify`, so that a key can be added or
 * removed at any time; validity is compared with the host's clock.
 *
 * Besides what the port says, `verify` throws CONFIG_INVALID with file and line where a file is missing, wrong or can be
 * written by others, and
 * ENVIRONMENT_BROKEN where gpg is needed and does not run.
 */
export function commitSigners(options: SignerOptions): Signers {
  return {
    scope: options.scope,
    async verify(commits) {
      const trust = readTrust(options);
      const refused = await withOpenPgp(options, commits, async (judgeOpenPgp) => {
        const told: string[] = [];
        for (const commit of commits) {
          const reason = await judgeCommit(commit, { trust, judgeOpenPgp });
          if (reason !== null) told.push(`${commit.oid.slice(0, 12)} ${reason}`);
        }
        return told;
      });
      if (refused.length > 0) throw untrusted(refused, commits.length);
    },
  };
}

interface Judges {
  /** Null: this host lists no SSH keys. */
  readonly trust: SshTrust | null;
  readonly judgeOpenPgp: JudgeOpenPgp;
}

async function judgeCommit({ signature, payload }: Commit, judges: Judges): Promise<Reason> {
  if (signature === null) return 'is not signed';
  if (signature.startsWith(OPENPGP)) return await judges.judgeOpenPgp(signature, payload);
  if (!signature.startsWith(SSH)) return 'has a signature that is neither SSH nor OpenPGP';
  if (judges.trust === null) return 'has an SSH signature, and this host lists no SSH keys';
  return judgeSshSignature(signature, payload, judges.trust);
}

/** gpg runs only where it is needed. */
async function withOpenPgp<T>(
  { openpgpKeysFile: keysFile, gpgProgram: program = 'gpg' }: SignerOptions,
  commits: readonly Commit[],
  work: (judge: JudgeOpenPgp) => Promise<T>,
): Promise<T> {
  if (keysFile !== null) readKeyList(keysFile);
  const isNeeded = commits.some(({ signature }) => signature?.startsWith(OPENPGP));
  if (keysFile !== null && isNeeded) return await withGpg({ program, keysFile }, work);
  return await work(async () => 'has an OpenPGP signature, and this host lists no OpenPGP keys');
}

function readTrust({ allowedSignersFile, revokedKeysFile, clock }: SignerOptions): SshTrust | null {
  const revoked = revokedKeysFile === null ? null : take(parseRevokedKeys, revokedKeysFile);
  if (allowedSignersFile === null) return null;
  const signers = take(parseAllowedSigners, allowedSignersFile);
  return { signers, revoked: revoked ?? new Set(), now: clock.now().getTime() };
}

/** Reads a file whole. Throws CONFIG_INVALID with every mistake in it. */
function take<T>(parse: (bytes: Buffer, file: string) => Checked<T>, file: string): T {
  const { value, complaints } = parse(readKeyList(file), file);
  if (value !== null) return value;
  const lines = complaints.slice(0, MAX_MISTAKES).map((complaint) => `\n  ${formatComplaint(complaint)}`);
  const count = showMore(complaints.length - MAX_MISTAKES, '\n  ');
  throw new ReconcileError('CONFIG_INVALID', `the list of keys ${file} is wrong:${lines.join('')}${count}\n`);
}

function untrusted(refused: readonly string[], total: number): ReconcileError {
  const named = refused.slice(0, MAX_NAMED).join('; ');
  const share = `${refused.length} of ${total} ${total === 1 ? 'commit' : 'commits'}`;
  const message = `${share} not signed by an allowed signer: ${named}${showMore(refused.length - MAX_NAMED, '; ')}`;
  return new ReconcileError('COMMIT_UNTRUSTED', message);
}

function showMore(count: number, separator: string): string {
  return count > 0 ? `${separator}and ${count} more` : '';
}
