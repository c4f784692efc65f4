import type { Product } from './company.ts';
import type { Customer, Plan } from './customer.ts';
import { daysBefore, randomOf, type Random } from './random.ts';

export type SoldProduct = Product & { readonly id: string };

export type Trading = { readonly customer: Customer; readonly customerId: string };

/** The orders of a customer, from when we came to know it until today; more lately than long ago. */
export function makeOrders(
  plan: Plan,
  { customer, customerId }: Trading,
  products: readonly SoldProduct[],
): object[] {
  if (!customer.hasTraded) return [];
  const random = randomOf(plan.seed, 'orders', customer.number);
  const share = tradingShare[customer.size.level] ?? 1;
  return Array.from({ length: random.count(customer.size.orders / share) }, (_, at) => {
    const daysAgo = Math.floor(random.share() ** 2 * daysKnown(plan, customer));
    const isLarge = random.chance(customer.size.known);
    return {
      customerId,
      source: 'SEED',
      externalRef: `${plan.seed}-${customer.number}-${at + 1}`,
      number: `SO${plan.seed}-${customer.number}-${at + 1}`,
      orderedOn: daysBefore(plan.until, daysAgo),
      status: statusOf(random, daysAgo),
      ...(customer.place.language === 'en' && { currency: 'EUR' }),
      // A third is sold on credit, most of it for 30 or 60 days.
      ...(random.chance(0.3) && {
        dueOn: daysBefore(plan.until, daysAgo - random.one([30, 30, 60, 90])),
      }),
      lines: Array.from({ length: 1 + random.count(0.8) }, () =>
        makeLine(random, products, isLarge),
      ),
    };
  });
}

/** How many of the customers of a size have traded, as `customer.ts` draws their stages. */
const tradingShare: Readonly<Record<string, number>> = { KEY: 0.7, REGULAR: 0.7, SMALL: 0.37 };

const daysKnown = ({ until }: Plan, { knownSince }: Customer): number =>
  (Date.parse(until) - Date.parse(knownSince)) / (24 * 3600 * 1000);

function statusOf(random: Random, daysAgo: number): string {
  if (random.chance(0.03)) return 'CANCELLED';
  if (daysAgo < 10) return 'PLACED';
  return daysAgo < 40 ? 'DELIVERED' : 'COMPLETED';
}

function makeLine(random: Random, products: readonly SoldProduct[], isLarge: boolean): object {
  const product = random.one(products);
  const price = Number(product.listPrice.amount);
  return {
    productId: product.id,
    quantity: String(isLarge ? random.whole(10, 200) : random.whole(1, 12)),
    unitPrice: price.toFixed(2),
    ...(random.chance(0.35) && { discount: (random.whole(1, 20) / 100).toFixed(2) }),
    cost: (price * (0.55 + 0.2 * random.share())).toFixed(2),
  };
}

/** One in fifty customers that trade has just paid something on what it owes. */
export function makePayment(plan: Plan, { customer, customerId }: Trading): object | null {
  const random = randomOf(plan.seed, 'payment', customer.number);
  if (!customer.hasTraded || !random.chance(0.02)) return null;
  return {
    customerId,
    receivedOn: daysBefore(plan.until, random.whole(0, 60)),
    amount: { amount: `${random.whole(2, 400) * 500}.00`, currency: 'CNY' },
    method: random.weighted([
      ['BANK_TRANSFER', 80],
      ['BILL', 12],
      ['ONLINE', 5],
      ['CASH', 3],
    ]),
    source: 'SEED',
    externalRef: `${plan.seed}-${customer.number}`,
    clientMutationId: `seed-${plan.seed}-payment-${customer.number}`,
  };
}
