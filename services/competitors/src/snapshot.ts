import { snapshotService } from '@crm/kit/server/step';
import { opportunityCompetitorSnapshot } from './opportunity-competitor/opportunity-competitor.events.ts';

await snapshotService('competitors', [opportunityCompetitorSnapshot], process.env);
