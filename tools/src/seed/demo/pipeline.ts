import { z } from 'zod';
import type { GraphClient } from '../../graph-client.ts';
import { dateBefore, demoSource, idIn, type Ids, isEmpty, saveOne } from './bulk.ts';

type Known = { readonly customers: Ids; readonly products: Ids };

type Need = readonly [
  customerCode: string,
  title: string,
  productCode: string,
  quantity: number,
  budgetYuan: number,
  neededInDays: number,
  priority: string,
];

/** Needs that nobody has taken up yet. */
const needs: readonly Need[] = [
  ['C003', '二水厂提升泵更新', 'P122', 6, 52_000, 120, 'HIGH'],
  ['C010', '渗滤液处理用耐腐蚀泵', 'P112', 2, 30_000, 60, 'NORMAL'],
  ['C012', '纯水站循环泵备机', 'P111', 2, 20_000, 45, 'LOW'],
];

type Sale = readonly [
  need: Need,
  /** The stages that it has gone through after the first. */
  stages: readonly string[],
  closing: object | null,
];

const sales: readonly Sale[] = [
  [
    ['C001', '新厂房消防供水系统', 'P102', 8, 46_000, 90, 'HIGH'],
    ['QUALIFIED', 'PROPOSAL', 'NEGOTIATION'],
    null,
  ],
  [['C011', '催化装置工艺泵国产化', 'P112', 10, 150_000, 200, 'URGENT'], ['QUALIFIED'], null],
  [['C019', '污泥输送泵改造', 'P122', 4, 36_000, 150, 'NORMAL'], ['QUALIFIED', 'PROPOSAL'], null],
  [
    ['C014', '码头压载水泵', 'P121', 3, 14_000, 30, 'NORMAL'],
    ['PROPOSAL'],
    { outcome: 'LOST', lossReason: 'PRICE', note: '对手低价中标' },
  ],
];

/** What customers want, what may come of it, and one sale that went all the way. */
export async function loadPipeline(client: GraphClient, known: Known): Promise<void> {
  if (!(await isEmpty(client, 'needs'))) return;
  for (const need of needs) await recordNeed(client, need, known);
  for (const sale of sales) await makeOpportunity(client, sale, known);
  await sellAllTheWay(client, known);
}

const recordNeed = (
  client: GraphClient,
  [customer, title, product, quantity, yuan, neededInDays, priority]: Need,
  { customers, products }: Known,
): Promise<string> =>
  saveOne(client, 'recordNeed', {
    customerId: idIn(customers, customer),
    title,
    productId: idIn(products, product),
    quantity: String(quantity),
    budget: { amount: yuan.toFixed(2), currency: 'CNY' },
    neededBy: dateBefore(-neededInDays),
    priority,
  });

async function makeOpportunity(
  client: GraphClient,
  [need, stages, closing]: Sale,
  known: Known,
): Promise<string> {
  const needId = await recordNeed(client, need, known);
  const id = await saveOne(client, 'convertNeedToOpportunity', { needId });
  for (const stage of stages) await saveOne(client, 'moveOpportunity', { id, stage });
  if (closing) await saveOne(client, 'closeOpportunity', { id, ...closing });
  return id;
}

/** From the need to the money: an opportunity that was won, its order and a first payment. */
async function sellAllTheWay(client: GraphClient, known: Known): Promise<void> {
  const need: Need = ['C020', '原料药车间无菌泵', 'P111', 4, 40_000, 20, 'HIGH'];
  const closing = { outcome: 'WON', winReason: 'QUALITY', note: '通过 GMP 验证' };
  const opportunityId = await makeOpportunity(client, [need, ['PROPOSAL'], closing], known);
  const customerId = idIn(known.customers, 'C020');
  const orderId = await saveOne(client, 'recordOrder', {
    customerId,
    opportunityId,
    number: 'SO-C020-GMP',
    source: demoSource,
    externalRef: 'SO-C020-GMP',
    orderedOn: dateBefore(3),
    dueOn: dateBefore(-42),
    lines: [
      {
        productId: idIn(known.products, 'P111'),
        quantity: '4',
        unitPrice: '9600',
      },
    ],
  });
  await saveOne(client, 'recordPayment', {
    customerId,
    receivedOn: dateBefore(1),
    amount: { amount: '20000.00', currency: 'CNY' },
    allocations: [{ receivableId: await receivableOf(client, orderId), amount: '20000.00' }],
    source: demoSource,
    externalRef: 'PAY-SO-C020-GMP',
    note: '预付款',
  });
}

const receivablesSchema = z.object({
  salesOrder: z.object({ receivables: z.object({ nodes: z.array(z.object({ id: z.string() })) }) }),
});

/** What is owed for an order: a payment that names nothing would settle older ones first. */
async function receivableOf(client: GraphClient, id: string): Promise<string> {
  const { salesOrder } = await client.execute(
    {
      document:
        'query Demo($id: ID!) { salesOrder(id: $id) { receivables(first: 1) { nodes { id } } } }',
      data: receivablesSchema,
    },
    { id },
  );
  return salesOrder.receivables.nodes[0]?.id ?? '';
}
