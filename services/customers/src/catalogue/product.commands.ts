import { runCommand } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { allow } from '@crm/kit/record/policy';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { productsSaved } from './product.events.ts';
import { ProductEntity } from './product.fields.ts';

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
    const { result, ...saved } = await upsertRecords(work, ProductEntity, {
      inputs: input.rows,
      matchOn: ['code'],
      rules: { defaults: () => ({ active: true }) },
    });
    await productsSaved(work, saved);
    return result;
  });
