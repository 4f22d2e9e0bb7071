import type { HostRequest, OpenHost } from '../wire.ts';
import { openHost, readConfigBytes } from '../wire.ts';

/**
 * Opens a host at the first call, and anew when its configuration has other bytes: what a source has learned is kept
 * between runs. The calls throw CONFIG_INVALID.
 */
export function keepHost(request: HostRequest): () => OpenHost {
  let kept: { readonly bytes: Buffer; readonly host: OpenHost } | null = null;
  return () => {
    const bytes = readConfigBytes(request.configPath);
    if (kept === null || !kept.bytes.equals(bytes)) kept = { bytes, host: openHost(request) };
    return kept.host;
  };
}
