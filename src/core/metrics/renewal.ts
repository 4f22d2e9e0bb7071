/** Stands first in a textfile of which nothing but times changes while there is nothing to do. */
const RENEWABLE = '# While there is nothing to do, only the times below change.\n';

const TIMES = /^(php_env_reconciler_last_(?:run|success)_timestamp_seconds) .*$/gm;

/** Marks the text of a textfile. */
export function markRenewable(text: string): string {
  return `${RENEWABLE}${text}`;
}

/** The same text after one more pass that found nothing to do; null where that says more than another time. */
export function renewTimes(text: string, now: Date): string | null {
  return text.startsWith(RENEWABLE) ? text.replace(TIMES, `$1 ${now.getTime() / 1000}`) : null;
}
