const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `30m`, `2h`, `1h30m` or `7d` as milliseconds; null for anything else, and for none at all. */
export function parseDuration(text: string): number | null {
  if (!/^(\d{1,6}[smhd])+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  const ms = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return ms === 0 ? null : ms;
}
