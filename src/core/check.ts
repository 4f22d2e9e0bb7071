import { sortComplaints } from './complain.ts';
import { checkExpected } from './expected.ts';
import { renderHost } from './render-host.ts';
import type { ParseOptions } from './repository/repository.ts';
import { parseRepository } from './repository/repository.ts';
import { showNames } from './shown.ts';
import type { Complaint, Snapshot } from './types.ts';

/** How a repository is checked where no host's own configuration is at hand. */
export interface CheckOptions extends ParseOptions {
  /** `[pool]` headers of the php-fpm file; none when not said. */
  readonly pools?: readonly string[];
}

/**
 * Everything that is wrong with a repository: all files, all hosts of the inventory, all targets, all mistakes at
 * once, in the order of files and lines. A mistake that several hosts share is told once and names the first of them.
 * Where files themselves are wrong, what may only follow from that is left out.
 */
export function checkRepository(snapshot: Snapshot, options: CheckOptions = {}): readonly Complaint[] {
  const parsed = parseRepository(snapshot, options);
  const { hosts, templates } = parsed.value ?? { hosts: new Map(), templates: new Map() };
  const request = { targets: [...templates.keys()], pools: options.pools ?? [], announceRevision: true };
  const byHost = new Map<string, readonly Complaint[]>();
  for (const name of hosts.keys()) {
    const rendered = renderHost(parsed, { ...request, name });
    byHost.set(name, [...rendered.complaints, ...checkExpected(snapshot, name, rendered.value)]);
  }
  return sortComplaints([...parsed.complaints, ...foldHosts(byHost)]);
}

interface Folded {
  readonly complaint: Complaint;
  readonly hosts: string[];
}

/** The same code at the same place is the same mistake, even where each host says it in other words. */
function foldHosts(byHost: ReadonlyMap<string, readonly Complaint[]>): readonly Complaint[] {
  const folded = new Map<string, Folded>();
  for (const [host, complaints] of byHost) {
    const times = new Map<string, number>();
    for (const complaint of complaints) {
      const place = placeOf(complaint);
      const time = (times.get(place) ?? 0) + 1;
      times.set(place, time);
      const key = JSON.stringify([place, time]);
      const before = folded.get(key);
      if (before === undefined) folded.set(key, { complaint, hosts: [host] });
      else before.hosts.push(host);
    }
  }
  return [...folded.values()].map((fold) => nameHosts(fold, byHost.size));
}

function placeOf({ code, severity, message, at }: Complaint): string {
  return JSON.stringify([code, severity, at === null ? message : [at.file, at.line, at.column]]);
}

/** What every host has in common needs no host named. */
function nameHosts({ complaint, hosts }: Folded, all: number): Complaint {
  const told = hosts.length === 1 && complaint.message.includes(hosts[0] ?? '');
  if (told || (hosts.length === all && all > 1 && !complaint.message.includes(hosts[0] ?? '')))
    return complaint;
  const word = hosts.length === 1 ? 'host' : 'hosts';
  return { ...complaint, message: `${complaint.message} [${word} ${showNames(hosts)}]` };
}
