import type { GraphClient } from '../../graph-client.ts';
import { dateBefore, demoSource, idIn, type Ids, isEmpty, saveOne } from './bulk.ts';

const limits: readonly (readonly [
  customerCode: string,
  yuan: number,
  paymentTermDays: number,
  overdueDaysMax: number,
])[] = [
  ['C001', 800_000, 45, 30],
  ['C002', 1_000_000, 60, 30],
  ['C011', 1_500_000, 60, 45],
  ['C018', 2_000_000, 60, 45],
  ['C021', 200_000, 30, 30],
];

type Known = { readonly customers: Ids; readonly products: Ids };

/**
 * How far some customers are trusted. The last of them has owed for long: its new order waits until
 * somebody releases it.
 */
export async function loadCredit(
  client: GraphClient,
  { customers, products }: Known,
): Promise<void> {
  if (!(await isEmpty(client, 'creditAccounts'))) return;
  for (const [code, yuan, paymentTermDays, overdueDaysMax] of limits) {
    await saveOne(client, 'setCreditLimit', {
      customerId: idIn(customers, code),
      limit: { amount: yuan.toFixed(2), currency: 'CNY' },
      paymentTermDays,
      overdueDaysMax,
      reason: '年度授信',
    });
  }
  await saveOne(client, 'recordOrder', {
    customerId: idIn(customers, 'C021'),
    number: 'SO-C021-HELD',
    source: demoSource,
    externalRef: 'SO-C021-HELD',
    orderedOn: dateBefore(1),
    lines: [{ productId: idIn(products, 'P121'), quantity: '2', unitPrice: '4300' }],
  });
}
