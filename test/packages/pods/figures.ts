import { expect } from 'vitest';
import { PREFIX } from '../../../src/core/metrics/families.ts';
import type { Container } from '../../helpers/container.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Pod } from './run-pod.ts';

/** Answers with the value as it is. */
export const PROBE = `<?php echo getenv($_SERVER['QUERY_STRING']);`;

/** Where the probe is in a container with php-fpm. */
export const PROBE_PATH = '/srv/probe.php';

/** A figure of the pod's own /metrics; null where it is not there. */
export async function readFigure(pod: Pod, series: string): Promise<number | null> {
  const { body } = await pod.ask('/metrics');
  const line = body.split('\n').find((each) => each.startsWith(`${PREFIX}${series} `));
  return line === undefined ? null : Number(line.split(' ').at(-1));
}

/** Waits until a commit is the one whose content was proven last. */
export async function waitForCommit(pod: Pod, commit: string): Promise<void> {
  const look = async () => (await readFigure(pod, `applied_info{commit="${commit}"}`)) === 1;
  await waitFor(`commit ${commit}`, look, 30_000).catch(async (error: unknown) => {
    throw new Error(`commit ${commit} is not live: ${await pod.container('reconciler').logs()}`, {
      cause: error,
    });
  });
}

/** What PHP has for a variable, asked at the socket or port of the pool. */
export async function readVariable(php: Container, address: string, name: string): Promise<string> {
  const script = `
    export REQUEST_METHOD=GET SCRIPT_FILENAME=${PROBE_PATH} QUERY_STRING=${name}
    cgi-fcgi -bind -connect ${address}`;
  const answer = await php.sh(script);
  expect(answer).toMatch(/^(X-Powered-By|Content-type)/);
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

/** How often php-fpm has begun to read its configuration anew, as it says itself. */
export function countReloads(log: string): number {
  return [...log.matchAll(/NOTICE: Reloading in progress/g)].length;
}

/** Memory of the program's processes in MiB, with each shared page counted once. Those of others cannot be read. */
export async function readMemory(reconciler: Container, user = '33'): Promise<number> {
  const script = `for each in /proc/[0-9]*; do
    case $(readlink "$each/exe") in */reconcile | */ssh) cat "$each/smaps_rollup" ;; esac
  done`;
  const said = await reconciler.sh(script, { user });
  const sizes = [...said.matchAll(/^Pss: +(\d+) kB$/gm)].map((match) => Number(match[1]));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
