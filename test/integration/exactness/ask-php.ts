import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askFastCgi } from '../../../src/adapters/php-fpm/fastcgi.ts';
import { FastCgiError } from '../../../src/adapters/php-fpm/fastcgi-records.ts';

const PROBE = `<?php
foreach ([getenv(), $_SERVER] as $all) {
  foreach ($all as $name => $value) {
    if (is_string($value)) { echo strlen($name), ' ', strlen($value), ' ', $name, $value; }
  }
  echo "0 0 ";
}
`;

/** What a worker of a fresh php-fpm sees that has loaded only this file. */
export interface PhpAnswer {
  readonly getenv: ReadonlyMap<string, string>;
  readonly server: ReadonlyMap<string, string>;
}

/** Starts a private php-fpm with the file, asks it over FastCGI for all that it knows, and ends it. */
export async function askPhp(binary: string, bytes: Uint8Array, pool: string | null): Promise<PhpAnswer> {
  const dir = mkdtempSync(join(tmpdir(), 'exact-php-'));
  try {
    chmodSync(dir, 0o711);
    return await askIn(dir, { binary, bytes, pool });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Candidate {
  readonly binary: string;
  readonly bytes: Uint8Array;
  /** Null: included inside a pool. */
  readonly pool: string | null;
}

async function askIn(dir: string, { binary, bytes, pool }: Candidate): Promise<PhpAnswer> {
  const name = pool ?? 'exact';
  writeFileSync(join(dir, 'env.conf'), bytes);
  writeFileSync(join(dir, 'probe.php'), PROBE);
  const lines = [
    '[global]',
    `error_log = ${dir}/log`,
    `[${name}]`,
    `listen = ${dir}/socket`,
    'user = nobody',
  ];
  const more = ['group = nogroup', 'pm = static', 'pm.max_children = 1', `include = ${dir}/env.conf`];
  writeFileSync(join(dir, 'main.conf'), [...lines, ...more, ''].join('\n'));
  const child = spawn(binary, ['-n', '-y', join(dir, 'main.conf'), '-F'], {
    stdio: 'ignore',
    env: {},
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    return parseAnswer(await askWhenReady(join(dir, 'socket'), dir, () => child.exitCode));
  } catch (error) {
    throw new Error(`php-fpm did not answer: ${readFileSync(join(dir, 'log'), 'utf8').slice(-2000)}`, {
      cause: error,
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function askWhenReady(socket: string, dir: string, exitCode: () => number | null): Promise<Buffer> {
  const params = {
    REQUEST_METHOD: 'GET',
    SCRIPT_FILENAME: join(dir, 'probe.php'),
    SCRIPT_NAME: '/probe.php',
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await askFastCgi(socket, { params }, { deadlineMs: 20_000, maxBytes: 256 * 1024 * 1024 }))
        .stdout;
    } catch (error) {
      if (!(error instanceof FastCgiError) || attempt > 2000 || exitCode() !== null) throw error;
      await sleep(5);
    }
  }
}

function parseAnswer(answer: Buffer): PhpAnswer {
  const lists: Map<string, string>[] = [new Map()];
  for (let at = 0; at < answer.length; ) {
    const nameEnd = answer.indexOf(' ', at);
    const valueEnd = answer.indexOf(' ', nameEnd + 1);
    const nameLength = Number(answer.toString('latin1', at, nameEnd));
    const valueLength = Number(answer.toString('latin1', nameEnd + 1, valueEnd));
    const name = answer.toString('latin1', valueEnd + 1, valueEnd + 1 + nameLength);
    at = valueEnd + 1 + nameLength + valueLength;
    if (nameLength === 0) lists.push(new Map());
    else lists.at(-1)?.set(name, answer.toString('latin1', at - valueLength, at));
  }
  const [getenv, server] = lists;
  if (getenv === undefined || server === undefined) throw new Error('the probe broke off');
  return { getenv, server };
}
