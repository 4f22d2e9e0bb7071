import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Container as ContainerSpec, PodSpec, Probe } from 'kubernetes-types/core/v1.js';
import type { Container } from '../../helpers/container.ts';
import type { Containers } from '../../helpers/containers.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { PodPlace } from './flags.ts';
import { containerFlags } from './flags.ts';
import { makeVolumes } from './volumes.ts';

/** What a pod is started from. */
export interface PodRequest {
  /** Where its volumes are made; whoever gives it removes it. */
  readonly directory: string;
  readonly name: string;
  readonly spec: PodSpec;
  /** Of Secrets and ConfigMaps. */
  readonly contents: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Image of the container that holds the processes of the pod, where it shares them. */
  readonly pause: string;
  /** The container that is the node, and its root directory; without: none of its parts is asked for. */
  readonly node?: { readonly container: string; readonly root: string };
  /** Files that a container gets beside its image: name of the container → path inside → path on this machine. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A pod that runs. */
export interface Pod {
  container(name: string): Container;
  /** Status and body of an answer on a port of the pod. */
  ask(path: string): Promise<{ readonly status: number; readonly body: string }>;
}

/**
 * Starts the containers of a pod as the kubelet does: volumes, then the first ones in their order, each to its end or, where it
 * stays, until its startup probe passes, then the others. Network and processes are shared. Throws where one of them fails.
 */
export async function runPod(containers: Containers, request: PodRequest): Promise<Pod> {
  const { spec, name, node, contents } = request;
  const directory = mkdtempSync(join(request.directory, `${name}-`));
  const sources = { containers, directory, contents, node: node?.root ?? '/nowhere' };
  const volumes = await makeVolumes(spec, sources);
  const processes = await holdProcesses(containers, request);
  const starting = { containers, request, place: { name, nodeName: name, processes, volumes } };
  const started = new Map<string, Container>();
  for (const container of spec.initContainers ?? []) {
    const running = await start(container, starting);
    if (container.restartPolicy !== 'Always') await finish(containers, running, container);
    else await waitForProbe(containers, container, running);
    started.set(container.name, running);
  }
  for (const container of spec.containers) started.set(container.name, await start(container, starting));
  return {
    container: (each) => started.get(each) ?? unknown(each),
    ask: (path) => askHttp(containers, portOf(spec), path),
  };
}

interface Starting {
  readonly containers: Containers;
  readonly request: PodRequest;
  readonly place: PodPlace;
}

/** With `hostPID` they are those of the node; else the pod has a container of its own for them, whose first process reaps. */
async function holdProcesses(
  containers: Containers,
  { spec, name, pause, node }: PodRequest,
): Promise<string> {
  if (spec.hostPID === true) return node?.container ?? unknown('node');
  if (spec.shareProcessNamespace !== true) throw new Error('the pod shares no processes');
  const flags = ['--init', '--entrypoint=["sleep", "infinity"]'];
  const holder = await containers.start(pause, {
    name: `${name}-pause`,
    command: [],
    network: 'host',
    flags,
  });
  return holder.name;
}

async function start(container: ContainerSpec, { containers, request, place }: Starting): Promise<Container> {
  return await containers.start(container.image ?? '', {
    name: `${request.name}-${container.name}`,
    command: container.args ?? [],
    network: 'host',
    files: request.files?.[container.name] ?? {},
    flags: containerFlags(container, request.spec, place),
  });
}

async function finish(containers: Containers, running: Container, { name }: ContainerSpec): Promise<void> {
  const exit = await containers.podman('wait', running.name);
  if (exit !== '0') throw new Error(`${name} ended with ${exit}: ${await running.logs()}`);
}

async function waitForProbe(
  containers: Containers,
  { startupProbe, ports }: ContainerSpec,
  running: Container,
): Promise<void> {
  const { httpGet, periodSeconds = 10, failureThreshold = 3 } = startupProbe ?? ({} as Probe);
  const port = ports?.find(({ name }) => name === httpGet?.port)?.containerPort;
  if (port === undefined || httpGet?.path === undefined)
    throw new Error(`${running.name} has no startup probe`);
  const { path } = httpGet;
  const look = async () => (await askHttp(containers, port, path)).status === 200;
  await waitFor(
    `the start of ${running.name}`,
    look,
    Math.min(periodSeconds * failureThreshold, 20) * 1000,
  ).catch(async (error: unknown) => {
    throw new Error(`${running.name} does not start: ${await running.logs()}`, { cause: error });
  });
}

function portOf({ initContainers = [], containers }: PodSpec): number {
  const ports = [...initContainers, ...containers].flatMap((each) => each.ports ?? []);
  return ports.find(({ name }) => name === 'http')?.containerPort ?? unknown('http');
}

/** From within the session's network; 0 where nobody listens. */
async function askHttp(containers: Containers, port: number, path: string) {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET ${path} HTTP/1.1\\r\\nHost: pod\\r\\nConnection: close\\r\\n\\r\\n' >&3 && cat <&3`;
  const { stdout } = await containers.run(['bash', '-c', script]);
  const [, status = '0'] = /^HTTP\/1\.1 (\d+)/.exec(stdout) ?? [];
  return { status: Number(status), body: stdout.slice(stdout.indexOf('\r\n\r\n') + 4) };
}

function unknown(name: string): never {
  throw new Error(`there is no ${name} in the pod`);
}
