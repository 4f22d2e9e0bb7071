import { ReconcileError } from '../../core/errors.ts';
import type { GitSource } from '../../ports.ts';

/** A source with its address, as it may be shown. */
export interface NamedSource {
  readonly name: string;
  readonly source: GitSource;
}

/** Failures of one address that say nothing of the others. What looks like an attack is never passed over. */
const PASSED_OVER: ReadonlySet<string> = new Set(['SOURCE_UNREACHABLE', 'SOURCE_DENIED']);

/**
 * One repository under several addresses: `probe` takes the first one that answers, and the other calls go where it went. A
 * mirror that lags behind what was live is no rewind: it is as good as one that does not answer, so `compare` throws
 * SOURCE_UNREACHABLE. `tell` hears of each address that was passed over.
 */
export function firstReachable(
  sources: readonly [NamedSource, ...NamedSource[]],
  tell: (failure: ReconcileError) => void,
): GitSource {
  const [main, ...mirrors] = sources;
  if (mirrors.length === 0) return main.source;
  let chosen = main;
  return {
    async probe() {
      const failures: ReconcileError[] = [];
      for (const each of sources) {
        chosen = each;
        const commit = await tryProbe(each, failures);
        if (commit !== null) return commit;
      }
      const [first] = failures;
      const message = failures.map((failure) => failure.message).join('; ');
      throw new ReconcileError(first?.code ?? 'SOURCE_UNREACHABLE', message);
    },
    read: async (commit) => await chosen.source.read(commit),
    inspect: async (commit) => await chosen.source.inspect(commit),
    async compare(commit, live) {
      const advance = await chosen.source.compare(commit, live);
      if (chosen === main || advance.relation !== 'behind') return advance;
      const lag = `its mirror ${chosen.name} is behind what is live (${live.slice(0, 12)})`;
      throw new ReconcileError('SOURCE_UNREACHABLE', `${main.name} does not answer, and ${lag}`);
    },
  };

  async function tryProbe({ source }: NamedSource, failures: ReconcileError[]): Promise<string | null> {
    try {
      return await source.probe();
    } catch (error) {
      if (!(error instanceof ReconcileError && PASSED_OVER.has(error.code))) throw error;
      failures.push(error);
      tell(error);
      return null;
    }
  }
}
