import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { GraphClient, Operation } from '../../graph-client.ts';

const rowsPerCall = 500;
const versionsPerCall = 50;

const upsertSchema = z.object({
  result: z.object({ refused: z.literal(0), rows: z.array(z.object({ id: z.string() })) }),
});

const upsert: Operation<z.infer<typeof upsertSchema>> = {
  document: `mutation ($input: UpsertCustomersInput!) {
    result: upsertCustomers(input: $input) { refused rows { id } } }`,
  data: upsertSchema,
};

/** So many customers by new codes, or renamed when they have these codes already. */
export async function writeCustomers(
  graph: GraphClient,
  mark: string,
  { count, turn }: { readonly count: number; readonly turn: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += rowsPerCall) {
    const rows = Array.from({ length: Math.min(rowsPerCall, count - at) }, (_, index) => ({
      code: `${mark}-${at + index}`,
      name: `上海恒泰机械有限公司第${at + index}分公司 ${turn}`,
    }));
    const input = { rows, clientMutationId: graph.idOf(`${mark} ${at} ${turn}`) };
    const { result } = await graph.execute(upsert, { input });
    ids.push(...result.rows.map(({ id }) => id));
  }
  return ids;
}

export const newMark = (): string => `feed-${randomUUID().slice(0, 8)}`;

const renamedSchema = z.object({ updateCustomer: z.object({ version: z.number() }) });

const update: Operation<z.infer<typeof renamedSchema>> = {
  document: 'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { version } }',
  data: renamedSchema,
};

export const rename = (graph: GraphClient, id: string, turn: number): Promise<unknown> =>
  graph.execute(update, {
    input: { id, name: `恒泰 ${turn}`, clientMutationId: graph.idOf(`${id} ${turn}`) },
  });

const versionsSchema = z.object({
  customers: z.object({ nodes: z.array(z.object({ id: z.string(), version: z.number() })) }),
});

const readSome: Operation<z.infer<typeof versionsSchema>> = {
  document: `query ($ids: [ID!]!) {
    customers(where: { id: { in: $ids } }, first: ${versionsPerCall}) { nodes { id version } } }`,
  data: versionsSchema,
};

export async function readVersions(
  graph: GraphClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const versions = new Map<string, number>();
  for (let at = 0; at < ids.length; at += versionsPerCall) {
    const some = { ids: ids.slice(at, at + versionsPerCall) };
    const { customers } = await graph.execute(readSome, some);
    for (const { id, version } of customers.nodes) versions.set(id, version);
  }
  return versions;
}
