/** Groups of an IPv6 address that one subscriber has in his hand: /64. */
const SUBSCRIBER_GROUPS = 4;

/**
 * Who an address stands for, for counting: an IPv4 address for itself, also where it is written as an IPv6 one; of an
 * IPv6 address its first 64 bits. Anything else stands for itself.
 */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [bare = ''] = address.split('%');
  if (!bare.includes(':')) return address;
  const [head = '', tail = ''] = bare.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const missing = bare.includes('::') ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after];
  return `${groups.slice(0, SUBSCRIBER_GROUPS).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
