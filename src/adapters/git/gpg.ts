import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { judgeGpgVerdict, parseStatus } from '../../core/git/judge-gpg.ts';
import { parseOpenPgpSignature } from '../../core/git/openpgp-signature.ts';
import { withPrivateDirectory } from '../private-directory.ts';
import type { ProgramResult } from '../processes.ts';
import { runProgram } from '../processes.ts';

export interface GpgOptions {
  /** Name or absolute path of gpg. */
  readonly program: string;
  /** Exported public keys, armored or not. */
  readonly keysFile: string;
}

/** Judges one signature: why it is not to be trusted, as the end of a sentence, or null. */
export type JudgeOpenPgp = (armored: string, payload: Uint8Array) => Promise<string | null>;

/** Measured: 20 ms for one signature, with the start of the process. */
const DEADLINE_MS = 20_000;

/**
 * No file of options, no agent, no keyserver, no trust database: the only keys are those of the file, and each of them
 * counts. What is decided is read from `--status-fd`.
 */
const HARDENED = [
  ...['--no-options', '--batch', '--no-tty', '--no-autostart', '--disable-dirmngr'],
  ...['--no-auto-key-retrieve', '--no-auto-key-locate', '--trust-model', 'always', '--status-fd', '1'],
];

/** Place of the number of private keys that were seen in the line IMPORT_RES (doc/DETAILS of GnuPG). */
const SECRET_KEYS = 9;

/**
 * Gives `work` a judge of OpenPGP signatures with the keys of one file, in a private home that is gone afterwards,
 * whatever happens. Checks expiry with the clock of the host. Throws CONFIG_INVALID where the file holds no public key
 * or a private one, ENVIRONMENT_BROKEN where gpg is missing or does not end.
 */
export async function withGpg<T>(options: GpgOptions, work: (judge: JudgeOpenPgp) => Promise<T>): Promise<T> {
  return await withPrivateDirectory(async (home) => {
    const run = (args: readonly string[]) => runGpg(options.program, home, args);
    const keys = await importKeys(options.keysFile, run);
    return await work(async (armored, payload) => {
      const signature = parseOpenPgpSignature(armored);
      if (signature === null) return 'has an OpenPGP signature that is damaged, or not a single one';
      const [signatureFile, payloadFile] = [join(home, 'signature'), join(home, 'payload')];
      writeFileSync(signatureFile, signature);
      writeFileSync(payloadFile, payload);
      const { exitCode, stdout: status } = await run(['--verify', '--', signatureFile, payloadFile]);
      return judgeGpgVerdict({ exitCode, status }, keys);
    });
  });
}

async function runGpg(program: string, home: string, args: readonly string[]): Promise<ProgramResult> {
  const words = ['--homedir', home, ...HARDENED, ...args];
  const result = await runProgram(program, words, {
    deadlineMs: DEADLINE_MS,
    env: { HOME: home },
  });
  if (result.ended === 'exit') return result;
  const how = result.ended === 'deadline' ? `did not end within ${DEADLINE_MS / 1000} s` : 'was ended';
  throw new ReconcileError('ENVIRONMENT_BROKEN', `${program}, which checks OpenPGP signatures, ${how}`);
}

/** Fingerprints of the primary keys. */
async function importKeys(
  file: string,
  run: (args: readonly string[]) => Promise<ProgramResult>,
): Promise<ReadonlySet<string>> {
  const { exitCode, stdout } = await run(['--import', '--', file]);
  const lines = parseStatus(stdout);
  const imported = lines.filter(({ keyword }) => keyword === 'IMPORT_OK');
  // Without an agent gpg keeps none of them.
  if (lines.some(({ keyword, words }) => keyword === 'IMPORT_RES' && words[SECRET_KEYS] !== '0'))
    throw wrongFile(file, 'it holds a private key; write the public one with `gpg --export`');
  if (exitCode !== 0 || imported.length === 0)
    throw wrongFile(file, 'gpg does not take its keys; write them with `gpg --export`');
  return new Set(imported.flatMap(({ words }) => words[1] ?? []));
}

function wrongFile(file: string, why: string): ReconcileError {
  return new ReconcileError('CONFIG_INVALID', `${file}: ${why}`);
}
