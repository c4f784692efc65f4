import { snapshotService } from '@crm/kit/server/step';
import { activitySnapshot } from './activity/activity.events.ts';
import { competitorSnapshot } from './competitor/competitor.events.ts';
import { intelligenceSnapshot } from './intelligence/intelligence.events.ts';
import { opportunityCompetitorSnapshot } from './opportunity-competitor/opportunity-competitor.events.ts';
import { reviewSnapshot } from './review/review.commands.ts';

await snapshotService(
  'competitors',
  [
    competitorSnapshot,
    opportunityCompetitorSnapshot,
    activitySnapshot,
    reviewSnapshot,
    intelligenceSnapshot,
  ],
  process.env,
);
