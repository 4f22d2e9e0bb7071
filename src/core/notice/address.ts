/** `root`, or `ops@example.org`: nothing that a header or a shell would read as more than one address. */
export function isAddress(text: string): boolean {
  return /^\w[\w.+%=#&'*/-]{0,63}(@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/.test(text);
}
