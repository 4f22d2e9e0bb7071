import { spawnSync } from 'node:child_process';

/** What promtool says of a text or of files; nothing where all is well. */
export function runPromtool(
  args: readonly string[],
  input = '',
): { readonly exit: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { exit: status, said: `${stdout}${stderr}`.trim() };
}

/** What promtool has against a scrape: names, units, types, and whatever it cannot read. */
export function lintMetrics(text: string): string {
  const { exit, said } = runPromtool(['check', 'metrics'], text);
  return exit === 0 ? said : `exit ${exit}: ${said}`;
}
