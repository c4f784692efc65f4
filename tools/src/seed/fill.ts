import { z } from 'zod';
import type { GraphClient, Operation } from '../graph-client.ts';
import { step } from '../mesh/say.ts';
import { makeCompany } from './company.ts';
import { makeCustomer, type Customer, type Plan } from './customer.ts';
import { makeInteractions } from './interaction.ts';
import { makePeople } from './person.ts';
import { startProgress } from './progress.ts';
import { bulkOperation, sendAll, type Sending, type Tally } from './send.ts';
import { makeOrders, makePayment, type SoldProduct } from './trade.ts';

export type Order = {
  readonly customers: number;
  readonly seed: number;
  /** The last day of the history that is made. */
  readonly until: string;
};

/** Fills the graph as every other client may. Doing it again changes nothing. */
export async function fill(graph: GraphClient, order: Order): Promise<Tally[]> {
  const { seed, until, customers } = order;
  const { owners, products } = await step('teams, staff, products, competitors', () =>
    fillCompany(graph, order),
  );
  const plan: Plan = { seed, until, owners };
  const ids: string[] = [];
  const phase = (what: string, making: Making): Promise<Tally> =>
    fillPhase(graph, { what, plan, ids, customers, ...making });

  const made = await phase('customers', {
    operation: bulkOperation('upsertCustomers', 'UpsertCustomersInput'),
    rowsOf: ({ input }) => [input],
    onSent: (number, id) => (ids[number] = id),
  });
  const sold = await phase('orders', {
    operation: bulkOperation('upsertOrders', 'UpsertOrdersInput'),
    rowsOf: (customer, customerId) => makeOrders(plan, { customer, customerId }, products),
  });
  const met = await phase('people', {
    operation: bulkOperation('upsertPeople', 'UpsertPeopleInput'),
    rowsOf: (customer, customerId) => makePeople(plan, customer, customerId),
  });
  const logged = await phase('interactions', {
    operation: bulkOperation('logInteractions', 'LogInteractionsInput'),
    rowsOf: (customer, customerId) => makeInteractions(plan, customer, customerId),
  });
  await step('payments', () => fillPayments(graph, { plan, ids }));
  return [made, sold, met, logged];
}

type Making = {
  readonly operation: Sending<unknown>['operation'];
  readonly rowsOf: (customer: Customer, customerId: string) => readonly object[];
  readonly onSent?: (number: number, id: string) => void;
};

type Phase = Making & {
  readonly what: string;
  readonly plan: Plan;
  readonly ids: readonly string[];
  readonly customers: number;
};

type Item = { readonly number: number; readonly row: object };

async function fillPhase(graph: GraphClient, phase: Phase): Promise<Tally> {
  const progress = startProgress(phase.what, phase.customers);
  let reached = 0;
  const tally = await sendAll<Item>(graph, {
    operation: phase.operation,
    items: itemsOf(phase),
    rowOf: ({ row }) => row,
    onSent: (items, sent) => {
      for (const [at, { number }] of items.entries()) phase.onSent?.(number, sent[at] ?? '');
      const last = items.at(-1)?.number ?? 0;
      if (last + 1 > reached) progress.add(last + 1 - reached);
      reached = Math.max(reached, last + 1);
    },
  });
  progress.add(phase.customers - reached);
  progress.end();
  return tally;
}

/** Made one by one as they are sent: what is generated is never held as a whole. */
function* itemsOf({ plan, ids, customers, rowsOf }: Phase): Generator<Item> {
  for (let number = 0; number < customers; number += 1) {
    const rows = rowsOf(makeCustomer(plan, number), ids[number] ?? '');
    for (const row of rows) yield { number, row };
  }
}

type Staffed = { readonly owners: readonly string[]; readonly products: readonly SoldProduct[] };

async function fillCompany(graph: GraphClient, { customers }: Order): Promise<Staffed> {
  const company = makeCompany(customers);
  const send = (mutation: string, rows: readonly object[]): Promise<string[]> =>
    sendHere(graph, mutation, rows);
  await send('upsertTeams', company.teams);
  const staff = await send('upsertStaff', company.staff);
  const products = await send('upsertProducts', company.products);
  await send('upsertCompetitors', company.competitors);
  return {
    owners: staff.filter((_, at) => company.staff[at]?.code.startsWith('S-R')),
    products: company.products.map((product, at) => ({ ...product, id: products[at] ?? '' })),
  };
}

async function sendHere(
  graph: GraphClient,
  mutation: string,
  rows: readonly object[],
): Promise<string[]> {
  const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const ids: string[] = [];
  await sendAll(graph, {
    operation: bulkOperation(mutation, input),
    items: rows,
    rowOf: (row) => row,
    onSent: (_, sent) => void ids.push(...sent),
  });
  return ids;
}

const recordPayment: Operation<{ readonly recordPayment: { readonly id: string } }> = {
  document: 'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }',
  data: z.object({ recordPayment: z.object({ id: z.string() }) }),
};

/** One by one, in order of the customers: a payment settles the receivables that it finds open. */
async function fillPayments(
  graph: GraphClient,
  { plan, ids }: { readonly plan: Plan; readonly ids: readonly string[] },
): Promise<void> {
  for (const [number, customerId] of ids.entries()) {
    const input = makePayment(plan, { customer: makeCustomer(plan, number), customerId });
    if (input) await graph.execute(recordPayment, { input });
  }
}
