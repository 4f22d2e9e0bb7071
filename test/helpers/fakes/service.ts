import type { ServiceFacts } from '../../../src/core/doctor/facts.ts';
import { ReconcileError } from '../../../src/core/errors.ts';
import type { ServiceState, TestVerdict } from '../../../src/core/types.ts';
import type { Service } from '../../../src/ports.ts';
import { SOUND_SERVICE } from './service-facts.ts';

/**
 * What the next signal does. `takes`: loads what is on disk and is proven. `lost`: nothing happens. `dies`: the master
 * is gone. `silent`: loads what is on disk, but the proof does not come. `unhealthy`: re-executes, and its answers are
 * wrong as long as these bytes are on disk.
 */
export type ReloadScript = 'takes' | 'lost' | 'dies' | 'silent' | 'unhealthy';

type Bytes = Uint8Array | null;
type Running = ServiceState & { readonly kind: 'running' };

/**
 * php-fpm as a state machine. It loads what `live()` gives at the moment of a signal or a start.
 * `loaded` is what its workers answer with; `signals` counts SIGUSR2.
 */
export class FakeService implements Service {
  loaded: Bytes;
  signals = 0;
  revivals = 0;
  /** What ails php-fpm before anything is changed; null: nothing. */
  ill: string | null = null;
  /** Whether the host has a start command. */
  startCommand = false;
  /** Whether php-fpm starts with these bytes. */
  startsWith: (bytes: Bytes) => boolean = () => true;
  readonly rehearsed: Uint8Array[] = [];
  readonly reloadScript: ReloadScript[] = [];
  /** What `php-fpm -t` says to these bytes in the place of the live file. */
  verdict: (bytes: Bytes) => TestVerdict = () => ({ ok: true });
  /** What the private php-fpm says to these bytes: null is well. */
  rehearsal: (bytes: Uint8Array) => 'REHEARSAL_FAILED' | 'ENVIRONMENT_BROKEN' | null = () => null;
  /** What content is judged by besides its bytes. */
  basisNow = 'php-fpm 8.2';
  sweeps = 0;
  /** Called right before and right after a signal takes effect; may throw to act as a crash. */
  beforeSignal: () => void = () => {};
  afterSignal: () => void = () => {};
  readonly #live: () => Bytes;
  #state: ServiceState;
  #generation = 1;

  constructor(live: () => Bytes) {
    this.#live = live;
    this.loaded = live();
    this.#state = this.#running(1000);
  }

  /** The master, for tests that expect one. */
  master(): Running {
    if (this.#state.kind !== 'running') throw new Error(`php-fpm is ${this.#state.kind}`);
    return this.#state;
  }

  /** Somebody else starts or restarts php-fpm. */
  start(): void {
    this.#reexec(1000 + this.#generation);
  }

  /** Somebody else stops php-fpm. */
  stop(): void {
    this.#state = { kind: 'absent' };
  }

  orphan(...pids: readonly number[]): void {
    this.#state = { kind: 'orphaned', pids };
  }

  sweep(): void {
    this.sweeps++;
  }

  async basis(): Promise<string> {
    return this.basisNow;
  }

  async inspect(): Promise<ServiceState> {
    return this.#state;
  }

  async checkReadiness(): Promise<void> {
    if (this.ill !== null) throw new ReconcileError('ENVIRONMENT_BROKEN', this.ill);
  }

  async rehearse(bytes: Uint8Array): Promise<void> {
    this.rehearsed.push(bytes);
    const code = this.rehearsal(bytes);
    if (code !== null) throw new ReconcileError(code, 'scripted failure of the rehearsal');
  }

  async testWith(bytes: Bytes): Promise<TestVerdict> {
    return this.verdict(bytes);
  }

  async testLive(): Promise<TestVerdict> {
    return this.verdict(this.#live());
  }

  async reload(before: Running, bytes: Bytes): Promise<void> {
    if (this.#state.kind !== 'running') throw unproven('the master is gone');
    this.beforeSignal();
    this.signals++;
    const script = this.reloadScript.shift() ?? 'takes';
    this.#obey(script, this.#state.pid);
    this.afterSignal();
    if (script === 'silent' || script === 'unhealthy') throw unproven(`scripted: ${script}`);
    await this.prove(before.incarnation, bytes);
  }

  async revive(): Promise<boolean> {
    this.revivals++;
    if (this.startCommand && this.startsWith(this.#live())) this.start();
    return this.startCommand;
  }

  async prove(before: string | null, bytes: Bytes): Promise<void> {
    if (this.#state.kind !== 'running') throw unproven(`php-fpm is ${this.#state.kind}`);
    if (this.#state.incarnation === before) throw unproven('it is still the old incarnation');
    if (!isSame(this.loaded, bytes)) throw unproven('it runs other bytes');
  }

  async diagnose(): Promise<ServiceFacts> {
    return { ...SOUND_SERVICE, state: this.#state };
  }

  #obey(script: ReloadScript, pid: number): void {
    if (script === 'lost') return;
    if (script === 'dies') this.stop();
    else this.#reexec(pid);
  }

  #reexec(pid: number): void {
    this.#generation++;
    this.loaded = this.#live();
    this.#state = this.#running(pid);
  }

  #running(pid: number): Running {
    return {
      kind: 'running',
      pid,
      incarnation: `${pid}:77:${this.#generation.toString(16).padStart(16, '0')}`,
      isCertain: true,
    };
  }
}

function unproven(why: string): ReconcileError {
  return new ReconcileError('RELOAD_UNPROVEN', why);
}

function isSame(left: Bytes, right: Bytes): boolean {
  if (left === null || right === null) return left === right;
  return Buffer.compare(left, right) === 0;
}
