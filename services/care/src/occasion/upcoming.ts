import { nextOccurrence, type CalendarDate } from '@crm/kit/calendar/calendar-date';
import { occurrencesBetween } from './date-rule.ts';
import type { Occasion } from './occasion.fields.ts';

/** Whose days there are: of the person, and of those in the family. */
export type Life = {
  readonly birthday: CalendarDate | null;
  readonly family: readonly { readonly id: string; readonly birthday: CalendarDate }[];
};

export const unknownLife: Life = { birthday: null, family: [] };

export type UpcomingOccasion = {
  readonly occasion: Occasion;
  readonly on: string;
  /** The relative whose day it is. */
  readonly aboutId: string | null;
};

type Span = { readonly from: string; readonly to: string };

/** The days of occasions that come to somebody, the next first. What happens in a life is not known ahead. */
export const upcomingOccasions = (
  occasions: readonly Occasion[],
  life: Life,
  span: Span,
): readonly UpcomingOccasion[] =>
  occasions
    .flatMap((occasion) =>
      daysOf(occasion, life, span).map((day) => ({ occasion, aboutId: null, ...day })),
    )
    .toSorted((one, other) => one.on.localeCompare(other.on));

type Day = { readonly on: string; readonly aboutId?: string };

function daysOf({ kind, dateRule }: Occasion, life: Life, span: Span): readonly Day[] {
  if (kind === 'BIRTHDAY') return birthdayIn(life.birthday, span).map((on) => ({ on }));
  if (kind === 'FAMILY') {
    return life.family.flatMap(({ id: aboutId, birthday }) =>
      birthdayIn(birthday, span).map((on) => ({ on, aboutId })),
    );
  }
  return dateRule === null ? [] : occurrencesBetween(dateRule, span).map((on) => ({ on }));
}

function birthdayIn(birthday: CalendarDate | null, { from, to }: Span): readonly string[] {
  if (birthday === null) return [];
  const on = nextOccurrence(birthday, from);
  return on <= to ? [on] : [];
}
