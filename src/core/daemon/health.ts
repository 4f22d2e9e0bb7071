import type { Restraint } from './restraint.ts';

/** What a daemon knows of how its runs go. */
export interface Health {
  /** When the daemon began. */
  readonly since: Date;
  /** When a run ended well last; null: none has yet. */
  readonly lastSuccess: Date | null;
  /** Why the last run did not end well: a code; null: it did, or there was none. */
  readonly failure: string | null;
  /** Since when a reload has been seen to be owed; null: none is. */
  readonly owedSince: Date | null;
}

/** What health is measured by. */
export interface HealthRules {
  readonly staleMs: number;
  /** The commit that is live; null: none of ours is. */
  readonly applied: string | null;
  readonly restraint: Restraint | null;
  readonly now: Date;
}

/**
 * Why a host is not ready: empty when it is. A repository that is away for a moment is no reason, nor is a pause: somebody
 * said that nothing is to happen here. A clock that was set back makes nothing old.
 */
export function judgeHealth(health: Health, rules: HealthRules): readonly string[] {
  const { lastSuccess, failure } = health;
  if (lastSuccess === null && failure === null) return ['the first run is not over yet'];
  if (lastSuccess === null && rules.applied === null)
    return [`no commit is live yet: the last run ended with ${failure}`];
  return [...judgeAge(health, rules), ...judgeDebt(health, rules)];
}

/** After a restart, what is live gets as long again. */
function judgeAge({ since, lastSuccess, failure }: Health, { staleMs, now }: HealthRules): readonly string[] {
  const ageMs = now.getTime() - (lastSuccess ?? since).getTime();
  if (ageMs <= staleMs) return [];
  const why = failure === null ? '' : `: the last one ended with ${failure}`;
  return [`no run has ended well for ${Math.floor(ageMs / 1000)} s${why}`];
}

function judgeDebt({ owedSince }: Health, { staleMs, restraint, now }: HealthRules): readonly string[] {
  if (owedSince === null || restraint?.kind === 'paused') return [];
  const isOld = now.getTime() - owedSince.getTime() > staleMs;
  return isOld ? [`a reload has been owed since ${owedSince.toISOString()}`] : [];
}
