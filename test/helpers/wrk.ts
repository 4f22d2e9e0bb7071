import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

/** What wrk counted. */
export interface LoadFigures {
  readonly requests: number;
  /** Answers that are neither 2xx nor 3xx. */
  readonly refused: number;
  /** Connections that could not be made, were cut, or timed out. */
  readonly socketErrors: number;
  /** Good answers whose body is not one of the known ones. */
  readonly mixed: number;
  /** How many different known bodies came. */
  readonly bodies: number;
}

/** Each connection waits a little between two requests, so that the machine is not filled by the load alone. */
const PAUSE_MS = 5;

/** `knows` is a Lua expression on `body`: what tells the bodies apart, or nil for one that may not be. */
function script(knows: string): string {
  return `
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() mixed, bodies, seen = 0, 0, {} end
function delay() return ${PAUSE_MS} end
function response(status, headers, body)
  if status ~= 200 then return end
  local known = ${knows}
  if known == nil then mixed = mixed + 1
  elseif not seen[known] then seen[known] = true; bodies = bodies + 1 end
end
function done(summary)
  local e = summary.errors
  local thread = threads[1]
  print(string.format('{"requests":%d,"refused":%d,"socketErrors":%d,"mixed":%d,"bodies":%d}',
    summary.requests, e.status, e.connect + e.read + e.write + e.timeout,
    thread:get('mixed'), thread:get('bodies')))
end
`;
}

/** Starts ten connections that ask again and again; the function that it gives ends them and tells what they saw. */
export function startWrk(url: string, knows: string): () => Promise<LoadFigures> {
  const path = join(temporaryDirectory(), 'load.lua');
  writeFileSync(path, script(knows));
  const args = ['--threads', '1', '--connections', '10', '--duration', '1h', '--timeout', '20s'];
  const child = spawn('wrk', [...args, '--script', path, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const closed = once(child, 'close');
  return async () => {
    child.kill('SIGINT');
    await closed;
    return JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? '');
  };
}
