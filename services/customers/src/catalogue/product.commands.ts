import { runCommand } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { allow } from '@crm/kit/record/policy';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { ProductUpserted } from '@crm/schemas/events/product';
import { ProductEntity, type Product } from './product.fields.ts';

type UpsertProducts = {
  readonly rows: readonly object[];
  readonly clientMutationId?: string | null;
};

export const upsertProducts = (
  context: RequestContext,
  input: UpsertProducts,
): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertProducts', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'manage', 'products');
    const { result, created, changed } = await upsertRecords(work, ProductEntity, {
      inputs: input.rows,
      matchOn: ['code'],
      rules: { defaults: () => ({ active: true }) },
    });
    const event = { type: ProductUpserted, customerId: () => null };
    await publishRows(work, { ...event, rows: created, data });
    await publishChanges(work, { ...event, changes: changed, data: ({ after }) => data(after) });
    return result;
  });

const data = ({ code, name, category, active }: Product) => ({ code, name, category, active });
