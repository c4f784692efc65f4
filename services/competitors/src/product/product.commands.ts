import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecord,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import { allowDeleting } from '../competitor/competitor.commands.ts';
import { noteListPrices } from '../price/price.commands.ts';
import {
  competitorProductRemoved,
  competitorProductsAdded,
  competitorProductsChanged,
} from './product.events.ts';
import { CompetitorProductEntity, type CompetitorProduct } from './product.fields.ts';
import { linkRivals, unknownProducts } from './product.repository.ts';
import { productProblems } from './product.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type RivalInput = { readonly rivalOf?: readonly string[] | null };
type SaveInput = Repeatable &
  RivalInput & {
    readonly id?: string | null;
    readonly expectedVersion?: number | null;
  };

const memory = rowMemory(CompetitorProductEntity);

/** The rules of products, knowing which of the rivals that are named do not exist. */
async function productRules(
  { manager }: Work,
  inputs: readonly RivalInput[],
): Promise<Rules<CompetitorProduct>> {
  const unknown = await unknownProducts(
    manager,
    inputs.flatMap(({ rivalOf }) => rivalOf ?? []),
  );
  return {
    defaults: () => ({ status: 'ON_SALE' }),
    check: (product) => productProblems(product, unknown),
  };
}

/** Records a new product, or changes the one that `id` names. */
export const saveCompetitorProduct = (
  context: RequestContext,
  input: SaveInput,
): Promise<CompetitorProduct> =>
  runCommand(context, { name: 'saveCompetitorProduct', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitors');
    const given = await withCurrentCompetitor(work, input);
    const rules = await productRules(work, [given]);
    const { id, expectedVersion = null } = given;
    if (!id) {
      const product = await createRecord(work, CompetitorProductEntity, { input: given, rules });
      await saved(work, { created: [product], changed: [] });
      return product;
    }
    const order = { id, expectedVersion, input: given, rules };
    const change = await changeRecord(work, CompetitorProductEntity, order);
    await saved(work, { created: [], changed: [change] });
    return change.after;
  });

type BulkInput = Repeatable & { readonly rows: readonly RivalInput[] };

export const saveCompetitorProducts = (
  context: RequestContext,
  input: BulkInput,
): Promise<BulkResult> =>
  runCommand(
    context,
    { name: 'saveCompetitorProducts', input, memory: bulkMemory },
    async (work) => {
      allow(work.viewer, 'write', 'competitors');
      const { result, created, changed } = await upsertRecords(work, CompetitorProductEntity, {
        inputs: input.rows,
        matchOn: ['competitorId', 'name'],
        rules: await productRules(work, input.rows),
      });
      await saved(work, { created, changed });
      return result;
    },
  );

type RemoveInput = Repeatable & { readonly id: string; readonly expectedVersion?: number | null };

export const removeCompetitorProduct = (
  context: RequestContext,
  input: RemoveInput,
): Promise<CompetitorProduct> =>
  runCommand(context, { name: 'removeCompetitorProduct', input, memory }, async (work) => {
    allowDeleting(work.viewer);
    const { id, expectedVersion = null } = input;
    const product = await removeRecord(work, CompetitorProductEntity, { id, expectedVersion });
    await competitorProductRemoved(work, product);
    return product;
  });

type Saved = {
  readonly created: readonly CompetitorProduct[];
  readonly changed: readonly Change<CompetitorProduct>[];
};

async function saved(work: Work, { created, changed }: Saved): Promise<void> {
  const regrouped = changed.filter(({ changedFields }) => changedFields.includes('rivalOf'));
  await linkRivals(work.manager, [...created, ...regrouped.map(({ after }) => after)]);
  const repriced = changed.filter(({ before, after }) => !isSamePrice(before, after));
  await noteListPrices(work, [...created, ...repriced.map(({ after }) => after)]);
  await competitorProductsAdded(work, created);
  await competitorProductsChanged(work, changed);
}

const isSamePrice = (one: CompetitorProduct, other: CompetitorProduct): boolean =>
  one.listPrice?.amount === other.listPrice?.amount &&
  one.listPrice?.currency === other.listPrice?.currency;
