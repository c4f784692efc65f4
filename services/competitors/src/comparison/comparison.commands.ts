import type { RequestContext } from '@crm/kit/context';
import { idToBytes, isId } from '@crm/kit/id';
import { runCommand, rowMemory, type Memory, type Work } from '@crm/kit/record/command';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, lockForWriting, removeRecord } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { CompetitorProductEntity } from '../product/product.fields.ts';
import { unknownProducts } from '../product/product.repository.ts';
import { ProductComparisonEntity, type ProductComparison } from './comparison.fields.ts';

type Criterion = Pick<ProductComparison, 'criterion' | 'verdict'>;

type CompareInput = {
  readonly productId: string;
  readonly competitorProductId: string;
  readonly criteria: readonly Criterion[];
  readonly clientMutationId?: string | null;
};

const memory: Memory<ProductComparison[]> = {
  keep: (comparisons) => comparisons.map(({ id }) => id),
  recall: async (manager, kept) => {
    const one = rowMemory(ProductComparisonEntity);
    return Promise.all((Array.isArray(kept) ? kept : []).map((id) => one.recall(manager, id)));
  },
};

const criteriaMax = 50;

/** Says how two products compare; a criterion that is there already is changed. */
export const compareProducts = (
  context: RequestContext,
  input: CompareInput,
): Promise<ProductComparison[]> =>
  runCommand(context, { name: 'compareProducts', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitors');
    const { productId, competitorProductId, criteria } = input;
    await lockForWriting(work, CompetitorProductEntity, competitorProductId);
    await refuseBad(work, input);
    const saved: ProductComparison[] = [];
    for (const criterion of criteria) {
      saved.push(await save(work, { productId, competitorProductId, ...criterion }));
    }
    return saved;
  });

async function refuseBad({ manager }: Work, { productId, criteria }: CompareInput): Promise<void> {
  const unknown = await unknownProducts(manager, [productId]);
  const names = new Set(criteria.map(({ criterion }) => criterion.trim().toLowerCase()));
  const problems = [
    ...(unknown.size > 0 || !isId(productId)
      ? [{ path: 'productId', message: 'is no product of ours' }]
      : []),
    ...(criteria.length === 0 || criteria.length > criteriaMax
      ? [{ path: 'criteria', message: `takes 1 to ${criteriaMax} entries` }]
      : []),
    ...(names.size < criteria.length
      ? [{ path: 'criteria', message: 'names a criterion twice' }]
      : []),
  ];
  if (problems.length > 0) throw refused(ProductComparisonEntity, problems);
}

type Saving = Criterion & Pick<ProductComparison, 'competitorProductId' | 'productId'>;

async function save(work: Work, input: Saving): Promise<ProductComparison> {
  const { productId, competitorProductId, criterion } = input;
  const [before] = await selectRows(
    work.manager,
    ProductComparisonEntity,
    sql`WHERE t.productId = ${idToBytes(productId)} AND t.criterion = ${criterion.trim()}
      AND t.competitorProductId = ${idToBytes(competitorProductId)}
      AND t.deletedAt IS NULL FOR UPDATE`,
  );
  if (!before) return createRecord(work, ProductComparisonEntity, { input, rules: {} });
  const order = { id: before.id, expectedVersion: null, input, rules: {} };
  return (await changeRecord(work, ProductComparisonEntity, order)).after;
}

type RemoveInput = { readonly id: string; readonly clientMutationId?: string | null };

export const removeProductComparison = (
  context: RequestContext,
  input: RemoveInput,
): Promise<ProductComparison> =>
  runCommand(
    context,
    { name: 'removeProductComparison', input, memory: rowMemory(ProductComparisonEntity) },
    async (work) => {
      allow(work.viewer, 'write', 'competitors');
      const order = { id: input.id, expectedVersion: null };
      return removeRecord(work, ProductComparisonEntity, order);
    },
  );
