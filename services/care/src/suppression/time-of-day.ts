const minuteMs = 60_000;
const minutesOfDay = 1440;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** One clock takes a tenth of a millisecond to make, so they are kept. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, made);
  return made;
}

type Local = { readonly date: string; readonly minutes: number };

const shown = new Map<string, Local>();
const shownMax = 5000;

/**
 * What calendar and clock show at an instant in a time zone. A planner asks for few instants very
 * often, and each takes a clock some hundredths of a millisecond, so they are kept.
 */
export function localTime(at: Date, timeZone: string): Local {
  const key = `${timeZone} ${Math.floor(at.getTime() / minuteMs)}`;
  const known = shown.get(key);
  if (known) return known;
  if (shown.size >= shownMax) shown.clear();
  const made = readClock(at, timeZone);
  shown.set(key, made);
  return made;
}

function readClock(at: Date, timeZone: string): Local {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** `08:30` as minutes of a day. */
export const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

/**
 * When a clock of a time zone shows a time on a date. A time that is left out when clocks go forward
 * is the one as much later, and of one that comes twice the first counts.
 */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  const offsets = [-minutesOfDay, minutesOfDay].map((minutes) =>
    offsetAt(new Date(wanted + minutes * minuteMs), timeZone),
  );
  const found = offsets
    .map((offset) => new Date(wanted - offset))
    .filter((at) => localMs(at, timeZone) === wanted)
    .toSorted((one, other) => one.getTime() - other.getTime());
  return found[0] ?? new Date(wanted - (offsets[0] ?? 0));
}

function localMs(at: Date, timeZone: string): number {
  const { date, minutes } = localTime(at, timeZone);
  return Date.parse(`${date}T00:00:00Z`) + minutes * minuteMs;
}

/** How far a zone is ahead of UTC, in milliseconds. */
const offsetAt = (at: Date, timeZone: string): number =>
  localMs(at, timeZone) - Math.floor(at.getTime() / minuteMs) * minuteMs;
