import { isAbsolute } from 'node:path';
import type { TreeFile, TreeInclude, TreeRoot } from './include-tree.ts';
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
  /** `file:line` of the first header. */
  readonly at: string;
  /** `file:line` of a `clear_env` that is off. */
  readonly keepsEnvironmentAt: string | null;
}

/** An `include=` that php-fpm can follow. */
export interface FpmInclude {
  readonly pattern: string;
  /** The pool in which it stands; null: outside of every pool. */
  readonly pool: string | null;
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
  /** `file:line`; null when not set. */
  readonly processControlTimeoutAt: string | null;
  readonly includes: readonly FpmInclude[];
}

interface Entry {
  readonly value: string;
  readonly at: string;
}

interface Section {
  readonly name: string;
  readonly at: string;
  readonly entries: Map<string, Entry>;
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
  const { global, pools, includes } = folding;
  const pidFile = global.entries.get('pid')?.value;
  const timeout = global.entries.get('process_control_timeout');
  return {
    pools: [...pools.values()].map((pool) => toPool(pool, root.prefix)),
    globalReadsOurFile:
      global.readsOurFile && (global.entries.has('env') || global.entries.has('ping.response')),
    pidFile: pidFile !== undefined && isAbsolute(pidFile) ? pidFile : null,
    processControlTimeoutMs: parseIniTime(timeout?.value ?? '0') ?? 0,
    processControlTimeoutAt: timeout?.at ?? null,
    includes,
  };
}

/** The state of php-fpm's parser while it walks through the files. */
class Folding {
  readonly global: Section = makeSection('global', '');
  readonly pools = new Map<string, Section>();
  readonly includes: FpmInclude[] = [];
  #current: Section = this.global;

  fold(file: TreeFile): void {
    const lines = (file.lines ?? []).map(parseIniLine);
    if (file.isLive && !lines.some((line) => line.kind !== 'nothing')) this.#current.readsOurFile = true;
    for (const [index, line] of lines.entries()) {
      const included = file.includes.get(index);
      if (included === undefined) this.#apply(line, `${file.path}:${index + 1}`, file.isLive);
      else this.#follow(included);
    }
  }

  #follow({ pattern, followed, files }: TreeInclude): void {
    const pool = this.#current === this.global ? null : this.#current.name;
    if (pattern !== null && followed) this.includes.push({ pattern, pool });
    for (const file of files) this.fold(file);
  }

  #apply(line: IniLine, at: string, isOurs: boolean): void {
    if (line.kind === 'section') this.#current = this.#open(line.name, at);
    if (line.kind !== 'entry') return;
    this.#current.entries.set(line.key.toLowerCase(), { value: line.value, at });
    if (line.key.toLowerCase() === 'env' && line.index !== null) this.#setVariable(line.index, isOurs);
    if (isOurs) this.#current.readsOurFile = true;
  }

  #setVariable(name: string, isOurs: boolean): void {
    const { variables, shadowed } = this.#current;
    const isFirstOurs = variables.get(name) ?? isOurs;
    variables.set(name, isFirstOurs);
    if (isOurs && !isFirstOurs) shadowed.add(name);
  }

  #open(name: string, at: string): Section {
    const key = name.toLowerCase();
    if (key === 'global') return this.global;
    const pool = this.pools.get(key) ?? makeSection(name, at);
    this.pools.set(key, pool);
    return pool;
  }
}

function makeSection(name: string, at: string): Section {
  return { name, at, entries: new Map(), variables: new Map(), shadowed: new Set(), readsOurFile: false };
}

function toPool(section: Section, prefix: string | null): FpmPool {
  const read = (key: string): string | null =>
    section.entries.get(key)?.value.replaceAll('$pool', section.name) ?? null;
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
    at: section.at,
    keepsEnvironmentAt: isOff(section.entries.get('clear_env')),
  };
}

/** Where a boolean is switched off, as php-fpm's ini reads it; null: it is not. */
function isOff(entry: Entry | undefined): string | null {
  return entry === undefined || /^(?:yes|on|true|1)$/i.test(entry.value) ? null : entry.at;
}
