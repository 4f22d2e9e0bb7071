import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../end-to-end/real-host.ts';
import type { Container, ContainerOptions } from './container.ts';
import { outputOf, startContainer } from './container.ts';
import type { DebianSystem } from './debian-image.ts';
import { imageName, withDebianArchive } from './debian-image.ts';
import type { RunOptions } from './private-namespaces.ts';
import { openNamespaces } from './private-namespaces.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache', 'containers');
/** Images of Debian's packages, kept between tests. Everything else is a session's own. */
const IMAGES = join(CACHE, 'images');

/** Real podman, in namespaces of its own. */
export interface Containers {
  /** Makes an image of Debian's packages, or takes the one that an earlier call made. Gives its name. */
  buildImage(system: DebianSystem): Promise<string>;
  /** Starts a container; it ends with `close` at the latest. */
  start(image: string, options: ContainerOptions): Promise<Container>;
  /** Any other command of podman. Throws where it fails; gives what it printed. */
  podman(...words: readonly string[]): Promise<string>;
  /** Runs a program of this machine where the containers' network is. */
  run(words: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Ends all containers and removes them. */
  close(): Promise<void>;
}

/** Opens a session. Call `close` when its tests are over: `afterAll`. */
export async function openContainers(): Promise<Containers> {
  mkdirSync(IMAGES, { recursive: true });
  const directory = mkdtempSync(join(CACHE, 'session-'));
  const namespaces = await openNamespaces(directory);
  const env = writeSettings(directory);
  const podman = async (words: readonly string[], options: RunOptions = {}) =>
    await namespaces.run(['podman', '--log-level=error', ...words], { ...options, env });
  const required = async (...words: readonly string[]) => outputOf(words, await podman(words));
  return {
    buildImage: async (system) => await buildImage(system, required),
    start: async (image, options) => await startContainer(podman, image, options),
    podman: required,
    run: async (words, options) => await namespaces.run(words, options),
    close: async () => await namespaces.close(),
  };
}

async function buildImage(
  system: DebianSystem,
  podman: (...words: readonly string[]) => Promise<string>,
): Promise<string> {
  const name = imageName(system);
  const listed = await podman('images', '--quiet', '--filter', `reference=${name}`);
  if (listed !== '') return name;
  const startedAt = performance.now();
  await withDebianArchive(system, async (archive) => {
    await podman(
      '--root',
      IMAGES,
      '--runroot',
      '/run/images',
      '--tmpdir',
      '/run/images-tmp',
      'import',
      archive,
      name,
    );
  });
  console.info(
    `image: ${name} of ${system.packages.length} packages made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  return name;
}

/**
 * Settings of podman that are read by nobody else. Debian's own limits, and crun, fail without CAP_SYS_RESOURCE; a limit of processes
 * fails where the kernel's controller of them is in use elsewhere.
 */
function writeSettings(directory: string): Readonly<Record<string, string>> {
  const settings = join(directory, 'containers.conf');
  const storage = join(directory, 'storage.conf');
  writeFileSync(
    settings,
    [
      '[containers]',
      'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
      'pids_limit = 0',
      'init_path = "/usr/bin/catatonit"',
      '[engine]',
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "none"',
      '[network]',
      'network_backend = "netavark"',
      `network_config_dir = "${join(directory, 'networks')}"`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    storage,
    [
      '[storage]',
      'driver = "overlay"',
      `graphroot = "${join(directory, 'storage')}"`,
      'runroot = "/run/containers/storage"',
      '[storage.options]',
      `additionalimagestores = ["${IMAGES}"]`,
      '',
    ].join('\n'),
  );
  return { CONTAINERS_CONF: settings, CONTAINERS_STORAGE_CONF: storage, TMPDIR: directory };
}
