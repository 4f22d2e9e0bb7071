import type { ParsedFile } from '../../core/types.ts';
import type { Service } from '../../ports.ts';
import { runProgram } from '../processes.ts';
import { checkLayout } from './check-layout.ts';
import { inspectPhpFpm } from './discover.ts';
import type { FpmConfiguration } from './pools.ts';
import { readConfiguration } from './pools.ts';
import { discoverPrefix } from './prefix.ts';
import { LOOKS_FOR_GONE, unproven, waitForProof } from './prove.ts';
import { rehearseCandidate } from './rehearse.ts';
import { reloadPhpFpm } from './reload.ts';
import type { TestedFpm } from './test-config.ts';
import { testConfiguration, testWithBytes } from './test-config.ts';

/** One php-fpm of this host. */
export interface PhpFpmOptions {
  /** Absolute path; null: there is no php-fpm beside us (a sidecar container). */
  readonly binary: string | null;
  /** Absolute path of the main configuration. */
  readonly config: string;
  /** The service's `-p`; null or absent: what php-fpm was built with. */
  readonly prefix?: string | null;
  /** Further arguments of the service, e.g. `-c`, `/etc/php.ini`. */
  readonly args?: readonly string[];
  /** Where our file stands. */
  readonly livePath: string;
  /** Reads bytes of our file by our grammar; null: they are not in it. */
  readonly parse: (bytes: Uint8Array) => ParsedFile | null;
  /** Null: SIGUSR2 to the master. */
  readonly reloadCommand: readonly string[] | null;
  /** Null: php-fpm is started by somebody else when it has ended. */
  readonly startCommand: readonly string[] | null;
  /** Added to `process_control_timeout` for the deadline of a proof. */
  readonly marginMs: number;
}

/** A reload that is in flight shows itself within this time, unless slow requests hold it up. */
const PATIENCE_WITH_OLD_MS = 250;
const START_DEADLINE_MS = 30_000;

/**
 * php-fpm as the plot sees it. Without a binary beside us nothing can be rehearsed or tested: `rehearse` then resolves
 * without doing anything and both tests say ok, so that only grammar, proof and restore stand between a bad file and
 * php-fpm; the main configuration must be readable all the same.
 */
export function phpFpmService(options: PhpFpmOptions): Service {
  const { binary, config, livePath, parse } = options;
  const identity = { binary, config };
  const findPrefix = rememberPrefix(options);
  const readTree = (prefix: string | null): FpmConfiguration =>
    readConfiguration({ config, prefix, livePath });
  const tested = async (path: string): Promise<TestedFpm> => ({
    ...{ binary: path, config, livePath, prefix: await findPrefix() },
    args: [...(options.prefix == null ? [] : ['-p', options.prefix]), ...(options.args ?? [])],
  });
  const begin = async (bytes: Uint8Array | null) => {
    const configuration = readTree(await findPrefix());
    const deadlineMs = configuration.processControlTimeoutMs + options.marginMs;
    const revision = bytes === null ? null : (parse(bytes)?.revision ?? null);
    return { identity, configuration, revision, deadlineMs, late: AbortSignal.timeout(deadlineMs) };
  };
  return {
    inspect: () => inspectPhpFpm(identity, async () => readTree(await findPrefix())),
    rehearse: async (bytes) => {
      if (binary !== null) await rehearseCandidate({ binary, bytes, parse, name: livePath });
    },
    testWith: async (bytes) => {
      if (binary === null) return { ok: true };
      const fpm = await tested(binary);
      if (bytes !== null) {
        const configuration = readConfiguration({ config, prefix: fpm.prefix, livePath, candidate: bytes });
        checkLayout(configuration, { livePath, revision: parse(bytes)?.revision ?? null });
      }
      return await testWithBytes(fpm, bytes);
    },
    testLive: async () => (binary === null ? { ok: true } : testConfiguration(await tested(binary))),
    reload: async (before, bytes) => {
      const means = toMeans(options.reloadCommand);
      await reloadPhpFpm({ ...(await begin(bytes)), before: before.incarnation, means });
    },
    revive: () => start(options.startCommand),
    prove: async (before, bytes) => {
      const patience = AbortSignal.timeout(PATIENCE_WITH_OLD_MS);
      const request = {
        ...(await begin(bytes)),
        before,
        oldChildren: new Set<string>(),
        // Without a former incarnation it is a start that is waited for.
        looksForGone: before === null ? Number.POSITIVE_INFINITY : LOOKS_FOR_GONE,
      };
      await waitForProof(request, ({ pid }) => {
        if (patience.aborted) throw unproven(`master ${pid} has not read its configuration again`);
      });
    },
  };
}

function toMeans(command: readonly string[] | null): Parameters<typeof reloadPhpFpm>[0]['means'] {
  return command === null ? { kind: 'signal' } : { kind: 'command', command };
}

/** The prefix does not change while we run; asking for it costs one run of php-fpm. */
function rememberPrefix({ binary, prefix = null }: PhpFpmOptions): () => Promise<string | null> {
  let found: Promise<string | null> | null = null;
  return () => {
    if (prefix !== null || binary === null) return Promise.resolve(prefix);
    found ??= discoverPrefix(binary);
    return found;
  };
}

/** What comes of it is for the next inspection to see; a start command that fails changes nothing. */
async function start(command: readonly string[] | null): Promise<void> {
  const [program, ...args] = command ?? [];
  if (program === undefined) return;
  await runProgram(program, args, { deadlineMs: START_DEADLINE_MS, output: 'ignore' }).catch(() => undefined);
}
