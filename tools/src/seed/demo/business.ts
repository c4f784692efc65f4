import type { GraphClient } from '../../graph-client.ts';
import { dateBefore, demoSource, idIn, type Ids, saveAll } from './bulk.ts';
import { productRows } from './company.ts';
import { customerRows } from './customers.ts';

type Habit = readonly [
  customerCode: string,
  productCode: string,
  /** Of the first order; later ones differ a little. */
  quantity: number,
  /** The last order was so many days ago … */
  lastDaysAgo: number,
  /** … and one came every so many days for two years before. */
  everyDays: number,
  discountPercent: number,
  /** How long after it was due an order is paid; those that have not reached it owe. */
  paysDaysLate: number,
];

const habits: readonly Habit[] = [
  ['C001', 'P102', 6, 12, 60, 8, -10],
  ['C002', 'P112', 4, 25, 75, 10, 0],
  ['C003', 'P122', 8, 40, 120, 5, 15],
  ['C004', 'P103', 2, 33, 140, 0, 5],
  ['C005', 'P103', 3, 70, 180, 5, 20],
  ['C006', 'P111', 2, 55, 150, 0, 0],
  ['C007', 'P121', 5, 95, 160, 0, 30],
  ['C008', 'P201', 20, 130, 200, 0, 0],
  ['C009', 'P101', 12, 18, 90, 15, -5],
  ['C011', 'P112', 6, 8, 70, 10, 10],
  ['C012', 'P111', 5, 48, 110, 5, 0],
  ['C013', 'P101', 4, 240, 130, 0, 25],
  ['C014', 'P121', 6, 88, 170, 3, 10],
  ['C015', 'P102', 3, 420, 120, 0, 20],
  ['C017', 'P301', 30, 28, 80, 0, -20],
  ['C018', 'P103', 5, 15, 65, 12, 0],
  ['C019', 'P122', 6, 60, 125, 6, 15],
  ['C020', 'P111', 4, 38, 115, 5, 0],
  ['C021', 'P121', 8, 150, 140, 0, 400],
  ['C023', 'P202', 10, 210, 145, 0, 12],
  ['C025', 'P302', 2, 77, 155, 4, 35],
];

const historyDays = 730;
const termDays = 45;

type Order = {
  readonly ref: string;
  readonly customerCode: string;
  readonly ownerCode: string;
  readonly productCode: string;
  readonly quantity: number;
  readonly yuan: number;
  readonly discountPercent: number;
  readonly daysAgo: number;
  readonly paidDaysAgo: number;
};

const orders: readonly Order[] = habits.flatMap((habit) => {
  const [customerCode, productCode, quantity, lastDaysAgo, everyDays, discountPercent, late] =
    habit;
  const owner = customerRows.find(([code]) => code === customerCode)?.[8] ?? '';
  const yuan = productRows.find(([code]) => code === productCode)?.[4] ?? 0;
  const count = Math.floor((historyDays - lastDaysAgo) / everyDays) + 1;
  return Array.from({ length: count }, (_, at) => {
    const daysAgo = lastDaysAgo + at * everyDays;
    return {
      // Counted from the oldest, so that the number stays when time goes on.
      ref: `SO-${customerCode}-${count - at}`,
      customerCode,
      ownerCode: owner,
      productCode,
      quantity: quantity + ((at * 3) % 4),
      yuan,
      discountPercent,
      daysAgo,
      paidDaysAgo: daysAgo - termDays - late,
    };
  });
});

type Known = { readonly customers: Ids; readonly products: Ids; readonly staff: Ids };

/** Two years of orders, what was paid of them and what is owed. */
export async function loadBusiness(client: GraphClient, known: Known): Promise<void> {
  await saveAll(client, {
    mutation: 'upsertOrders',
    rows: orders.map((each) => toOrder(each, known)),
  });
  const paid = orders
    .filter(({ paidDaysAgo }) => paidDaysAgo >= 0)
    .toSorted((a, b) => b.paidDaysAgo - a.paidDaysAgo);
  await saveAll(client, {
    mutation: 'recordPayments',
    rows: paid.map((order) => toPayment(order, known.customers)),
  });
}

const toOrder = (order: Order, { customers, products, staff }: Known): object => ({
  customerId: idIn(customers, order.customerCode),
  number: order.ref,
  source: demoSource,
  externalRef: order.ref,
  orderedOn: dateBefore(order.daysAgo),
  dueOn: dateBefore(order.daysAgo - termDays),
  status: order.daysAgo > 30 ? 'COMPLETED' : 'DELIVERED',
  salespersonId: idIn(staff, order.ownerCode),
  lines: [
    {
      productId: idIn(products, order.productCode),
      quantity: String(order.quantity),
      unitPrice: String(order.yuan),
      discount: String(order.discountPercent / 100),
    },
  ],
});

const toPayment = (order: Order, customers: Ids): object => ({
  customerId: idIn(customers, order.customerCode),
  receivedOn: dateBefore(order.paidDaysAgo),
  amount: { amount: amountOf(order), currency: 'CNY' },
  source: demoSource,
  externalRef: `PAY-${order.ref}`,
});

const amountOf = ({ quantity, yuan, discountPercent }: Order): string =>
  ((quantity * yuan * (100 - discountPercent)) / 100).toFixed(2);
