import type { Packet } from './pkt-line.ts';
import { textOf } from './pkt-line.ts';

/** What a server says of itself at `info/refs`. */
export interface Announcement {
  /** Which protocol it speaks with us: 2, or 0 where it knows no other or the web server in front drops our wish. */
  readonly version: 0 | 2;
  /** Names of objects: `sha1` or `sha256`. */
  readonly format: string;
  /** It can leave objects out where it is asked to. */
  readonly canFilter: boolean;
  /** The commit of each ref, for an annotated tag the one that it names; empty in version 2. */
  readonly refs: ReadonlyMap<string, string>;
}

/**
 * Reads what a server announces (gitprotocol-http(5), gitprotocol-v2(5), gitprotocol-pack(5)); null when it is something
 * else. The packets must be whole.
 */
export function parseAnnouncement(packets: readonly Packet[]): Announcement | null {
  const isHeaded = textOf(packets[0]) === '# service=git-upload-pack' && packets[1] === 'flush';
  const lines = (isHeaded ? packets.slice(2) : packets).map(textOf).filter((line) => line !== null);
  // Of an empty repository; with one flush less it is cut.
  if (isHeaded && lines.length === 0 && packets.length === 3) return parseVersion0([], []);
  const [first = '', ...rest] = lines;
  if (first === 'version 2') return parseVersion2(rest);
  const [head = '', capabilities] = first.split('\0');
  return capabilities === undefined ? null : parseVersion0([head, ...rest], capabilities.split(' '));
}

/** One capability on each line: `fetch=shallow filter`. */
function parseVersion2(lines: readonly string[]): Announcement {
  const find = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  const canFilter = find('fetch')?.split(' ').includes('filter') ?? false;
  return { version: 2, format: find('object-format') ?? 'sha1', canFilter, refs: new Map() };
}

/** All refs, each followed by `<ref>^{}` where it is an annotated tag. */
function parseVersion0(lines: readonly string[], capabilities: readonly string[]): Announcement {
  const format = capabilities.find((each) => each.startsWith('object-format='))?.slice(14) ?? 'sha1';
  const refs = new Map<string, string>();
  for (const line of lines) {
    const [, oid, name] = /^([0-9a-f]{40}) (refs\/\S+?)(?:\^\{\})?$/.exec(line) ?? [];
    if (oid !== undefined && name !== undefined) refs.set(name, oid);
  }
  return { version: 0, format, canFilter: capabilities.includes('filter'), refs };
}
