import { addDays } from '@crm/kit/day';
import { invalid } from '@crm/kit/errors';
import { z } from 'zod';
import { nextOccurrence, turnsOn, type CalendarDate } from '@crm/kit/calendar/calendar-date';

/** A birthday that is to come, and whose it is. */
export type UpcomingBirthday = {
  readonly personId: string;
  readonly on: string;
  readonly daysLeft: number;
  /** Years of age by the calendar of the birthday; null without a year. */
  readonly turns: number | null;
  /** By which the person is of the family of somebody who was asked for. */
  readonly relationshipId: string | null;
  /** Reading it is recorded. */
  readonly isMinor: boolean;
};

export type Celebrant = Pick<UpcomingBirthday, 'isMinor' | 'personId' | 'relationshipId'> & {
  readonly birthday: CalendarDate;
};

/** No birthday of the lunar calendar comes twice within so many days. */
const daysMax = 350;

export function refuseDays(withinDays: number): void {
  if (withinDays >= 0 && withinDays <= daysMax) return;
  throw invalid(`withinDays must be from 0 to ${daysMax}`);
}

type Window = { readonly today: string; readonly withinDays: number };

/** When somebody's birthday comes within a window, or null. */
export function upcomingOf(
  { personId, relationshipId, isMinor, birthday }: Celebrant,
  { today, withinDays }: Window,
): UpcomingBirthday | null {
  const on = nextOccurrence(birthday, today);
  if (on > addDays(today, withinDays)) return null;
  return {
    personId,
    relationshipId,
    isMinor,
    on,
    daysLeft: daysBetween(today, on),
    turns: turnsOn(birthday, on),
  };
}

const dayMs = 86_400_000;

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

/** Each person once, by day: somebody who was asked for is so, not as family of somebody else. */
export function inOrder(found: readonly UpcomingBirthday[]): readonly UpcomingBirthday[] {
  const byPerson = new Map<string, UpcomingBirthday>();
  for (const each of found) {
    const known = byPerson.get(each.personId);
    if (!known || (known.relationshipId !== null && each.relationshipId === null)) {
      byPerson.set(each.personId, each);
    }
  }
  return [...byPerson.values()].toSorted((one, other) => compare(one, placeOf(other)));
}

export type Place = { readonly on: string; readonly personId: string };

const placeOf = ({ on, personId }: UpcomingBirthday): Place => ({ on, personId });

/** Negative when it comes before the place. */
export function compare({ on, personId }: UpcomingBirthday, place: Place): number {
  if (on !== place.on) return on < place.on ? -1 : 1;
  if (personId === place.personId) return 0;
  return personId < place.personId ? -1 : 1;
}

const placeSchema = z.tuple([z.iso.date(), z.uuid()]);

export const cursorOf = ({ on, personId }: UpcomingBirthday): string =>
  Buffer.from(JSON.stringify([on, personId])).toString('base64url');

export function readCursor(cursor: string): Place {
  try {
    const [on, personId] = placeSchema.parse(
      JSON.parse(Buffer.from(cursor, 'base64url').toString()),
    );
    return { on, personId };
  } catch {
    throw invalid('The cursor is not one of this list');
  }
}
