/** Paths under which a daemon answers by itself: no webhook can have one of them. */
export const OWN_PATHS: readonly string[] = ['/healthz', '/readyz', '/status', '/metrics', '/run', '/warm'];
