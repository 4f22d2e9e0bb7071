import { isQuietPass } from './quiet.ts';

/** argv, environment and streams go to the program, its number to the process. */
const argv = process.argv.slice(2);
if (!isQuietPass(argv, process.env)) {
  const { run } = await import('./cli/run.ts');
  process.stdout.on('error', goOn);
  process.stderr.on('error', goOn);
  const self = [process.execPath, ...process.argv.slice(1, 2)] as const;
  const { stdout, stderr, env: environment } = process;
  const io = { argv, self, environment, stdin: () => process.stdin, stdout, stderr };
  // A run that was given up at its deadline must not go on behind its exit code.
  process.exit(await run(io));
}

/**
 * Whoever read our output has seen enough, as in `reconcile plan | head -1`, or the disk that takes it is full: what is
 * under way goes on to its end, and its exit code tells how it went.
 */
function goOn(): void {}
