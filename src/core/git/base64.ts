/** Bytes of base64 (RFC 4648) in its one exact writing, without line ends; null for any other text. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64'); // takes anything, so what it gives is compared
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
