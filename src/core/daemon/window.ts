/** Days and hours in which new commits are taken, in the local time of the host. */
export interface ChangeWindow {
  /** 0: Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight; `end` is not inside any more and may be 1440. */
  readonly start: number;
  readonly end: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;

/**
 * Reads `Mon-Fri 08:00-18:00`, `Sat,Sun 10:00-12:00` or `22:00-24:00` (each day). Null for anything else, also for a window
 * over midnight: that is written as two.
 */
export function parseWindow(text: string): ChangeWindow | null {
  const match = /^(?:([A-Za-z,-]+) +)?(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text.trim());
  if (match === null) return null;
  const [, dayText, ...clock] = match;
  const days = dayText === undefined ? [0, 1, 2, 3, 4, 5, 6] : parseDays(dayText);
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = clock.map(Number);
  const [start, end] = [startHour * 60 + startMinute, endHour * 60 + endMinute];
  const isClock = startMinute < 60 && endMinute < 60 && start < end && end <= 24 * 60;
  return days === null || !isClock ? null : { days, start, end };
}

/** As it is written. */
export function formatWindow({ days, start, end }: ChangeWindow): string {
  const names = days.length === 7 ? '' : `${days.map((day) => DAYS[day]).join(',')} `;
  return `${names}${formatClock(start)}-${formatClock(end)}`;
}

function formatClock(minutes: number): string {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Whether a time is inside. */
export function isInside({ days, start, end }: ChangeWindow, time: Date): boolean {
  const minute = time.getHours() * 60 + time.getMinutes();
  return days.includes(time.getDay()) && start <= minute && minute < end;
}

/** The first minute from now on that is inside one of them; null: there is none within a week. */
export function findOpening(windows: readonly ChangeWindow[], now: Date): Date | null {
  const next = new Date(now.getTime() - (now.getTime() % MINUTE_MS));
  for (let i = 0; i <= WEEK_MINUTES; i++) {
    if (windows.some((window) => isInside(window, next))) return next;
    next.setTime(next.getTime() + MINUTE_MS);
  }
  return null;
}

function parseDays(text: string): readonly number[] | null {
  const ranges = text.split(',').map(parseRange);
  return ranges.every((range) => range !== null) ? [...new Set(ranges.flat())] : null;
}

/** `Mon`, `Mon-Fri`, also over the end of the week: `Sat-Mon`. */
function parseRange(text: string): readonly number[] | null {
  const [from = '', to = from, more] = text.split('-');
  const [first, last] = [DAYS.indexOf(from), DAYS.indexOf(to)];
  if (first < 0 || last < 0 || more !== undefined) return null;
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => (first + i) % 7);
}
