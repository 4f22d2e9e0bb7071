import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { NodeRelease } from '../../scripts/node-versions.ts';
import { installNode } from '../../scripts/node-versions.ts';
import { searchPath } from '../../scripts/search-path.ts';
import { settleDirectory } from '../../scripts/settle-directory.ts';
import { ROOT } from '../release.ts';
import { bundleForExecutable } from './bundle.ts';

const require = createRequire(import.meta.url);
const STORE = join(ROOT, '.cache', 'executable');
const TEMPLATE = join(ROOT, 'config-repo-template');
/** What Node.js looks for in itself; the same text in all its releases. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The machines that there is an executable for. */
export type Processor = 'x64' | 'arm64';

interface Kind {
  readonly release: NodeRelease;
  readonly strip: string;
  /** V8's code cache fits the kind of processor that it is made on. */
  readonly hasCodeCache: boolean;
}

const KINDS: Readonly<Record<Processor, Kind>> = {
  x64: { release: 'x64-24', strip: 'strip', hasCodeCache: true },
  arm64: { release: 'arm64-24', strip: 'aarch64-linux-gnu-strip', hasCodeCache: false },
};

/**
 * Gives the path of the single executable: Node.js with the program of dist/ inside. It is kept by the hash of all that goes
 * into it, so that a second call takes no time; equal input gives equal bytes. Needs an x64 machine, and `strip`.
 */
export async function buildExecutable(processor: Processor): Promise<string> {
  const program = await bundleForExecutable(join(ROOT, 'dist', 'main.js'));
  const template = JSON.stringify(readTemplate());
  const kind = KINDS[processor];
  const node = join(installNode(kind.release), 'bin', 'node');
  const builder = readFileSync(import.meta.filename, 'utf8');
  const hash = createHash('sha256')
    .update(JSON.stringify([program, template, node, builder]))
    .digest('hex');
  const place = join(STORE, `${processor}-${hash.slice(0, 16)}`);
  if (!existsSync(place)) make(place, { ...kind, node, program, template });
  return join(place, 'reconcile');
}

/** Path → text of each file of the template, in a fixed order. */
function readTemplate(): Readonly<Record<string, string>> {
  const files = readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    files.map((file) => [file.slice(TEMPLATE.length + 1), readFileSync(file, 'utf8')]),
  );
}

interface Parts extends Kind {
  readonly node: string;
  readonly program: string;
  readonly template: string;
}

/** Older ones are removed: each is over 100 MB. */
function make(place: string, parts: Parts): void {
  mkdirSync(STORE, { recursive: true });
  const own = basename(place);
  const [processor = ''] = own.split('-');
  const older = readdirSync(STORE).filter((name) => name.startsWith(`${processor}-`) && name !== own);
  const work = mkdtempSync(join(STORE, 'new-'));
  try {
    writeFileSync(join(work, 'program.cjs'), parts.program);
    writeFileSync(join(work, 'template.json'), parts.template);
    writeBlob(work, parts.hasCodeCache);
    const executable = join(work, 'reconcile');
    // Before something is put in: what strip(1) does not know, it drops.
    run(parts.strip, ['-s', '-o', executable, parts.node], work);
    const postject = require.resolve('postject/dist/cli.js');
    const what = [executable, 'NODE_SEA_BLOB', join(work, 'program.blob'), '--sentinel-fuse', FUSE];
    run(process.execPath, [postject, ...what], work);
    chmodSync(executable, 0o755);
    chmodSync(work, 0o755);
    settleDirectory(work, place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  for (const name of older) rmSync(join(STORE, name), { recursive: true, force: true });
}

/** `--predictable`: without it the code cache, and so the executable, is another one each time. */
function writeBlob(work: string, hasCodeCache: boolean): void {
  const config = {
    main: 'program.cjs',
    output: 'program.blob',
    disableExperimentalSEAWarning: true,
    useCodeCache: hasCodeCache,
    // NODE_OPTIONS is meant for other programs of the host; with some of its flags V8 would not take the code cache.
    execArgvExtension: 'none',
    assets: { 'config-repo-template.json': 'template.json' },
  };
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
  const node = join(installNode('x64-24'), 'bin', 'node');
  run(node, ['--predictable', '--experimental-sea-config', 'sea.json'], work);
}

/** Throws with all that the program said where it fails, and is silent otherwise. */
function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: 'pipe', env: { ...process.env, PATH: searchPath() } });
}
