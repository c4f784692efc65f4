import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CompetitorProductRemoved,
  CompetitorProductSaved,
  type CompetitorProductData,
} from '@crm/schemas/events/competitor';
import type { CompetitorProduct } from './product.fields.ts';

const customerId = (): null => null;

export const competitorProductsAdded = (
  work: Work,
  rows: readonly CompetitorProduct[],
): Promise<void> => publishRows(work, { type: CompetitorProductSaved, rows, customerId, data });

export const competitorProductsChanged = (
  work: Work,
  changes: readonly Change<CompetitorProduct>[],
): Promise<void> =>
  publishChanges(work, {
    type: CompetitorProductSaved,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const competitorProductRemoved = (work: Work, product: CompetitorProduct): Promise<void> =>
  publishRows(work, {
    type: CompetitorProductRemoved,
    rows: [product],
    customerId,
    data: ({ competitorId }) => ({ competitorId }),
  });

const data = ({
  competitorId,
  name,
  category,
  listPrice,
  launchedOn,
  status,
  rivalOf,
}: CompetitorProduct): CompetitorProductData => ({
  competitorId,
  name,
  category,
  listPrice,
  launchedOn,
  status,
  rivalOf,
});
