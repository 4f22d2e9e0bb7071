import type { ServiceFacts } from '../../core/doctor/facts.ts';
import { ReconcileError } from '../../core/errors.ts';
import type { ParsedFile, ServiceState, TestVerdict } from '../../core/types.ts';
import type { Service } from '../../ports.ts';
import { sweepPrivateDirectories } from '../private-directory.ts';
import { runProgram } from '../processes.ts';
import { hashBasis } from './basis.ts';
import { checkHealth, checkNobodyAnswers } from './check-health.ts';
import { checkLayout } from './check-layout.ts';
import { diagnosePhpFpm } from './diagnose.ts';
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
  return new PhpFpm(options);
}

class PhpFpm implements Service {
  readonly #options: PhpFpmOptions;
  /** The prefix does not change while we run; asking for it costs one run of php-fpm. */
  #prefix: Promise<string | null> | null = null;

  constructor(options: PhpFpmOptions) {
    this.#options = options;
  }

  sweep(): void {
    sweepPrivateDirectories();
  }

  async basis(): Promise<string> {
    return hashBasis(this.#options.binary, this.#options.config);
  }

  inspect(): Promise<ServiceState> {
    return inspectPhpFpm(this.#options, () => this.#readConfiguration());
  }

  async checkReadiness(state: ServiceState, bytes: Uint8Array): Promise<void> {
    const { binary, config, livePath } = this.#options;
    const configuration = await this.#readConfiguration(bytes);
    if (binary !== null) checkLayout(configuration, { livePath, revision: this.#revisionOf(bytes) });
    if (state.kind === 'absent') await checkNobodyAnswers(configuration, config);
    if (state.kind === 'running') await checkHealth(this.#options, await this.#readConfiguration());
  }

  async rehearse(bytes: Uint8Array): Promise<void> {
    const { binary, parse, livePath } = this.#options;
    if (binary !== null) await rehearseCandidate({ binary, bytes, parse, name: livePath });
  }

  async testWith(bytes: Uint8Array | null): Promise<TestVerdict> {
    const fpm = await this.#testable();
    if (fpm === null) return { ok: true };
    return await testWithBytes(fpm, bytes);
  }

  async testLive(): Promise<TestVerdict> {
    const fpm = await this.#testable();
    return fpm === null ? { ok: true } : await testConfiguration(fpm);
  }

  async reload(before: ServiceState & { readonly kind: 'running' }, bytes: Uint8Array | null): Promise<void> {
    const means = toMeans(this.#options.reloadCommand);
    const proof = await this.#beginProof(bytes);
    try {
      await reloadPhpFpm({ ...proof, before: before.incarnation, means });
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  revive(): Promise<boolean> {
    return start(this.#options.startCommand);
  }

  async prove(before: string | null, bytes: Uint8Array | null): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_WITH_OLD_MS);
    // Without a former incarnation it is a start that is waited for.
    const looksForGone = before === null ? Number.POSITIVE_INFINITY : LOOKS_FOR_GONE;
    const proof = {
      ...(await this.#beginProof(bytes)),
      before,
      oldChildren: new Set<string>(),
      looksForGone,
    };
    await waitForProof(proof, ({ pid }) => {
      if (patience.aborted) throw unproven(`master ${pid} has not read its configuration again`);
    });
  }

  diagnose(bytes: Uint8Array): Promise<ServiceFacts> {
    const { livePath, parse } = this.#options;
    const readConfiguration = (candidate?: Uint8Array) => this.#readConfiguration(candidate);
    return diagnosePhpFpm({
      service: this,
      identity: this.#options,
      livePath,
      parse,
      readConfiguration,
      bytes,
    });
  }

  /** A configuration that passed before the signal and fails now was changed by somebody else: our content is not why. */
  async #explain(error: unknown): Promise<unknown> {
    if (!(error instanceof ReconcileError) || error.code !== 'RELOAD_UNPROVEN') return error;
    const verdict = await this.testLive();
    if (verdict.ok) return error;
    const message = `php-fpm -t has begun to fail around our signal: ${verdict.message}; ${error.message}`;
    return new ReconcileError('TREE_BROKEN', message, { cause: error });
  }

  /** The clock of the proof starts here. */
  async #beginProof(bytes: Uint8Array | null) {
    const configuration = await this.#readConfiguration();
    const deadlineMs = configuration.processControlTimeoutMs + this.#options.marginMs;
    const revision = this.#revisionOf(bytes);
    const late = AbortSignal.timeout(deadlineMs);
    return { identity: this.#options, configuration, revision, deadlineMs, late };
  }

  /** As it is on disk, or with these bytes in place of our file. */
  async #readConfiguration(candidate?: Uint8Array): Promise<FpmConfiguration> {
    const { config, livePath } = this.#options;
    const root = { config, livePath, prefix: await this.#findPrefix() };
    return readConfiguration(candidate === undefined ? root : { ...root, candidate });
  }

  /** Null: there is no php-fpm beside us. */
  async #testable(): Promise<TestedFpm | null> {
    const { binary, config, livePath, prefix = null, args = [] } = this.#options;
    if (binary === null) return null;
    const prefixArgs = prefix === null ? [] : ['-p', prefix];
    return { binary, config, livePath, prefix: await this.#findPrefix(), args: [...prefixArgs, ...args] };
  }

  #findPrefix(): Promise<string | null> {
    const { binary, prefix = null } = this.#options;
    if (prefix !== null || binary === null) return Promise.resolve(prefix);
    this.#prefix ??= discoverPrefix(binary);
    return this.#prefix;
  }

  /** What the bytes announce; null where they announce nothing or are not ours. */
  #revisionOf(bytes: Uint8Array | null): string | null {
    return bytes === null ? null : (this.#options.parse(bytes)?.revision ?? null);
  }
}

function toMeans(command: readonly string[] | null): Parameters<typeof reloadPhpFpm>[0]['means'] {
  return command === null ? { kind: 'signal' } : { kind: 'command', command };
}

/** What comes of it is for the next inspection to see; a start command that fails changes nothing. */
async function start(command: readonly string[] | null): Promise<boolean> {
  const [program, ...args] = command ?? [];
  if (program === undefined) return false;
  await runProgram(program, args, { deadlineMs: START_DEADLINE_MS, output: 'ignore' }).catch(() => undefined);
  return true;
}
