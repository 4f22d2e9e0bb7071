import { isQuietPass } from './quiet.ts';

/** argv, environment and streams go to the program, its number to the process. */
const argv = process.argv.slice(2);
if (!isQuietPass(argv, process.env)) {
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run({
    argv,
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
  });
}
