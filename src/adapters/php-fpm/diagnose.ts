import { dirname } from 'node:path';
import type { PoolFacts, ServiceFacts } from '../../core/doctor/facts.ts';
import { ReconcileError } from '../../core/errors.ts';
import { collectForeseen } from '../../core/foreseen.ts';
import type { ParsedFile, ServiceState } from '../../core/types.ts';
import type { Service } from '../../ports.ts';
import { findFastCgiParams } from '../nginx-params.ts';
import { canEndWithUs } from '../processes.ts';
import { checkHealth, checkNobodyAnswers } from './check-health.ts';
import { checkLayout } from './check-layout.ts';
import type { FpmConfiguration } from './pools.ts';
import { proposePlaces } from './propose-place.ts';
import { readServiceUnit } from './service-unit.ts';
import type { FpmIdentity } from './sightings.ts';
import { findAllMasters } from './sightings.ts';
import { canMountPrivately } from './test-config.ts';

/** Which php-fpm to look at. */
export interface DiagnosisRequest {
  readonly service: Pick<Service, 'inspect' | 'rehearse' | 'testLive'>;
  readonly identity: FpmIdentity;
  readonly livePath: string;
  readonly parse: (bytes: Uint8Array) => ParsedFile | null;
  readonly readConfiguration: (candidate?: Uint8Array) => Promise<FpmConfiguration>;
  /** What the file holds, or shall hold. */
  readonly bytes: Uint8Array;
}

const NGINX = '/etc/nginx';

/**
 * All that can be seen of a php-fpm without changing anything: the checks that a run makes before it writes, each to its
 * end, and what no run looks at. Never throws a foreseen error: it stands in `errors`.
 */
export async function diagnosePhpFpm(request: DiagnosisRequest): Promise<ServiceFacts> {
  const { service, identity, bytes } = request;
  const errors: ReconcileError[] = [];
  const attempt = <T>(work: () => Promise<T>) => collectForeseen(errors, work);
  const configuration = await attempt(() => request.readConfiguration(bytes));
  const state = await attempt(() => service.inspect());
  if (state?.kind === 'orphaned') errors.push(orphaned(state.pids));
  if (configuration !== null) {
    await attempt(async () => checkPlace(request, configuration));
    await attempt(() => checkWellBeing(request, configuration, state));
    await attempt(() => service.rehearse(bytes));
    await attempt(() => checkTree(service));
  }
  return {
    errors: withoutRepeats(errors),
    config: identity.config,
    hasBinary: identity.binary !== null,
    state,
    strangers: state?.kind === 'absent' ? findAllMasters() : [],
    ...readSettings(configuration),
    proposals: configuration === null ? [] : proposeOthers(request, configuration),
    unit: state?.kind === 'running' ? await readServiceUnit(state.pid) : null,
    canMount: identity.binary === null ? null : await canMountPrivately(dirname(identity.config)),
    canEndWithUs: identity.binary === null ? null : canEndWithUs(),
    shadows: findFastCgiParams(NGINX, namesIn(request)),
  };
}

/** A main configuration that cannot be read is found by more than one check. */
function withoutRepeats(errors: readonly ReconcileError[]): readonly ReconcileError[] {
  return errors.filter(
    ({ message }, index) => errors.findIndex((each) => each.message === message) === index,
  );
}

function orphaned(pids: readonly number[]): ReconcileError {
  const message = `php-fpm workers without a master still answer requests: pid ${pids.join(', ')}`;
  return new ReconcileError('SERVICE_ORPHANED', message);
}

/** As before a run; without a php-fpm beside us the includes cannot be followed for certain. */
function checkPlace(
  { identity, livePath, parse, bytes }: DiagnosisRequest,
  configuration: FpmConfiguration,
): void {
  if (identity.binary === null) return;
  checkLayout(configuration, { livePath, revision: parse(bytes)?.revision ?? null });
}

async function checkWellBeing(
  { identity, readConfiguration }: DiagnosisRequest,
  configuration: FpmConfiguration,
  state: ServiceState | null,
): Promise<void> {
  if (state?.kind === 'absent') await checkNobodyAnswers(configuration, identity.config);
  if (state?.kind === 'running') await checkHealth(identity, await readConfiguration());
}

async function checkTree(service: DiagnosisRequest['service']): Promise<void> {
  const verdict = await service.testLive();
  if (verdict.ok) return;
  const message = `php-fpm -t fails, and a reload would end php-fpm: ${verdict.message}`;
  throw new ReconcileError('ENVIRONMENT_BROKEN', message);
}

function readSettings(
  configuration: FpmConfiguration | null,
): Pick<ServiceFacts, 'controlTimeout' | 'pools'> {
  if (configuration === null) return { controlTimeout: null, pools: [] };
  const { processControlTimeoutMs: ms, processControlTimeoutAt: at, pools } = configuration;
  const facts = pools.map(
    ({ name, at, readsOurFile, pingPath, keepsEnvironmentAt }): PoolFacts => ({
      name,
      at,
      readsOurFile,
      hasPing: pingPath !== null,
      keepsEnvironmentAt,
    }),
  );
  return { controlTimeout: { ms, at }, pools: facts };
}

/** Only where the place of the file is what is wrong. */
function proposeOthers(
  { identity, livePath }: DiagnosisRequest,
  configuration: FpmConfiguration,
): ServiceFacts['proposals'] {
  const readers = configuration.pools.filter(({ readsOurFile }) => readsOurFile);
  const isRead = readers.length > 0 && readers.every(({ listen }) => listen !== null);
  if (isRead && !configuration.globalReadsOurFile) return [];
  const { binary, config } = identity;
  return proposePlaces(configuration, livePath).map((place) => ({ binary, config, ...place }));
}

function namesIn({ parse, bytes }: DiagnosisRequest): ReadonlySet<string> {
  return new Set(parse(bytes)?.variables.keys());
}
