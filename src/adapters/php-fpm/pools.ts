import { isAbsolute } from 'node:path';
import type { TreeFile, TreeRoot } from './include-tree.ts';
import { readIncludeTree, resolveConfigPath } from './include-tree.ts';
import type { IniLine } from './ini-line.ts';
import { parseIniLine, parseIniTime } from './ini-line.ts';

/** One pool of the real configuration; what is not said there is null. */
export interface FpmPool {
  readonly name: string;
  /** Absolute socket path, `port` or `address:port`. */
  readonly listen: string | null;
  readonly pingPath: string | null;
  readonly pingResponse: string | null;
  readonly pm: string | null;
  readonly user: string | null;
  readonly group: string | null;
  /** Whether lines of our file belong to it. */
  readonly readsOurFile: boolean;
  /** Variables of our file that another file sets before it: php-fpm takes the first. */
  readonly shadowed: readonly string[];
}

/** What we need to know of a php-fpm configuration. */
export interface FpmConfiguration {
  /** In the order in which they are opened first. */
  readonly pools: readonly FpmPool[];
  /** Lines of our file stand outside of every pool, where php-fpm refuses them. */
  readonly globalReadsOurFile: boolean;
  /** Only a hint; null also where it is relative. */
  readonly pidFile: string | null;
  /** 0 when not set, as php-fpm has it. */
  readonly processControlTimeoutMs: number;
}

interface Section {
  readonly name: string;
  readonly entries: Map<string, string>;
  /** Variable → whether the first line that sets it is ours. */
  readonly variables: Map<string, boolean>;
  readonly shadowed: Set<string>;
  readsOurFile: boolean;
}

/**
 * Reads the configuration with all its includes and folds it as php-fpm does: names of sections are compared without
 * case, a section seen again is the same, one opened in an included file goes on behind the include, the last scalar
 * wins. Throws ENVIRONMENT_BROKEN when the main file cannot be read.
 */
export function readConfiguration(root: TreeRoot): FpmConfiguration {
  const folding = new Folding();
  folding.fold(readIncludeTree(root));
  const { global, pools } = folding;
  const pidFile = global.entries.get('pid');
  return {
    pools: [...pools.values()].map((pool) => toPool(pool, root.prefix)),
    globalReadsOurFile:
      global.readsOurFile && (global.entries.has('env') || global.entries.has('ping.response')),
    pidFile: pidFile !== undefined && isAbsolute(pidFile) ? pidFile : null,
    processControlTimeoutMs: parseIniTime(global.entries.get('process_control_timeout') ?? '0') ?? 0,
  };
}

/** The state of php-fpm's parser while it walks through the files. */
class Folding {
  readonly global: Section = makeSection('global');
  readonly pools = new Map<string, Section>();
  #current: Section = this.global;

  fold(file: TreeFile): void {
    const lines = (file.lines ?? []).map(parseIniLine);
    if (file.isLive && !lines.some((line) => line.kind !== 'nothing')) this.#current.readsOurFile = true;
    for (const [index, line] of lines.entries()) {
      const included = file.includes.get(index);
      if (included === undefined) this.#apply(line, file.isLive);
      else for (const inner of included.files) this.fold(inner);
    }
  }

  #apply(line: IniLine, isOurs: boolean): void {
    if (line.kind === 'section') this.#current = this.#open(line.name);
    if (line.kind !== 'entry') return;
    this.#current.entries.set(line.key.toLowerCase(), line.value);
    if (line.key.toLowerCase() === 'env' && line.index !== null) this.#setVariable(line.index, isOurs);
    if (isOurs) this.#current.readsOurFile = true;
  }

  #setVariable(name: string, isOurs: boolean): void {
    const { variables, shadowed } = this.#current;
    const isFirstOurs = variables.get(name) ?? isOurs;
    variables.set(name, isFirstOurs);
    if (isOurs && !isFirstOurs) shadowed.add(name);
  }

  #open(name: string): Section {
    const key = name.toLowerCase();
    if (key === 'global') return this.global;
    const pool = this.pools.get(key) ?? makeSection(name);
    this.pools.set(key, pool);
    return pool;
  }
}

function makeSection(name: string): Section {
  return { name, entries: new Map(), variables: new Map(), shadowed: new Set(), readsOurFile: false };
}

function toPool(section: Section, prefix: string | null): FpmPool {
  const read = (key: string): string | null =>
    section.entries.get(key)?.replaceAll('$pool', section.name) ?? null;
  const listen = read('listen');
  const isAddress = listen !== null && /^(?:.*:)?\d+$/.test(listen);
  const base = resolveConfigPath(read('prefix') ?? prefix ?? '', prefix);
  return {
    name: section.name,
    listen: listen === null || isAddress ? listen : resolveConfigPath(listen, base),
    pingPath: read('ping.path'),
    pingResponse: read('ping.response'),
    pm: read('pm'),
    user: read('user'),
    group: read('group'),
    readsOurFile: section.readsOurFile,
    shadowed: [...section.shadowed],
  };
}
