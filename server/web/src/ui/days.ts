const DAY_MS = 86_400_000;
const NAIROBI_MS = 3 * 3_600_000;

export interface Days {
  readonly from: string;
  readonly to: string;
}

/** The Nairobi day an instant falls on. */
export function dayOf(instant: string): string {
  return new Date(Date.parse(instant) + NAIROBI_MS).toISOString().slice(0, 10);
}

/** The Monday of the Nairobi week an instant falls in. */
export function mondayOf(instant: string): string {
  const at = Date.parse(dayOf(instant));
  return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

/** The Nairobi day so many days ago. */
export function dayAgo(days: number): string {
  return new Date(Date.now() + NAIROBI_MS - days * DAY_MS).toISOString().slice(0, 10);
}

/** The last thirty Nairobi days, today included. */
export function lastDays(count = 30): Days {
  return { from: dayAgo(count - 1), to: dayAgo(0) };
}

/** Every day from the first to the last, both included. */
export function eachDay({ from, to }: Days): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
