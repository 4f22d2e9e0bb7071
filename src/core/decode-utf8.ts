/** The text of bytes, with a byte order mark where there is one; null for what is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // the one thing that a fatal decoder throws for
  }
}
