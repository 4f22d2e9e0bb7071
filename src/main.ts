import { isQuietPass } from './quiet.ts';

/** argv, environment and streams go to the program, its number to the process. */
const argv = process.argv.slice(2);
if (!isQuietPass(argv, process.env)) {
  if (argv[0] === 'daemon') spareMemory();
  process.exitCode = 1; // of a program that is over before its answer, which is a bug
  void start();
}

/** Everything that a quiet pass does without is loaded here. No `await` outside: the single executable is one CommonJS file. */
async function start(): Promise<void> {
  const { run } = await import('./cli/run.ts');
  const { describeSelf } = await import('./adapters/executable.ts');
  process.stdout.on('error', goOn);
  process.stderr.on('error', goOn);
  const self = describeSelf(process.execPath, process.argv.slice(1, 2));
  const { stdout, stderr, env: environment } = process;
  const io = { argv, self, environment, stdin: () => process.stdin, stdout, stderr };
  // A run that was given up at its deadline must not go on behind its exit code.
  process.exit(await run(io));
}

/**
 * For a process that does little for a long time: V8 leaves its code as bytecode. Its compilers would never pay off, and
 * the pages that they touch in the first 100 ms are 5 MB (measured with Node 20, 22 and 24).
 */
function spareMemory(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8'); // an import would load it for quiet passes as well
  for (const compiler of ['opt', 'maglev', 'sparkplug']) setFlagsFromString(`--no-${compiler}`);
}

/**
 * Whoever read our output has seen enough, as in `reconcile plan | head -1`, or the disk that takes it is full: what is
 * under way goes on to its end, and its exit code tells how it went.
 */
function goOn(): void {}
