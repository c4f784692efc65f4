import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Client } from '../load.ts';
import type { Graph } from './graph.ts';

/** People reading customers and recording orders, as a scenario's load. */
export type Traffic = {
  readonly client: Client;
  readonly customerIds: readonly string[];
  /** Leads the note of every order that this traffic records, and every name that it gives. */
  readonly mark: string;
};

export type TrafficOptions = {
  readonly customers: number;
  /** One write in so many is an order; the others give a customer another name. All when left out. */
  readonly orderEvery?: number;
  /** Who reads, when it is not who writes. */
  readonly reader?: Graph;
};

const rowSchema = z.object({
  upsertCustomers: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});
const seenSchema = z.object({ customer: z.object({ id: z.string() }) });
const recordedSchema = z.object({ recordOrder: z.object({ id: z.string() }) });

const read = 'query ($id: ID!) { customer(id: $id) { id code name version } }';

const write = `mutation ($input: RecordOrderInput!) { recordOrder(input: $input) { id } }`;

const renamedSchema = z.object({ updateCustomer: z.object({ id: z.string() }) });
const rename = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }`;

export async function prepareTraffic(
  graph: Graph,
  { customers, orderEvery = 1, reader = graph }: TrafficOptions,
): Promise<Traffic> {
  const mark = randomUUID().slice(0, 8);
  const customerIds = await createCustomers(graph, mark, customers);
  const idOf = (row: number): string => customerIds[row % customerIds.length] ?? '';
  return {
    mark,
    customerIds,
    client: {
      read: (row) => reader.ask(seenSchema, read, { variables: { id: idOf(row) } }),
      write: (operation, row) => {
        const name = noteOf(mark, operation);
        const [id, clientMutationId] = [idOf(row), name];
        return operation % orderEvery === 0
          ? graph.ask(recordedSchema, write, { variables: { input: order(name, id) } })
          : graph.ask(renamedSchema, rename, {
              variables: { input: { id, name, clientMutationId } },
            });
      },
      close: () => Promise.resolve(),
    },
  };
}

const order = (note: string, customerId: string): Record<string, unknown> => ({
  customerId,
  orderedOn: '2026-11-02',
  note,
  lines: [{ quantity: '2', unitPrice: '10.50' }],
  clientMutationId: note,
});

const noteOf = (mark: string, operation: number): string => `${mark} ${operation}`;

/** The operation that an order was recorded by, or a name given. */
export const operationOf = (note: string): number => Number(note.split(' ')[1]);

export async function createCustomers(
  graph: Graph,
  mark: string,
  count: number,
): Promise<readonly string[]> {
  // None is called what a write may call it: that write would change nothing.
  const rows = Array.from({ length: count }, (_, index) => ({
    code: `${mark}-${index}`,
    name: `${mark}-${index}`,
  }));
  const made = await graph.ask(
    rowSchema,
    'mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) { rows { id } } }',
    { variables: { input: { rows, clientMutationId: mark } } },
  );
  return made.upsertCustomers.rows.map(({ id }) => id);
}
