import type { RequestContext } from '@crm/kit/context';
import type { Holiday } from './holiday.ts';
import { findHolidays } from './holiday.repository.ts';

/** What is announced of a year; nothing when nobody has imported it. */
export const holidaysOf = ({ app }: RequestContext, year: number): Promise<readonly Holiday[]> =>
  findHolidays(app.db.manager, year);
