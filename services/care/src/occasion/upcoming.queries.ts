import type { RequestContext } from '@crm/kit/context';
import { addDays } from '@crm/kit/day';
import { invalid } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import type { Loader } from '@crm/kit/record/loader';
import type { Occasion } from './occasion.fields.ts';
import { unknownLife, upcomingOccasions, type Life, type UpcomingOccasion } from './upcoming.ts';

type Scope = RequestContext & {
  readonly loaders: {
    readonly activeOccasions: Loader<readonly Occasion[]>;
    readonly life: Loader<Life>;
  };
};

const daysMax = 366;

/** What comes to a person from today on, for as many days. */
export async function upcomingFor(
  { app, loaders }: Scope,
  personId: string,
  withinDays: number,
): Promise<readonly UpcomingOccasion[]> {
  if (withinDays < 0 || withinDays > daysMax) {
    throw invalid(`withinDays must be from 0 to ${daysMax}`);
  }
  const from = companyDate(app.now());
  const occasions = (await loaders.activeOccasions.load('active')) ?? [];
  const life = (await loaders.life.load(personId)) ?? unknownLife;
  return upcomingOccasions(occasions, life, { from, to: addDays(from, withinDays) });
}
