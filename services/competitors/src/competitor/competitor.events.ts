import type { Work } from '@crm/kit/record/command';
import { openChanges, publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  CompetitorCreated,
  CompetitorDeleted,
  CompetitorMerged,
  CompetitorRestored,
  CompetitorUnmerged,
  CompetitorUpdated,
  type CompetitorData,
} from '@crm/schemas/events/competitor';
import { CompetitorEntity, type Competitor } from './competitor.fields.ts';

const customerId = (): null => null;

export const competitorCreated = (work: Work, rows: readonly Competitor[]): Promise<void> =>
  publishRows(work, { type: CompetitorCreated, rows, customerId, data });

export const competitorChanged = (
  work: Work,
  changes: readonly Change<Competitor>[],
): Promise<void> =>
  publishChanges(work, {
    type: CompetitorUpdated,
    changes,
    customerId,
    data: (change) => ({
      ...data(change.after),
      changes: openChanges(CompetitorEntity, change.changes),
    }),
  });

export const competitorDeleted = (work: Work, competitor: Competitor): Promise<void> =>
  publishRows(work, { type: CompetitorDeleted, rows: [competitor], customerId, data: () => ({}) });

export const competitorRestored = (work: Work, competitor: Competitor): Promise<void> =>
  publishRows(work, { type: CompetitorRestored, rows: [competitor], customerId, data });

export const competitorMerged = (
  work: Work,
  competitor: Competitor,
  survivorId: string,
): Promise<void> =>
  publishRows(work, {
    type: CompetitorMerged,
    rows: [competitor],
    customerId,
    data: () => ({ survivorId }),
  });

export const competitorUnmerged = (
  work: Work,
  competitor: Competitor,
  survivorId: string,
): Promise<void> =>
  publishRows(work, {
    type: CompetitorUnmerged,
    rows: [competitor],
    customerId,
    data: (row) => ({ ...data(row), survivorId }),
  });

const data = ({
  code,
  name,
  shortName,
  category,
  threatLevel,
  scale,
  region,
}: Competitor): CompetitorData => ({
  code,
  name,
  shortName,
  category,
  threatLevel,
  scale,
  region,
});

export const competitorSnapshot = snapshotOf({
  entity: CompetitorEntity,
  type: CompetitorCreated,
  customerId,
  data,
});
