import type { Work } from '@crm/kit/record/command';
import type { DataOf } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Upserted } from '@crm/kit/record/upsert';
import { ProductUpserted } from '@crm/schemas/events/product';
import { ProductEntity, type Product } from './product.fields.ts';

const customerId = (): null => null;

export async function productsSaved(
  work: Work,
  { created, changed: changes }: Pick<Upserted<Product>, 'changed' | 'created'>,
): Promise<void> {
  const event = { type: ProductUpserted, customerId };
  await publishRows(work, { ...event, rows: created, data });
  await publishChanges(work, { ...event, changes, data: ({ after }) => data(after) });
}

const data = ({ code, name, category, active }: Product): DataOf<typeof ProductUpserted> => ({
  code,
  name,
  category,
  active,
});

export const productSnapshot = snapshotOf({
  entity: ProductEntity,
  type: ProductUpserted,
  customerId,
  data,
});
