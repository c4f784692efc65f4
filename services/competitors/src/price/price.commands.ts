import type { RequestContext } from '@crm/kit/context';
import { idToBytes } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { changesOf } from '@crm/kit/record/difference';
import type { Money } from '@crm/kit/record/field';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  insertRecords,
  lockForWriting,
  newRow,
  writeChanges,
} from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { joinSql, sql } from '@crm/kit/sql';
import { competitorProductsChanged } from '../product/product.events.ts';
import { CompetitorProductEntity, type CompetitorProduct } from '../product/product.fields.ts';
import { CompetitorProductPriceEntity, type CompetitorProductPrice } from './price.fields.ts';
import { priceProblems } from './price.ts';

type PriceInput = {
  readonly competitorProductId: string;
  readonly pricedOn?: string | null;
  readonly price: Money;
  readonly source?: string | null;
  readonly note?: string | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(CompetitorProductPriceEntity);

/** Records a price of a day, or mends it. The latest is the list price of the product. */
export const recordCompetitorPrice = (
  context: RequestContext,
  input: PriceInput,
): Promise<CompetitorProductPrice> =>
  runCommand(context, { name: 'recordCompetitorPrice', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitors');
    const product = await lockForWriting(work, CompetitorProductEntity, input.competitorProductId);
    const today = companyDate(work.now);
    const rules = {
      defaults: () => ({ pricedOn: today }),
      check: (price: CompetitorProductPrice) => priceProblems(price, today),
    };
    const { competitorProductId, price } = input;
    const pricedOn = input.pricedOn ?? today;
    const [before] = await findPrices(work, [{ competitorProductId, pricedOn, price }]);
    const saved = before
      ? (
          await changeRecord(work, CompetitorProductPriceEntity, {
            id: before.id,
            expectedVersion: null,
            input,
            rules,
          })
        ).after
      : await createRecord(work, CompetitorProductPriceEntity, { input, rules });
    if (await isLatest(work, saved)) await setListPrice(work, product, price);
    return memory.recall(work.manager, saved.id);
  });

async function setListPrice(
  work: Work,
  before: CompetitorProduct,
  { amount, currency }: Money,
): Promise<void> {
  const values = new Map([
    ['listPrice.amount', amount],
    ['listPrice.currency', currency],
  ]);
  const changes = changesOf(CompetitorProductEntity, before, values);
  const changed = await writeChanges(work, CompetitorProductEntity, [{ before, changes }]);
  await competitorProductsChanged(work, changed);
}

async function isLatest(
  { manager }: Work,
  { competitorProductId, pricedOn }: CompetitorProductPrice,
): Promise<boolean> {
  const later: unknown[] = await manager.query(
    `SELECT 1 FROM competitorProductPrice
     WHERE competitorProductId = ? AND pricedOn > ? AND deletedAt IS NULL LIMIT 1`,
    [idToBytes(competitorProductId), pricedOn],
  );
  return later.length === 0;
}

/** Keeps the list prices that products have from today on. */
export async function noteListPrices(
  work: Work,
  products: readonly CompetitorProduct[],
): Promise<void> {
  const pricedOn = companyDate(work.now);
  const priced = products.flatMap(({ id, listPrice }) =>
    listPrice ? [{ competitorProductId: id, pricedOn, price: listPrice }] : [],
  );
  if (priced.length === 0) return;
  const known = new Map((await findPrices(work, priced)).map((row) => [keyOf(row), row]));
  const entity = CompetitorProductPriceEntity;
  await insertRecords(
    work,
    entity,
    priced
      .filter((each) => !known.has(keyOf(each)))
      .map((each) => newRow(work, entity, { values: valuesOf(each), rules: {} })),
  );
  await writeChanges(
    work,
    entity,
    priced.flatMap((each) => {
      const before = known.get(keyOf(each));
      return before ? [{ before, changes: changesOf(entity, before, valuesOf(each)) }] : [];
    }),
  );
}

type Priced = Pick<CompetitorProductPrice, 'competitorProductId' | 'price' | 'pricedOn'>;

const keyOf = ({ competitorProductId, pricedOn, price }: Priced): string =>
  `${competitorProductId} ${pricedOn} ${price?.currency ?? ''}`;

const valuesOf = ({ competitorProductId, pricedOn, price }: Priced): Map<string, unknown> =>
  new Map<string, unknown>([
    ['competitorProductId', competitorProductId],
    ['pricedOn', pricedOn],
    ['price.amount', price?.amount],
    ['price.currency', price?.currency],
  ]);

/** The prices that are known of the same products, days and currencies. */
const findPrices = (
  { manager }: Work,
  priced: readonly Priced[],
): Promise<CompetitorProductPrice[]> =>
  selectRows(
    manager,
    CompetitorProductPriceEntity,
    sql`WHERE (t.competitorProductId, t.pricedOn, t.priceCurrency) IN (${joinSql(
      priced.map(
        ({ competitorProductId, pricedOn, price }) =>
          sql`(${[idToBytes(competitorProductId), pricedOn, price?.currency ?? '']})`,
      ),
      ', ',
    )}) AND t.deletedAt IS NULL ORDER BY t.id FOR UPDATE`,
  );
