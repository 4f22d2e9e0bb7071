/** Times several ways of doing one thing side by side, so that whatever else the machine does hits all of them alike. */

/** One way. `prepare` runs before each round and is not timed. */
export interface Lane {
  readonly name: string;
  readonly prepare?: () => void | Promise<void>;
  readonly run: () => void | Promise<void>;
}

/** Over all rounds, in milliseconds: medians, and what 95 % stay below; `cpu` is that of this process alone. */
export interface Timing {
  readonly wall: number;
  readonly wall95: number;
  readonly cpu: number;
}

/** Runs every lane once in each round, in another order each time. The first round warms up and does not count. */
export async function interleave(
  lanes: readonly Lane[],
  rounds: number,
): Promise<ReadonlyMap<string, Timing>> {
  const walls = new Map<string, number[]>(lanes.map(({ name }) => [name, []]));
  const cpus = new Map<string, number[]>(lanes.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, prepare, run } of rotate(lanes, round)) {
      await prepare?.();
      const cpuBefore = process.cpuUsage();
      const before = performance.now();
      await run();
      const wall = performance.now() - before;
      const { user, system } = process.cpuUsage(cpuBefore);
      if (round === 0) continue;
      walls.get(name)?.push(wall);
      cpus.get(name)?.push((user + system) / 1000);
    }
  }
  return new Map(
    lanes.map(({ name }) => {
      const wall95 = quantile(walls.get(name), 0.95);
      return [name, { wall: median(walls.get(name)), wall95, cpu: median(cpus.get(name)) }];
    }),
  );
}

/** Forwards and backwards by turns, each round from another place, so that no lane always follows the same one. */
function rotate(lanes: readonly Lane[], round: number): readonly Lane[] {
  const start = round % lanes.length;
  const rotated = [...lanes.slice(start), ...lanes.slice(0, start)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}

function quantile(values: readonly number[] = [], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function median(values: readonly number[] = []): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const [low = Number.NaN, high = low] = sorted.slice(sorted.length % 2 === 0 ? middle - 1 : middle);
  return sorted.length % 2 === 0 ? (low + high) / 2 : low;
}

/** Milliseconds of a lane; NaN, which meets no target: there is none. */
export function wallOf(timings: ReadonlyMap<string, Timing>, name: string): number {
  return timings.get(name)?.wall ?? Number.NaN;
}

/** How many times longer one lane took than another. */
export function ratioIn(timings: ReadonlyMap<string, Timing>): (name: string, floor: string) => number {
  return (name, floor) => wallOf(timings, name) / wallOf(timings, floor);
}

/** Timings as a table for people. */
export function formatTimings(title: string, timings: ReadonlyMap<string, Timing>): string {
  const rows = [...timings].map(
    ([name, { wall, cpu }]) =>
      `  ${name.padEnd(24)} ${wall.toFixed(2).padStart(9)} ms  ${cpu.toFixed(2).padStart(8)} ms CPU here`,
  );
  return `\n${title}\n${rows.join('\n')}`;
}
